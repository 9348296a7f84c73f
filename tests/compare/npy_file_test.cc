#include "compare/npy_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "gradcam/error.h"
#include "run/npy.h"

namespace gradcam {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kGood = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }\n";
const std::string kOneAndHalf("\x00\x00\x80\x3F\x00\x00\x00\x3F", 8);

std::vector<std::uint8_t> File(int major, const std::string& header, const std::string& data) {
  std::string file = "\x93NUMPY";
  file += static_cast<char>(major);
  file += '\0';
  const std::size_t length_bytes = major == 1 ? 2 : 4;
  for (std::size_t i = 0; i < length_bytes; ++i) {
    file += static_cast<char>((header.size() >> (8 * i)) & 0xFFU);
  }
  file += header + data;
  return {file.begin(), file.end()};
}

std::string ProblemOf(const std::vector<std::uint8_t>& bytes) {
  try {
    (void)DecodeNpy(bytes);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    return error.what();
  }
  return "none";
}

std::string ProblemOfHeader(const std::string& header) {
  return ProblemOf(File(1, header, kOneAndHalf));
}

TEST(DecodeNpy, ReadsWhatTheProgramWrites) {
  const Map map{3, 2, {1, -2, 0.5F, 1e-30F, 0, 7}};
  const Map read = DecodeNpy(EncodeNpy(map));
  EXPECT_EQ(read.width, 3);
  EXPECT_EQ(read.height, 2);
  EXPECT_EQ(read.values, map.values);
}

TEST(DecodeNpy, ReadsTheThreeFormats) {
  for (const int major : {1, 2, 3}) {
    EXPECT_THAT(DecodeNpy(File(major, kGood, kOneAndHalf)).values, ElementsAre(1.0F, 0.5F));
  }
}

TEST(DecodeNpy, ReadsKeysInAnyOrderAndQuotes) {
  const std::string header = "{\"shape\":(2,1),'fortran_order':False,'descr':\"<f4\"}";
  EXPECT_EQ(DecodeNpy(File(1, header, kOneAndHalf)).height, 2);
}

TEST(DecodeNpy, KeepsNumbersThatAreNotFinite) {
  const Map map{2, 1, {std::nanf(""), HUGE_VALF}};
  const Map read = DecodeNpy(EncodeNpy(map));
  EXPECT_TRUE(std::isnan(read.values[0]));
  EXPECT_TRUE(std::isinf(read.values[1]));
}

TEST(DecodeNpy, RefusesOtherArrays) {
  const auto with = [](const std::string& type, const std::string& order,
                       const std::string& shape) {
    return ProblemOfHeader("{'descr': " + type + ", 'fortran_order': " + order +
                           ", 'shape': " + shape + ", }");
  };
  EXPECT_THAT(with("'|O'", "False", "(1, 2)"), HasSubstr("Python objects"));
  EXPECT_THAT(with("'<f8'", "False", "(1, 1)"), HasSubstr("'<f8', not float32"));
  EXPECT_THAT(with("'>f4'", "False", "(1, 2)"), HasSubstr("'>f4', not float32"));
  EXPECT_THAT(with("[('a', '<f4')]", "False", "(1, 2)"), HasSubstr("named fields"));
  EXPECT_THAT(with("'<f4'", "True", "(1, 2)"), HasSubstr("Fortran order"));
  EXPECT_THAT(with("'<f4'", "False", "(2,)"), HasSubstr("1 dimensions"));
  EXPECT_THAT(with("'<f4'", "False", "()"), HasSubstr("0 dimensions"));
  EXPECT_THAT(with("'<f4'", "False", "(1, 1, 2)"), HasSubstr("3 dimensions"));
  EXPECT_THAT(with("'<f4'", "False", "(0, 2)"), HasSubstr("empty"));
}

TEST(DecodeNpy, RefusesDataThatDoesNotFitTheHeader) {
  EXPECT_THAT(ProblemOf(File(1, kGood, kOneAndHalf.substr(1))), HasSubstr("7 bytes follow"));
  EXPECT_THAT(ProblemOf(File(1, kGood, kOneAndHalf + "1234")), HasSubstr("12 bytes follow"));
  // 5 GB, of which nothing is taken.
  EXPECT_THAT(
      ProblemOfHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (36000, 36000), }"),
      HasSubstr("36000 x 36000 numbers, 8 bytes follow"));
  // The product of both sides times four would overflow 64 bits.
  EXPECT_THAT(ProblemOfHeader(
                  "{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 2147483647), }"),
              HasSubstr("8 bytes follow"));
  EXPECT_THAT(ProblemOfHeader(
                  "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 1), }"),
              HasSubstr("more than 2147483647"));
}

TEST(DecodeNpy, RefusesAHeaderLongerThanTheFile) {
  std::vector<std::uint8_t> file = File(2, kGood, kOneAndHalf);
  file[11] = 0xFF;  // the highest byte of the header's length: 4 GB
  EXPECT_THAT(ProblemOf(file), HasSubstr("truncated"));
}

TEST(DecodeNpy, RefusesEveryBeginningOfAFile) {
  const std::vector<std::uint8_t> whole = File(1, kGood, kOneAndHalf);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(ProblemOf({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}), "none")
        << size;
  }
}

TEST(DecodeNpy, RefusesDamagedHeaders) {
  for (const char* header :
       {"", "{", "{}", "{'descr': '<f4'}", "{'descr' '<f4'}", "{'descr': '<f4', 'shape': (1, 2)}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (1, 2)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 2)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1 2)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), 'more': 'x'}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2)} x",
        "{'descr: '<f4', 'fortran_order': False, 'shape': (1, 2)}"}) {
    EXPECT_NE(ProblemOfHeader(header), "none") << header;
  }
  EXPECT_THAT(ProblemOf(File(4, kGood, kOneAndHalf)), HasSubstr("format 4.0"));
  EXPECT_THAT(ProblemOf({'P', 'K', 3, 4, 0, 0, 0, 0, 0, 0}), HasSubstr("not a NumPy file"));
}

}  // namespace
}  // namespace gradcam

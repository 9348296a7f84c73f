#include "run/npy.h"

#include <gtest/gtest.h>

#include <string>

namespace gradcam {
namespace {

// As numpy.save writes numpy.array([[1, -2.5, 0]], dtype="<f4"): the header, padded with spaces to
// a multiple of 64 bytes, then the values (1 = 3f800000, -2.5 = c0200000, little end first).
TEST(Npy, IsWhatNumpyWrites) {
  const std::string dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }";
  std::string expected("\x93NUMPY\x01\x00\x76\x00", 10);
  expected += dictionary + std::string(117 - dictionary.size(), ' ') + '\n';
  expected += std::string("\x00\x00\x80\x3f\x00\x00\x20\xc0\x00\x00\x00\x00", 12);
  const std::vector<std::uint8_t> bytes = EncodeNpy(Map{3, 1, {1, -2.5F, 0}});
  EXPECT_EQ(std::string(bytes.begin(), bytes.end()), expected);
}

TEST(Npy, KnowsItsOwnBeginning) {
  const std::vector<std::uint8_t> bytes = EncodeNpy(Map{3, 1, {1, -2.5F, 0}});
  const std::string file(bytes.begin(), bytes.end());
  EXPECT_TRUE(BeginsAsMap(file));
  EXPECT_TRUE(BeginsAsMap(std::string_view(file).substr(0, 100)));
  EXPECT_FALSE(BeginsAsMap(std::string_view(file).substr(0, 8)));
  // As numpy.save writes integers, and in another version.
  std::string other = file;
  other.replace(file.find("<f4"), 3, "<i8");
  EXPECT_FALSE(BeginsAsMap(other));
  for (const char* shape : {"(3,), }", "(1, 3, 2), }", "(), }"}) {  // no map
    other = file;
    other.replace(file.find("(1, 3), }"), 9, shape);
    EXPECT_FALSE(BeginsAsMap(other)) << shape;
  }
  other = file;
  other[6] = 2;
  EXPECT_FALSE(BeginsAsMap(other));
  EXPECT_FALSE(BeginsAsMap("mine"));
}

TEST(Npy, AlignsItsDataForEverySize) {
  for (const int width : {1, 10, 100, 1000, 100000}) {
    const Map map{width, 2, std::vector<float>(static_cast<std::size_t>(2 * width))};
    EXPECT_EQ((EncodeNpy(map).size() - 4 * map.values.size()) % 64, 0U) << width;
  }
}

}  // namespace
}  // namespace gradcam

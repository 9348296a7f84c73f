// No byte string may crash a decoder: every sample is cut and damaged at many places.
#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "image/decode.h"
#include "image/image_testing.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> AllSamples() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(testing::SamplePath(""))) {
    const std::string extension = entry.path().extension();
    if (extension != ".py" && extension != ".bin") {
      names.push_back(entry.path().filename());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

// Decodes to a picture that is whole in itself, or throws Error(kInput).
void DecodeSomehow(std::span<const std::uint8_t> bytes) {
  try {
    // A damaged header must not make the test slow.
    const Picture picture = DecodePicture(bytes, "x", {.max_pixels = 1'000'000});
    EXPECT_EQ(picture.image.rgb.size(), static_cast<std::size_t>(picture.image.width) *
                                            static_cast<std::size_t>(picture.image.height) * 3);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
  }
}

class Damaged : public ::testing::TestWithParam<std::string> {};

TEST_P(Damaged, FileCutAnywhereIsHandled) {
  const testing::Bytes bytes = testing::ReadSample(GetParam());
  const std::size_t step = 1 + bytes.size() / 100;
  for (std::size_t size = 0; size < bytes.size(); size += step) {
    // A buffer of exactly this size, so that the address sanitizer sees a read behind it.
    DecodeSomehow(testing::Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)));
  }
}

TEST_P(Damaged, FileWithWrongBitsIsHandled) {
  const testing::Bytes bytes = testing::ReadSample(GetParam());
  std::mt19937 random(42);
  for (int round = 0; round < 300; ++round) {
    testing::Bytes damaged = bytes;
    const int flips = 1 + round % 4;
    for (int i = 0; i < flips; ++i) {
      // Half of the damage goes into the headers.
      const std::size_t range = i % 2 == 0 ? bytes.size() : std::min<std::size_t>(64, bytes.size());
      damaged[random() % range] ^= static_cast<std::uint8_t>(1U << random() % 8);
    }
    DecodeSomehow(damaged);
  }
}

TEST_P(Damaged, FileWithExtremeBytesIsHandled) {
  const testing::Bytes bytes = testing::ReadSample(GetParam());
  const std::size_t step = 1 + bytes.size() / 150;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    for (const int value : {0x00, 0x7F, 0x80, 0xFF}) {
      testing::Bytes damaged = bytes;
      for (std::size_t i = at; i < std::min(at + 4, bytes.size()); ++i) {
        damaged[i] = static_cast<std::uint8_t>(value);
      }
      DecodeSomehow(damaged);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Samples, Damaged, ::testing::ValuesIn(AllSamples()),
                         [](const auto& sample) {
                           std::string name = sample.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

}  // namespace
}  // namespace gradcam

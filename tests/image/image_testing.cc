#include "image/image_testing.h"

#include <cstddef>
#include <fstream>
#include <iterator>
#include <sstream>

#include "image/decode.h"

namespace gradcam::testing {

std::string SamplePath(const std::string& name) {
  return std::string(GRADCAM_TEST_DATA) + "/image/" + name;
}

Bytes ReadBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Bytes ReadSample(const std::string& name) { return ReadBytes(SamplePath(name)); }

Picture DecodeSample(const std::string& name, const DecodeOptions& options) {
  return DecodePicture(ReadSample(name), name, options);
}

Image ReadExpected(const std::string& name) {
  const Bytes bytes = ReadSample(name + ".ppm");
  std::istringstream stream(std::string(bytes.begin(), bytes.end()));
  std::string magic;
  int maximum = 0;
  Image image;
  stream >> magic >> image.width >> image.height >> maximum;
  EXPECT_EQ(magic, "P6");
  EXPECT_EQ(maximum, 255);
  const auto start = static_cast<std::ptrdiff_t>(stream.tellg()) + 1;
  image.rgb.assign(bytes.begin() + start, bytes.end());
  return image;
}

Image TinyPicture() {
  Image image{6, 4, {}};
  for (int y = 0; y < 4; ++y) {
    for (int x = 0; x < 6; ++x) {
      image.rgb.insert(image.rgb.end(),
                       {static_cast<std::uint8_t>(40 * x), static_cast<std::uint8_t>(60 * y), 7});
    }
  }
  return image;
}

Bytes TinyAlpha() {
  Bytes alpha;
  for (int pixel = 0; pixel < 24; ++pixel) alpha.push_back(static_cast<std::uint8_t>(10 * pixel));
  return alpha;
}

Image RedAsGrey(const Image& image) {
  Image grey = image;
  for (std::size_t i = 0; i < grey.rgb.size(); ++i) {
    grey.rgb[i] = image.rgb[i - i % 3];
  }
  return grey;
}

Pixel PixelAt(const Image& image, int x, int y) {
  const std::size_t at = (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
                          static_cast<std::size_t>(x)) *
                         3;
  return {image.rgb.at(at), image.rgb.at(at + 1), image.rgb.at(at + 2)};
}

Image MakePattern(int width, int height) {
  Image image{width, height, {}};
  const std::size_t size = static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3;
  image.rgb.reserve(size);
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < size; ++i) {
    // Knuth's linear congruential generator; a ramp below keeps it compressible.
    state = state * 1664525 + 1013904223;
    image.rgb.push_back(static_cast<std::uint8_t>(i / 7 + (state >> 30)));
  }
  return image;
}

}  // namespace gradcam::testing

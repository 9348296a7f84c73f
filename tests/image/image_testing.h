#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "gradcam/error.h"
#include "gradcam/image.h"

namespace gradcam::testing {

using Bytes = std::vector<std::uint8_t>;
using Pixel = std::array<int, 3>;

// The path of a file in tests/data/image.
[[nodiscard]] std::string SamplePath(const std::string& name);

// The content of any file; fails the test if it is missing.
[[nodiscard]] Bytes ReadBytes(const std::string& path);

[[nodiscard]] Bytes ReadSample(const std::string& name);

// Decodes tests/data/image/NAME.
[[nodiscard]] Picture DecodeSample(const std::string& name, const DecodeOptions& options = {});

// What Pillow decoded, from the binary PPM file tests/data/image/NAME.ppm.
[[nodiscard]] Image ReadExpected(const std::string& name);

// The picture that most small samples hold: 6 x 4 pixels, red 40 * x, green 60 * y, blue 7.
[[nodiscard]] Image TinyPicture();

// The opacity of the samples called alpha: 10 times the number of the pixel.
[[nodiscard]] Bytes TinyAlpha();

// The picture whose pixels are all red = green = blue = red of `image`.
[[nodiscard]] Image RedAsGrey(const Image& image);

[[nodiscard]] Pixel PixelAt(const Image& image, int x, int y);

// Any picture without symmetries.
[[nodiscard]] Image MakePattern(int width, int height);

MATCHER_P(SamePixelsAs, expected, "has the same size and pixels") {
  *result_listener << arg.width << " x " << arg.height;
  return arg.width == expected.width && arg.height == expected.height && arg.rgb == expected.rgb;
}

// The Error that `function` throws; fails the test if it throws none.
template <typename Function>
[[nodiscard]] Error ErrorOf(Function function) {
  try {
    function();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no Error was thrown";
  return {ErrorKind::kUsage, ""};
}

}  // namespace gradcam::testing

// Pillow's resampling of 8-bit pictures: a windowed filter in 22-bit fixed-point arithmetic.
#include "image/resample.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "gradcam/error.h"

namespace gradcam {
namespace {

constexpr int kPrecisionBits = 22;
constexpr std::int32_t kHalf = 1 << (kPrecisionBits - 1);

double Triangle(double x) {
  x = std::abs(x);
  return x < 1 ? 1 - x : 0;
}

// Keys' cubic with a = -0.5.
double Cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) {
    return ((a + 2) * x - (a + 3)) * x * x + 1;
  }
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

// The source pixels that one output pixel is the weighted sum of.
struct Taps {
  int first = 0;
  std::vector<std::int32_t> weights;  // fixed point
};

Taps MakeTaps(int pixel, int in, int out, ResizeFilter filter) {
  const double scale = static_cast<double>(in) / out;
  const double stretch = std::max(scale, 1.0);
  const double shrink = 1.0 / stretch;
  const double support = (filter == ResizeFilter::kBicubic ? 2.0 : 1.0) * stretch;
  const double centre = (pixel + 0.5) * scale;
  const double begin = centre - support + 0.5;
  const double end = centre + support + 0.5;
  const int first = std::max(0, static_cast<int>(begin));
  const int last = std::min(in, static_cast<int>(end));
  std::vector<double> weights;
  double sum = 0;
  for (int x = first; x < last; ++x) {
    const double distance = (x - centre + 0.5) * shrink;
    weights.push_back(filter == ResizeFilter::kBicubic ? Cubic(distance) : Triangle(distance));
    sum += weights.back();
  }
  Taps taps{first, {}};
  for (const double weight : weights) {
    const double fixed = (sum != 0 ? weight / sum : weight) * (1 << kPrecisionBits);
    taps.weights.push_back(static_cast<std::int32_t>(fixed < 0 ? fixed - 0.5 : fixed + 0.5));
  }
  return taps;
}

// Taps of the output pixels from `begin` to `begin + count`.
std::vector<Taps> MakeAllTaps(int begin, int count, int in, int out, ResizeFilter filter) {
  std::vector<Taps> taps;
  taps.reserve(static_cast<std::size_t>(count));
  for (int pixel = begin; pixel < begin + count; ++pixel) {
    taps.push_back(MakeTaps(pixel, in, out, filter));
  }
  return taps;
}

std::uint8_t Round(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp((sum + kHalf) >> kPrecisionBits, 0, 255));
}

std::size_t Stride(const Image& image) { return static_cast<std::size_t>(image.width) * 3; }

// The columns `taps` of the rows from `top` to `top + rows`.
Image ResampleColumns(const Image& image, const std::vector<Taps>& taps, int top, int rows) {
  Image result{static_cast<int>(taps.size()), rows, {}};
  result.rgb.resize(Stride(result) * static_cast<std::size_t>(rows));
  std::uint8_t* out = result.rgb.data();
  for (int y = top; y < top + rows; ++y) {
    const std::uint8_t* row = image.rgb.data() + static_cast<std::size_t>(y) * Stride(image);
    for (const Taps& column : taps) {
      const std::uint8_t* in = row + static_cast<std::size_t>(column.first) * 3;
      std::int32_t red = 0;
      std::int32_t green = 0;
      std::int32_t blue = 0;
      for (const std::int32_t weight : column.weights) {
        red += in[0] * weight;
        green += in[1] * weight;
        blue += in[2] * weight;
        in += 3;
      }
      out[0] = Round(red);
      out[1] = Round(green);
      out[2] = Round(blue);
      out += 3;
    }
  }
  return result;
}

// The rows `taps` of a picture whose first row is row `top` of the source.
Image ResampleRows(const Image& image, const std::vector<Taps>& taps, int top) {
  const std::size_t stride = Stride(image);
  Image result{image.width, static_cast<int>(taps.size()), {}};
  result.rgb.resize(stride * taps.size());
  std::vector<std::int32_t> sums(stride);
  std::uint8_t* out = result.rgb.data();
  for (const Taps& row : taps) {
    std::fill(sums.begin(), sums.end(), 0);
    const std::uint8_t* in = image.rgb.data() + static_cast<std::size_t>(row.first - top) * stride;
    for (const std::int32_t weight : row.weights) {
      for (std::size_t i = 0; i < stride; ++i) {
        sums[i] += in[i] * weight;
      }
      in += stride;
    }
    out = std::transform(sums.begin(), sums.end(), out, Round);
  }
  return result;
}

}  // namespace

Image Resample(const Image& image, int width, int height, ResizeFilter filter, const Rect& window) {
  if (width < 1 || height < 1 || image.width < 1 || image.height < 1) {
    throw Error(ErrorKind::kUsage, "cannot resize a picture of " + std::to_string(image.width) +
                                       " x " + std::to_string(image.height) + " pixels to " +
                                       std::to_string(width) + " x " + std::to_string(height));
  }
  if (window.x < 0 || window.y < 0 || window.width < 1 || window.height < 1 ||
      window.width > width - window.x || window.height > height - window.y) {
    throw Error(ErrorKind::kUsage, "the window lies outside the resized picture");
  }
  const auto columns = MakeAllTaps(window.x, window.width, image.width, width, filter);
  const auto rows = MakeAllTaps(window.y, window.height, image.height, height, filter);
  const int top = rows.front().first;
  const int bottom = rows.back().first + static_cast<int>(rows.back().weights.size());
  return ResampleRows(ResampleColumns(image, columns, top, bottom - top), rows, top);
}

Image Resample(const Image& image, int width, int height, ResizeFilter filter) {
  return Resample(image, width, height, filter, {0, 0, width, height});
}

}  // namespace gradcam

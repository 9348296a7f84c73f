// Pillow's resampling of 8-bit pictures: a windowed filter in 22-bit fixed-point arithmetic.
#include "image/resample.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gradcam/error.h"
#include "image/alpha.h"

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

// Rows of interleaved 8-bit channels.
struct Samples {
  std::size_t width = 0;     // pixels
  std::size_t channels = 0;  // samples of a pixel
  std::vector<std::uint8_t> values;

  [[nodiscard]] std::size_t stride() const { return width * channels; }
};

// The columns `taps` of the rows from `top` to `top + rows`.
template <std::size_t kChannels>
Samples ResampleColumns(const std::vector<std::uint8_t>& values, std::size_t width,
                        const std::vector<Taps>& taps, std::size_t top, std::size_t rows) {
  Samples result{taps.size(), kChannels, {}};
  result.values.resize(result.stride() * rows);
  std::uint8_t* out = result.values.data();
  for (std::size_t y = top; y < top + rows; ++y) {
    const std::uint8_t* row = values.data() + y * width * kChannels;
    for (const Taps& column : taps) {
      const std::uint8_t* in = row + static_cast<std::size_t>(column.first) * kChannels;
      std::array<std::int32_t, kChannels> sums{};
      for (const std::int32_t weight : column.weights) {
        for (std::size_t i = 0; i < kChannels; ++i) sums[i] += in[i] * weight;
        in += kChannels;
      }
      out = std::transform(sums.begin(), sums.end(), out, Round);
    }
  }
  return result;
}

// The rows `taps` of samples whose first row is row `top` of the source.
std::vector<std::uint8_t> ResampleRows(const Samples& samples, const std::vector<Taps>& taps,
                                       std::size_t top) {
  const std::size_t stride = samples.stride();
  std::vector<std::uint8_t> result(stride * taps.size());
  std::vector<std::int32_t> sums(stride);
  std::uint8_t* out = result.data();
  for (const Taps& row : taps) {
    std::fill(sums.begin(), sums.end(), 0);
    const std::uint8_t* in =
        samples.values.data() + (static_cast<std::size_t>(row.first) - top) * stride;
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

// The columns and rows that make up the result.
struct Grid {
  std::vector<Taps> columns;
  std::vector<Taps> rows;
};

template <std::size_t kChannels>
std::vector<std::uint8_t> ResampleSamples(const std::vector<std::uint8_t>& values, int width,
                                          const Grid& grid) {
  const auto top = static_cast<std::size_t>(grid.rows.front().first);
  const std::size_t bottom =
      static_cast<std::size_t>(grid.rows.back().first) + grid.rows.back().weights.size();
  return ResampleRows(ResampleColumns<kChannels>(values, static_cast<std::size_t>(width),
                                                 grid.columns, top, bottom - top),
                      grid.rows, top);
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
  // Pillow gives a copy then, without weighing transparent colours.
  if (width == image.width && height == image.height && window == Rect{0, 0, width, height}) {
    return image;
  }
  const Grid grid{MakeAllTaps(window.x, window.width, image.width, width, filter),
                  MakeAllTaps(window.y, window.height, image.height, height, filter)};
  Image result{window.width, window.height, {}};
  if (image.alpha.empty()) {
    result.rgb = ResampleSamples<3>(image.rgb, image.width, grid);
    return result;
  }
  result.rgb = ResampleSamples<3>(Premultiplied(image).rgb, image.width, grid);
  result.alpha = ResampleSamples<1>(image.alpha, image.width, grid);
  return Unpremultiplied(std::move(result));
}

Image Resample(const Image& image, int width, int height, ResizeFilter filter) {
  return Resample(image, width, height, filter, {0, 0, width, height});
}

}  // namespace gradcam

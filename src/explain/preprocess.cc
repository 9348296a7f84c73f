#include "explain/preprocess.h"

#include <ATen/Parallel.h>
#include <ATen/Tensor.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "explain/geometry.h"
#include "gradcam/error.h"
#include "image/resample.h"

namespace gradcam {
namespace {

constexpr std::size_t kColours = 3;

// The network's value of each of the 256 levels of one colour.
using Levels = std::array<float, 256>;

Levels LevelsOf(const Preprocess& preprocess, std::size_t colour) {
  const auto scale = static_cast<float>(preprocess.scale);
  const auto mean = static_cast<float>(preprocess.mean.at(colour));
  const auto std = static_cast<float>(preprocess.std.at(colour));
  Levels levels{};
  for (std::size_t level = 0; level < levels.size(); ++level) {
    levels[level] = (static_cast<float>(level) / scale - mean) / std;
  }
  return levels;
}

// Writes one picture of the network's size to `values`, [3, H, W].
void WritePlanes(const Image& image, const Preprocess& preprocess, float* values) {
  const std::size_t cells = image.rgb.size() / kColours;
  for (std::size_t colour = 0; colour < kColours; ++colour) {
    const Levels levels = LevelsOf(preprocess, colour);
    const std::size_t plane = preprocess.bgr ? kColours - 1 - colour : colour;
    float* out = values + plane * cells;
    for (std::size_t cell = 0; cell < cells; ++cell) {
      out[cell] = levels[image.rgb[cell * kColours + colour]];
    }
  }
}

void RequireWholePicture(const Image& picture) {
  const auto pixels =
      static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height);
  if (picture.width < 1 || picture.height < 1 || picture.rgb.size() != pixels * kColours ||
      (!picture.alpha.empty() && picture.alpha.size() != pixels)) {
    throw Error(ErrorKind::kInput, "picture has " + std::to_string(picture.rgb.size()) +
                                       " bytes, which do not fit its size of " +
                                       std::to_string(picture.width) + "x" +
                                       std::to_string(picture.height) + " pixels");
  }
}

// One of the pictures of `input`, whose values are written to `values`, [3, H, W].
void PrepareOne(const Image& picture, const Preprocess& preprocess, std::size_t index,
                NetworkInput& input, float* values) {
  RequireWholePicture(picture);
  const ResizePlan plan = PlanResize(picture.width, picture.height, preprocess);
  Image resized = Resample(picture, plan.width, plan.height, preprocess.filter, plan.window);
  WritePlanes(resized, preprocess, values);
  input.images[index] = std::move(resized);
  input.seen[index] = plan.seen;
}

NetworkInput EmptyInput(std::size_t count, const Preprocess& preprocess, at::Device device) {
  return {.values = at::empty(
              {static_cast<std::int64_t>(count), kColours, preprocess.height, preprocess.width},
              at::TensorOptions(at::kFloat).device(device)),
          .images = std::vector<Image>(count),
          .seen = std::vector<Rect>(count)};
}

std::int64_t ValuesOfPicture(const Preprocess& preprocess) {
  return std::int64_t{kColours} * preprocess.height * preprocess.width;
}

}  // namespace

NetworkInput PrepareInput(std::span<const Image> pictures, const Preprocess& preprocess) {
  NetworkInput input = EmptyInput(pictures.size(), preprocess, at::kCPU);
  float* values = input.values.mutable_data_ptr<float>();
  for (std::size_t n = 0; n < pictures.size(); ++n) {
    PrepareOne(pictures[n], preprocess, n, input, values);
    values += ValuesOfPicture(preprocess);
  }
  return input;
}

NetworkInput PrepareInput(std::span<const Image> pictures, const Preprocess& preprocess,
                          StagedCopies& copies) {
  const ComputeDevice& device = copies.device();
  if (!device.has_own_memory()) return PrepareInput(pictures, preprocess);
  // Two for each thread: copies begin early, and no thread waits for another one's large picture.
  const auto part = static_cast<std::int64_t>(2 * at::get_num_threads());
  const std::int64_t picture_values = ValuesOfPicture(preprocess);
  constexpr auto kBytes = static_cast<std::int64_t>(sizeof(float));
  const auto count = static_cast<std::int64_t>(pictures.size());
  NetworkInput input = EmptyInput(pictures.size(), preprocess, device.torch_device());
  const at::Tensor target = input.values.view({-1}).view(at::kByte);
  for (std::int64_t first = 0; first < count; first += part) {
    const std::int64_t size = std::min(part, count - first);
    const at::Tensor buffer = copies.Next(std::min(part, count) * picture_values * kBytes);
    auto* values = static_cast<float*>(buffer.mutable_data_ptr());
    at::parallel_for(0, size, /*grain_size=*/1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t n = begin; n < end; ++n) {
        const auto index = static_cast<std::size_t>(first + n);
        PrepareOne(pictures[index], preprocess, index, input, values + n * picture_values);
      }
    });
    copies.Copy(target.narrow(0, first * picture_values * kBytes, size * picture_values * kBytes));
  }
  copies.Join();
  return input;
}

}  // namespace gradcam

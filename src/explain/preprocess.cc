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

std::int64_t ValuesOfPicture(const Preprocess& preprocess) {
  return std::int64_t{kColours} * preprocess.height * preprocess.width;
}

void RequirePrepared(const PreparedPicture& picture, const Preprocess& preprocess) {
  const Image& image = picture.image;
  if (image.width == preprocess.width && image.height == preprocess.height &&
      std::cmp_equal(image.rgb.size(), ValuesOfPicture(preprocess))) {
    return;
  }
  throw Error(ErrorKind::kUsage, "a picture was not prepared for this model");
}

// Writes pictures to `values`, [N, 3, H, W].
void WriteValues(std::span<const PreparedPicture> pictures, const Preprocess& preprocess,
                 float* values) {
  const std::int64_t values_of_picture = ValuesOfPicture(preprocess);
  const auto count = static_cast<std::int64_t>(pictures.size());
  at::parallel_for(0, count, /*grain_size=*/1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t n = begin; n < end; ++n) {
      const PreparedPicture& picture = pictures[static_cast<std::size_t>(n)];
      RequirePrepared(picture, preprocess);
      WritePlanes(picture.image, preprocess, values + n * values_of_picture);
    }
  });
}

at::Tensor EmptyInput(std::size_t count, const Preprocess& preprocess, at::Device device) {
  return at::empty(
      {static_cast<std::int64_t>(count), kColours, preprocess.height, preprocess.width},
      at::TensorOptions(at::kFloat).device(device));
}

}  // namespace

PreparedPicture PreparePicture(const Image& picture, const Preprocess& preprocess) {
  RequireWholePicture(picture);
  const ResizePlan plan = PlanResize(picture.width, picture.height, preprocess);
  return {.image = Resample(picture, plan.width, plan.height, preprocess.filter, plan.window),
          .seen = plan.seen};
}

at::Tensor InputOf(std::span<const PreparedPicture> pictures, const Preprocess& preprocess) {
  at::Tensor input = EmptyInput(pictures.size(), preprocess, at::kCPU);
  WriteValues(pictures, preprocess, input.mutable_data_ptr<float>());
  return input;
}

at::Tensor InputOf(std::span<const PreparedPicture> pictures, const Preprocess& preprocess,
                   StagedCopies& copies) {
  const ComputeDevice& device = copies.device();
  if (!device.has_own_memory()) return InputOf(pictures, preprocess);
  // Two for each thread: copies begin early, and there are few of them.
  const auto part = static_cast<std::size_t>(2 * at::get_num_threads());
  const std::int64_t picture_bytes =
      ValuesOfPicture(preprocess) * static_cast<std::int64_t>(sizeof(float));
  at::Tensor input = EmptyInput(pictures.size(), preprocess, device.torch_device());
  const at::Tensor target = input.view({-1}).view(at::kByte);
  for (std::size_t first = 0; first < pictures.size(); first += part) {
    const auto now = pictures.subspan(first, std::min(part, pictures.size() - first));
    const std::int64_t bytes = static_cast<std::int64_t>(now.size()) * picture_bytes;
    const at::Tensor buffer = copies.Next(bytes);
    WriteValues(now, preprocess, static_cast<float*>(buffer.mutable_data_ptr()));
    copies.Copy(target.narrow(0, static_cast<std::int64_t>(first) * picture_bytes, bytes));
  }
  copies.Join();
  return input;
}

}  // namespace gradcam

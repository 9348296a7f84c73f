#include "explain/preprocess.h"

#include <ATen/Tensor.h>
#include <ATen/ops/empty.h>

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

}  // namespace

NetworkInput PrepareInput(std::span<const Image> pictures, const Preprocess& preprocess) {
  const auto count = static_cast<std::int64_t>(pictures.size());
  NetworkInput input{
      .values = at::empty({count, kColours, preprocess.height, preprocess.width}, at::kFloat),
      .images = {},
      .seen = {}};
  float* values = input.values.mutable_data_ptr<float>();
  for (const Image& picture : pictures) {
    RequireWholePicture(picture);
    const ResizePlan plan = PlanResize(picture.width, picture.height, preprocess);
    Image resized = Resample(picture, plan.width, plan.height, preprocess.filter, plan.window);
    WritePlanes(resized, preprocess, values);
    values += resized.rgb.size();
    input.images.push_back(std::move(resized));
    input.seen.push_back(plan.seen);
  }
  return input;
}

}  // namespace gradcam

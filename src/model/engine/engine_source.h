#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <string>

#include "model/engine/features_engine.h"

namespace gradcam {

// Where an engine comes from: it is made, or taken as an earlier run of the program has kept it.
struct EngineSource {
  std::string name;  // for messages
  std::function<std::unique_ptr<FeaturesEngine>()> make;

  // Whether an earlier run may have kept one for pictures like `input`, without looking closely.
  // Empty, as the next two, where nothing is ever kept.
  std::function<bool(const at::Tensor& input)> is_kept;
  // That one; null if there is none, or none that can be used.
  std::function<std::unique_ptr<FeaturesEngine>(const at::Tensor& input)> take_kept;
  // What take_kept has given was found wrong: it is not given again.
  std::function<void(const at::Tensor& input)> forget_kept;

  // The largest difference of its activations, and of what else crosses the cut, from the
  // reference's that is put down to rounding, as a share of the maximum.
  double limit = 0;
  // The same engine made in another way that takes more networks, but is slower: asked where this
  // one throws or differs. May be null.
  std::shared_ptr<const EngineSource> otherwise;

  // The same engine computing in float32, for one that does not: it is compared first, by a limit
  // that half precision could not keep. Null for one in float32.
  std::shared_ptr<const EngineSource> float32;
};

}  // namespace gradcam

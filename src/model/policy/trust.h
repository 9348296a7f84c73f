#pragma once

namespace gradcam {

// How far a model file is trusted.
enum class Trust {
  kAllowListOnly,  // refuse operators outside the allow-list (operator_policy.h)
  kEverything,
};

}  // namespace gradcam

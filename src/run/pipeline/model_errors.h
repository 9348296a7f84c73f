#pragma once

#include <optional>

#include "gradcam/error.h"

namespace gradcam {

// Tells a picture that the network cannot take from a run that cannot work. Once a picture has been
// explained, every error is its picture's own. Before that, an error of kind kUsage (no such class)
// or kDevice is the run's, and one of kind kModel is in doubt: one picture may upset a model; two,
// and none explained, show that it cannot work.
class ModelErrors {
 public:
  // The network could not explain a picture. Throws the error of the run, if it is one.
  void Add(const Error& error);

  void SetExplained() { has_explained_ = true; }
  [[nodiscard]] bool has_explained() const { return has_explained_; }

  // Whether an error has been added of which nobody knows yet whose it is.
  [[nodiscard]] bool is_in_doubt() const { return first_ && !has_explained_; }

  // No picture is left. Throws an error in doubt.
  void Finish() const;

 private:
  std::optional<Error> first_;  // of kind kModel
  bool has_explained_ = false;
};

}  // namespace gradcam

#include "run/pipeline/model_errors.h"

namespace gradcam {

void ModelErrors::Add(const Error& error) {
  const bool may_be_the_runs = error.kind() == ErrorKind::kUsage ||
                               error.kind() == ErrorKind::kModel ||
                               error.kind() == ErrorKind::kDevice;
  if (has_explained_ || !may_be_the_runs) return;
  if (error.kind() == ErrorKind::kDevice) throw Error(error);
  if (first_) throw Error(*first_);
  if (error.kind() == ErrorKind::kUsage) throw Error(error);
  first_ = error;
}

void ModelErrors::Finish() const {
  if (is_in_doubt()) throw Error(*first_);
}

}  // namespace gradcam

#pragma once

#include <stdexcept>
#include <string>

#include "gradcam/export.h"

namespace gradcam {

// Who can mend it: decides the exit code of the program and whether a run goes on.
enum class ErrorKind {
  kUsage,   // wrong options, unknown class or layer: nothing can be done
  kModel,   // the model file or the device cannot be used: nothing can be done
  kInput,   // this picture cannot be used; others can
  kOutput,  // a file of this picture cannot be written; others may be
  kMemory,  // too many pictures at once for the memory of the device; fewer may fit
  kDevice,  // the device no longer answers: nothing more can be computed
};

// The only exception type of gradcam. `what()` is one line, lower case, and names the object
// ("cannot read image 'cat.jpg': not a picture"); `hint()` is the next step, or empty.
class GRADCAM_EXPORT Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message, std::string hint = "");

  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

 private:
  ErrorKind kind_;
  std::string hint_;
};

}  // namespace gradcam

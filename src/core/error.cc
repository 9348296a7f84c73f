#include "gradcam/error.h"

#include <utility>

namespace gradcam {

Error::Error(ErrorKind kind, const std::string& message, std::string hint)
    : std::runtime_error(message), kind_(kind), hint_(std::move(hint)) {}

}  // namespace gradcam

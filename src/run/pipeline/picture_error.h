#pragma once

#include "gradcam/error.h"
#include "run/job_source.h"

namespace gradcam {

// The exception that is being handled as the error of a picture; only in a catch block.
[[nodiscard]] Error CurrentErrorOf(const Job& job);

}  // namespace gradcam

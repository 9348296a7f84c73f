#pragma once

#include <string>

namespace gradcam {

// What an exception of OpenVINO says, in one line of at most some 200 characters: without the
// places in its source code that it was passed on from.
[[nodiscard]] std::string OneLine(const std::string& what);

}  // namespace gradcam

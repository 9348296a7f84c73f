#pragma once

#include <exception>
#include <string>

namespace gradcam {

// What went wrong in LibTorch, as one line without traceback: of an interpreter error the innermost
// message, of a c10::Error its first line.
[[nodiscard]] std::string TorchMessage(const std::exception& error);

}  // namespace gradcam

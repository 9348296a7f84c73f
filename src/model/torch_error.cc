#include "model/torch_error.h"

#include <c10/util/Exception.h>

#include <string_view>

namespace gradcam {
namespace {

std::string FirstLine(std::string_view text) {
  const auto end = text.find('\n');
  return std::string(text.substr(0, end));
}

}  // namespace

std::string TorchMessage(const std::exception& error) {
  const auto* torch_error = dynamic_cast<const c10::Error*>(&error);
  const std::string text =
      torch_error != nullptr ? torch_error->what_without_backtrace() : error.what();
  // The interpreter puts its traceback first and "RuntimeError: message" last.
  for (const std::string_view mark : {"RuntimeError: ", "Error: "}) {
    if (text.starts_with("The following operation failed")) {
      if (const auto at = text.rfind(mark); at != std::string::npos) {
        return FirstLine(std::string_view(text).substr(at + mark.size()));
      }
    }
  }
  return FirstLine(text);
}

}  // namespace gradcam

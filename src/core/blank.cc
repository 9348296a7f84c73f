#include "core/blank.h"

namespace gradcam {

bool IsBlank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace gradcam

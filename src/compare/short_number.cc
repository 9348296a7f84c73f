#include "compare/short_number.h"

#include <array>
#include <cstdio>

namespace gradcam {

std::string ShortNumber(double number) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.4g", number);
  return text.data();
}

}  // namespace gradcam

#include "core/joined.h"

namespace gradcam {

std::string Joined(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) {
    if (&part != &parts.front()) text += separator;
    text += part;
  }
  return text;
}

std::string JoinedQuoted(const std::vector<std::string>& parts) {
  return parts.empty() ? "" : "'" + Joined(parts, "', '") + "'";
}

}  // namespace gradcam

#include "report/markup.h"

#include <cstddef>

#include "report/text.h"

namespace gradcam {

std::string EscapedMarkup(std::string_view text) {
  const std::string printable = Printable(text);
  std::string escaped;
  for (std::size_t i = 0; i < printable.size(); ++i) {
    const std::string_view rest = std::string_view(printable).substr(i);
    if (rest.starts_with("\xEF\xBF\xBE") || rest.starts_with("\xEF\xBF\xBF")) {
      escaped += "\xEF\xBF\xBD";
      i += 2;
      continue;
    }
    switch (printable[i]) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += printable[i];
    }
  }
  return escaped;
}

}  // namespace gradcam

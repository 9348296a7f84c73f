#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "report/text.h"

namespace gradcam {

bool UseColor(When mode, int file_descriptor, const Environment& environment) {
  if (mode != When::kAuto) return mode == When::kAlways;
  return !environment.no_color && environment.term.value_or("dumb") != "dumb" &&
         isatty(file_descriptor) == 1;
}

std::size_t TerminalWidth(int file_descriptor) {
  winsize size{};
  return ::ioctl(file_descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

std::string Styled(std::string_view text, Style style, bool color) {
  if (!color) return std::string(text);
  constexpr std::array<std::string_view, 4> kSequences{"\x1b[1;31m", "\x1b[1;33m", "\x1b[36m",
                                                       "\x1b[1m"};
  std::string styled(kSequences.at(static_cast<std::size_t>(style)));
  styled += text;
  styled += "\x1b[0m";
  return styled;
}

std::string OneLine(std::string_view text) {
  constexpr std::string_view kBreaks = "\t\r\n\v\f";
  constexpr std::string_view kSpaces = " \t\r\n\v\f";
  text.remove_prefix(std::min(text.find_first_not_of(kSpaces), text.size()));
  text = text.substr(0, text.find_last_not_of(kSpaces) + 1);
  std::string line;
  while (!text.empty()) {
    const std::size_t spaces = std::min(text.find_first_not_of(kSpaces), text.size());
    const std::string_view run = text.substr(0, spaces);
    const bool broken = run.find_first_of(kBreaks) != std::string_view::npos;
    line += broken ? std::string_view(" ") : run;
    text.remove_prefix(spaces);
    const std::size_t letters = std::min(text.find_first_of(kSpaces), text.size());
    line += text.substr(0, letters);
    text.remove_prefix(letters);
  }
  return Printable(line);
}

}  // namespace gradcam

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "cli/environment.h"

namespace gradcam {

// Of an option that goes by where the output goes: to a terminal or not.
enum class When { kAuto, kAlways, kNever };

// Whether to write colours to the stream with this file descriptor. kAuto: only to a terminal, and
// not with NO_COLOR or TERM=dumb.
[[nodiscard]] bool UseColor(When mode, int file_descriptor, const Environment& environment);

// Columns of the terminal with this file descriptor; 0 if it is none or does not say.
[[nodiscard]] std::size_t TerminalWidth(int file_descriptor);

enum class Style { kError, kWarning, kHint, kHeading };

// `text` in the escape sequences of `style`, or as it is.
[[nodiscard]] std::string Styled(std::string_view text, Style style, bool color);

// `text` fit for one line of a terminal: line breaks and tabs become one space, the rest as
// Printable of report/text.h. File names may hold any byte.
[[nodiscard]] std::string OneLine(std::string_view text);

}  // namespace gradcam

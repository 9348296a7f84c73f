#pragma once

#include <string>
#include <string_view>

namespace gradcam {

// `text`, UTF-8, as printable ASCII: the letters of Latin-1 without their accents, quotation marks
// and dashes in their plain form, a tab or line end as a space, and '?' for every other character
// and for each byte that is no UTF-8.
[[nodiscard]] std::string ToAscii(std::string_view text);

}  // namespace gradcam

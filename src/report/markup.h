#pragma once

#include <string>
#include <string_view>

namespace gradcam {

// `text` for HTML or XML, between tags or as an attribute in double quotation marks. What XML 1.0
// cannot hold even as references, control characters and two noncharacters, becomes U+FFFD, and so
// does what is no UTF-8.
[[nodiscard]] std::string EscapedMarkup(std::string_view text);

}  // namespace gradcam

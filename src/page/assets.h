#pragma once

#include <string_view>

namespace gradcam {

// The files in src/page/assets, as they were when the program was built.
[[nodiscard]] std::string_view PageTemplate();  // page.html
[[nodiscard]] std::string_view PageStyle();     // page.css
[[nodiscard]] std::string_view PageScript();    // page.js

}  // namespace gradcam

#pragma once

#include <string_view>

namespace gradcam {

// The text chunk "Software" of every PNG file that EncodePng makes; it follows the header, within
// the first 100 bytes. A file with it is ours to replace.
inline constexpr std::string_view kPngSoftware{"Software\0gradcam", 16};

}  // namespace gradcam

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gradcam {

// Whether a byte of UTF-8 stands at `position` that goes on with a character.
[[nodiscard]] bool IsContinuation(std::string_view bytes, std::size_t position);

// The longest beginning of `bytes` of at most `limit` bytes that does not end inside a character of
// UTF-8.
[[nodiscard]] std::string CutAtCharacter(std::string_view bytes, std::size_t limit);

// The same of more than `limit` bytes, with " …" behind the last whole word; `text` itself if it is
// no longer.
[[nodiscard]] std::string Shortened(std::string_view text, std::size_t limit);

}  // namespace gradcam

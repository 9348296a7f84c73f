#include "core/text_columns.h"

#include <algorithm>

namespace gradcam {

std::size_t Columns(std::string_view text) {
  // Every byte that does not continue a character.
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  }));
}

std::string Padded(std::string_view text, std::size_t columns) {
  std::string padded(text);
  const std::size_t used = Columns(text);
  if (used < columns) {
    padded.append(columns - used, ' ');
  }
  return padded;
}

}  // namespace gradcam

#include "core/cut_text.h"

namespace gradcam {

bool IsContinuation(std::string_view bytes, std::size_t position) {
  return position < bytes.size() && (static_cast<unsigned char>(bytes[position]) & 0xC0U) == 0x80U;
}

std::string CutAtCharacter(std::string_view bytes, std::size_t limit) {
  if (bytes.size() <= limit) return std::string(bytes);
  std::size_t end = limit;
  // At most three bytes back: text that is no UTF-8 is cut where it must be.
  while (end > 0 && limit - end < 3 && IsContinuation(bytes, end)) --end;
  return std::string(bytes.substr(0, IsContinuation(bytes, end) ? limit : end));
}

std::string Shortened(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  const std::size_t space = text.rfind(' ', limit);
  const bool has_word = space != std::string_view::npos && space > 0;
  return CutAtCharacter(text, has_word ? space : limit) + " …";
}

}  // namespace gradcam

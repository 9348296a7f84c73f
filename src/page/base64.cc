#include "page/base64.h"

#include <cstddef>
#include <string_view>

namespace gradcam {

std::string Base64(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = bytes.size() - i;
    const unsigned second = count > 1 ? bytes[i + 1] : 0U;
    const unsigned third = count > 2 ? bytes[i + 2] : 0U;
    const unsigned group = unsigned{bytes[i]} << 16U | second << 8U | third;
    text += kAlphabet[group >> 18U];
    text += kAlphabet[group >> 12U & 63U];
    text += count > 1 ? kAlphabet[group >> 6U & 63U] : '=';
    text += count > 2 ? kAlphabet[group & 63U] : '=';
  }
  return text;
}

}  // namespace gradcam

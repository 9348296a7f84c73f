#include "image/ascii.h"

#include <cstddef>

namespace gradcam {
namespace {

// One code point of UTF-8 text, or U+FFFD for a byte that belongs to none, and the bytes it takes.
struct CodePoint {
  char32_t value;
  std::size_t size;
};

CodePoint DecodeUtf8(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) {
    return {lead, 1};
  }
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
  if (size == 0 || text.size() < size) {
    return {U'\uFFFD', 1};
  }
  char32_t value = lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0U) != 0x80) {
      return {U'\uFFFD', 1};
    }
    value = value << 6 | (next & 0x3FU);
  }
  return {value, size};
}

char ToAscii(char32_t c) {
  constexpr std::string_view kLatin1 =
      "AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty";  // U+00C0 to U+00FF
  if (c >= 0x20 && c < 0x7F) {
    return static_cast<char>(c);
  }
  if (c >= 0xC0 && c <= 0xFF) {
    return kLatin1[c - 0xC0];
  }
  switch (c) {
    case U'\u2018':
    case U'\u2019':
      return '\'';
    case U'\u2013':
    case U'\u2014':
      return '-';
    case U'\u00A0':
    case U'\t':
    case U'\n':
      return ' ';
    default:
      return '?';
  }
}

}  // namespace

std::string ToAscii(std::string_view text) {
  std::string ascii;
  while (!text.empty()) {
    const CodePoint c = DecodeUtf8(text);
    ascii += ToAscii(c.value);
    text.remove_prefix(c.size);
  }
  return ascii;
}

}  // namespace gradcam

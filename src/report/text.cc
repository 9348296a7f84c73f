#include "report/text.h"

#include <cstddef>

#include "core/cut_text.h"

namespace gradcam {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

unsigned Byte(std::string_view bytes, std::size_t position) {
  return static_cast<unsigned char>(bytes[position]);
}

// Length of the character that starts at `position`, or 0 if none does. Table 3-7 of the Unicode
// standard: no overlong forms, no surrogates, nothing above U+10FFFF.
std::size_t CharacterLength(std::string_view bytes, std::size_t position) {
  const unsigned first = Byte(bytes, position);
  if (first < 0x80U) return 1;
  const unsigned second = position + 1 < bytes.size() ? Byte(bytes, position + 1) : 0;
  unsigned low = 0x80;
  unsigned high = 0xBF;
  std::size_t length = 0;
  if (first >= 0xC2U && first <= 0xDFU) {
    length = 2;
  } else if (first >= 0xE0U && first <= 0xEFU) {
    length = 3;
    if (first == 0xE0U) low = 0xA0;
    if (first == 0xEDU) high = 0x9F;
  } else if (first >= 0xF0U && first <= 0xF4U) {
    length = 4;
    if (first == 0xF0U) low = 0x90;
    if (first == 0xF4U) high = 0x8F;
  } else {
    return 0;
  }
  if (second < low || second > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (!IsContinuation(bytes, position + i)) return 0;
  }
  return length;
}

// C0 controls and DEL, and the C1 controls U+0080 to U+009F.
bool IsControl(std::string_view character) {
  const unsigned first = Byte(character, 0);
  if (character.size() == 1) return first < 0x20U || first == 0x7FU;
  return character.size() == 2 && first == 0xC2U && Byte(character, 1) < 0xA0U;
}

// U+202A to U+202E and U+2066 to U+2069: embeddings, overrides and isolates, which reach beyond
// the text that they stand in. Letters of right-to-left scripts need none of them.
bool IsDirectionControl(std::string_view character) {
  if (character.size() != 3 || Byte(character, 0) != 0xE2U) return false;
  const unsigned last = Byte(character, 2);
  return (Byte(character, 1) == 0x80U && last >= 0xAAU && last <= 0xAEU) ||
         (Byte(character, 1) == 0x81U && last >= 0xA6U && last <= 0xA9U);
}

bool IsPrintable(std::string_view character) {
  return !IsControl(character) && !IsDirectionControl(character);
}

// The value of a hex digit, or -1.
int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

bool IsUtf8(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t length = CharacterLength(bytes, i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

std::string ToUtf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t length = CharacterLength(bytes, i);
    text += length == 0 ? kReplacement : bytes.substr(i, length);
    i += length == 0 ? 1 : length;
  }
  return text;
}

std::string Printable(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t length = CharacterLength(bytes, i);
    const bool keep = length != 0 && IsPrintable(bytes.substr(i, length));
    text += keep ? bytes.substr(i, length) : kReplacement;
    i += length == 0 ? 1 : length;
  }
  return text;
}

std::string ClassName(const std::string& label, int index) {
  return label.empty() ? "class " + std::to_string(index) : label;
}

std::string Quoted(const std::filesystem::path& path) {
  std::string text("'");
  text += Printable(path.string());
  text += '\'';
  return text;
}

std::string PercentEncode(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "-._~/";
  std::string text;
  for (const char c : bytes) {
    const bool alphanumeric =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (alphanumeric || kPlain.find(c) != std::string_view::npos) {
      text += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    text += '%';
    text += kHex[byte >> 4U];
    text += kHex[byte & 0xFU];
  }
  return text;
}

std::string PercentDecode(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? HexValue(text[i + 1]) : -1;
    const int low = high >= 0 ? HexValue(text[i + 2]) : -1;
    bytes += low >= 0 ? static_cast<char>(high * 16 + low) : text[i];
    if (low >= 0) i += 2;
  }
  return bytes;
}

}  // namespace gradcam

#include "openvino/one_line.h"

#include <cstddef>
#include <sstream>

namespace gradcam {
namespace {

constexpr std::size_t kMostCharacters = 200;

bool IsPlace(const std::string& line) {
  return line.starts_with("Exception from ") || line.starts_with("Summary:");
}

std::string Trimmed(const std::string& line) {
  const auto begin = line.find_first_not_of(" \t\r");
  if (begin == std::string::npos) return {};
  return line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1);
}

// The first bytes of `text`, whole characters of UTF-8.
std::string Shortened(const std::string& text) {
  constexpr unsigned kMask = 0xC0U;
  constexpr unsigned kContinuation = 0x80U;
  std::size_t end = kMostCharacters;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & kMask) == kContinuation) --end;
  return text.substr(0, end) + "…";
}

}  // namespace

std::string OneLine(const std::string& what) {
  std::istringstream lines(what);
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    line = Trimmed(line);
    if (line.empty() || IsPlace(line)) continue;
    text += (text.empty() ? "" : " ") + line;
  }
  if (text.empty()) return "unknown error";
  return text.size() > kMostCharacters ? Shortened(text) : text;
}

}  // namespace gradcam

#include "openvino/one_line.h"

#include <cstddef>
#include <sstream>

#include "core/cut_text.h"

namespace gradcam {
namespace {

constexpr std::size_t kMost = 200;  // bytes

bool IsPlace(const std::string& line) {
  return line.starts_with("Exception from ") || line.starts_with("Summary:");
}

std::string Trimmed(const std::string& line) {
  const auto begin = line.find_first_not_of(" \t\r");
  if (begin == std::string::npos) return {};
  return line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1);
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
  return Shortened(text, kMost);
}

}  // namespace gradcam

#include "core/text_columns.h"

#include <algorithm>
#include <utility>

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

std::vector<std::string> TableLines(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.empty() ? 0 : rows.front().size());
  for (const std::vector<std::string>& row : rows) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], Columns(row.at(i)));
    }
  }
  std::vector<std::string> lines;
  lines.reserve(rows.size());
  for (const std::vector<std::string>& row : rows) {
    std::string line;
    for (std::size_t i = 0; i + 1 < widths.size(); ++i) line += Padded(row[i], widths[i]) + "  ";
    if (!row.empty()) line += row.back();
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace gradcam

#include "run/inputs/csv_record.h"

#include <algorithm>
#include <cstddef>
#include <stdexcept>

namespace gradcam {

bool CsvRecord::AddLine(std::string_view line) {
  std::optional<std::string_view> rest = is_open_ ? ReadOn(line) : ReadField(line);
  while (rest && rest->starts_with(',')) rest = ReadField(rest->substr(1));
  return rest.has_value();
}

// These return what follows the field, or nothing if it goes on in the next line.

std::optional<std::string_view> CsvRecord::ReadField(std::string_view text) {
  fields_.emplace_back();
  if (text.starts_with('"')) return ReadQuoted(text.substr(1));
  std::size_t size = std::min(text.find(','), text.size());
  if (size == text.size() && text.ends_with('\r')) --size;
  fields_.back() = text.substr(0, size);
  return text.substr(size);
}

std::optional<std::string_view> CsvRecord::ReadOn(std::string_view text) {
  fields_.back() += '\n';
  return ReadQuoted(text);
}

std::optional<std::string_view> CsvRecord::ReadQuoted(std::string_view text) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (text[at] == '"') {
      const bool is_doubled = text.substr(at + 1).starts_with('"');
      if (!is_doubled) break;
      ++at;
    }
    fields_.back() += text[at];
  }
  is_open_ = at == text.size();
  if (is_open_) return std::nullopt;
  const std::string_view rest = text.substr(at + 1);
  if (!rest.empty() && rest != "\r" && !rest.starts_with(',')) {
    throw std::invalid_argument("text behind a closing quotation mark");
  }
  return rest;
}

}  // namespace gradcam

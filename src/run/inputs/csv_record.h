#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradcam {

// The fields of one CSV record (RFC 4180): separated by commas, in quotation marks where they hold
// commas, quotation marks (doubled) or line ends.
class CsvRecord {
 public:
  // Takes the next line, without its line feed; a carriage return before that belongs to the line
  // end. Whether the record is complete: a quoted field may go on in the next line. Throws
  // std::invalid_argument in words if a closing quotation mark is not followed by a comma.
  [[nodiscard]] bool AddLine(std::string_view line);

  [[nodiscard]] const std::vector<std::string>& fields() const { return fields_; }

 private:
  std::optional<std::string_view> ReadField(std::string_view text);
  std::optional<std::string_view> ReadOn(std::string_view text);
  std::optional<std::string_view> ReadQuoted(std::string_view text);

  std::vector<std::string> fields_;
  bool is_open_ = false;  // the last field is quoted and goes on
};

}  // namespace gradcam

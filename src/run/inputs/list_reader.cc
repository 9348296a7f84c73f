#include "run/inputs/list_reader.h"

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/blank.h"
#include "core/equals_ignoring_case.h"
#include "core/file_handle.h"
#include "core/joined.h"
#include "gradcam/error.h"
#include "report/path_json.h"
#include "report/text.h"
#include "run/inputs/class_text.h"
#include "run/inputs/csv_record.h"

namespace gradcam {
namespace {

constexpr const char* kPath = "path";
constexpr const char* kClass = "class";
constexpr const char* kHeaderHint = "a CSV list begins with the line path,class";

// With capitals or blanks that a header does not have, or just so.
bool ContainsLike(const std::vector<std::string>& fields, std::string_view name) {
  return std::ranges::any_of(fields, [name](std::string_view field) {
    while (field.starts_with(' ')) field.remove_prefix(1);
    while (field.ends_with(' ')) field.remove_suffix(1);
    return EqualsIgnoringCase(field, name);
  });
}

// Of a record on one line; none if it is not one.
std::vector<std::string> FieldsOf(const std::string& line) {
  try {
    CsvRecord record;
    if (record.AddLine(line)) return record.fields();
  } catch (const std::invalid_argument&) {  // NOLINT(bugprone-empty-catch)
  }
  return {};
}

// A header as spreadsheets write it where a comma separates decimals.
bool IsHeaderWith(char separator, std::string line) {
  std::replace(line.begin(), line.end(), separator, ',');
  const std::vector<std::string> fields = FieldsOf(line);
  return ContainsLike(fields, kPath) && ContainsLike(fields, kClass);
}

bool IsJson(const std::string& line) {
  const std::size_t next = line.starts_with('{') ? line.find_first_not_of(" \t", 1) : line.size();
  return next < line.size() && line[next] == '"';
}

}  // namespace

ListReader::ListReader(std::string name, int descriptor, char separator)
    : name_(std::move(name)), lines_(descriptor, separator), separator_(separator) {}

std::optional<ListEntry> ListReader::Next(const InputWait& wait) {
  std::optional<std::string> line = NextFilledLine(wait);
  if (line && format_ == Format::kUnknown && ReadHeader(*line)) line = NextFilledLine(wait);
  if (!line) return std::nullopt;
  if (format_ == Format::kCsv) return EntryOfCsv(*line, wait);
  if (format_ == Format::kJsonLines) return EntryOfJson(*line);
  if (separator_ == '\n' && line->ends_with('\r')) line->pop_back();
  return ListEntry{std::move(*line), std::nullopt, entry_line_};
}

// Finds the format by the first line. Whether that was a header and not a picture.
bool ListReader::ReadHeader(const std::string& line) {
  format_ = Format::kPaths;
  if (separator_ != '\n') return false;
  if (IsJson(line)) {
    format_ = Format::kJsonLines;
    return false;
  }
  if (line.find(',') == std::string::npos) {
    if (!IsHeaderWith(';', line) && !IsHeaderWith('\t', line)) return false;
    at_end_ = true;
    Fail("the fields are not separated by commas", kHeaderHint);
  }
  header_ = FieldsOf(line);
  if (!ContainsLike(header_, kPath) && !ContainsLike(header_, kClass)) return false;
  format_ = Format::kCsv;
  for (const char* column : {kPath, kClass}) {
    const auto count = std::count(header_.begin(), header_.end(), column);
    if (count == 1) continue;
    at_end_ = true;
    Fail((count == 0 ? "no column '" : "several columns '") + std::string(column) +
             "'; the header has " + Printable(JoinedQuoted(header_)),
         kHeaderHint);
  }
  return true;
}

ListEntry ListReader::EntryOfCsv(const std::string& line, const InputWait& wait) {
  CsvRecord record;
  try {
    bool is_complete = record.AddLine(line);
    while (!is_complete) {
      const std::optional<std::string> next = NextLine(wait);
      if (!next) Fail("a quotation mark is never closed");
      is_complete = record.AddLine(*next);
    }
  } catch (const std::invalid_argument& problem) {
    Fail(problem.what(), "a quotation mark inside a quoted field is written twice");
  }
  const std::vector<std::string>& fields = record.fields();
  if (fields.size() != header_.size()) {
    Fail("the number of fields is " + std::to_string(fields.size()) + ", that of the header " +
             std::to_string(header_.size()),
         fields.size() > header_.size() ? "a path that holds a comma stands in quotation marks"
                                        : "");
  }
  const auto field = [&](const char* name) -> const std::string& {
    return fields[static_cast<std::size_t>(std::find(header_.begin(), header_.end(), name) -
                                           header_.begin())];
  };
  return EntryOf(field(kPath), field(kClass));
}

ListEntry ListReader::EntryOfJson(const std::string& line) const {
  nlohmann::ordered_json json;
  try {
    json = nlohmann::ordered_json::parse(line);
  } catch (const nlohmann::json::exception&) {
    Fail("no valid JSON", R"(a line reads {"path": "cat.jpg", "class": 281})");
  }
  std::string path;
  try {
    path = PathFromJson(json, kPath);
  } catch (const Error& error) {
    Fail(error.what(), error.hint());
  }
  if (!json.contains(kClass)) Fail(R"(no "class")");
  const std::optional<std::string> class_text = ClassTextOf(json[kClass]);
  if (!class_text) Fail(R"("class" is neither an index nor a label)");
  return EntryOf(path, *class_text);
}

ListEntry ListReader::EntryOf(const std::string& path, const std::string& class_text) const {
  if (path.empty()) Fail("the path is empty");
  if (path.find('\0') != std::string::npos) Fail("the path holds a NUL byte");
  const std::optional<ClassTarget> truth = ParseClassText(class_text);
  if (!truth) {
    Fail("class '" + Printable(class_text) + "' is neither an index nor a label");
  }
  return {path, truth, entry_line_};
}

// The next line that is not empty, where an entry begins. A list of NUL-separated paths may hold
// names of spaces.
std::optional<std::string> ListReader::NextFilledLine(const InputWait& wait) {
  while (std::optional<std::string> line = NextLine(wait)) {
    const bool is_empty = separator_ == '\n' ? IsBlank(*line) : line->empty();
    if (is_empty) continue;
    entry_line_ = line_;
    return line;
  }
  return std::nullopt;
}

std::optional<std::string> ListReader::NextLine(const InputWait& wait) {
  if (at_end_) return std::nullopt;
  std::optional<std::string> line;
  try {
    line = lines_.Next(wait);
  } catch (const std::system_error& error) {
    const int code = error.code().value();
    if (code == EFBIG) {
      entry_line_ = ++line_;
      Fail("longer than a MiB", "a list holds paths; a picture is given without @");
    }
    at_end_ = true;
    throw Error(ErrorKind::kUsage, "cannot read " + name_ + ": " + SystemMessage(code));
  }
  if (!line) return std::nullopt;
  ++line_;
  if (separator_ == '\n' && line_ == 1 && line->starts_with("\xEF\xBB\xBF")) line->erase(0, 3);
  if (line->find('\0') != std::string::npos) {
    entry_line_ = line_;
    Fail("holds a NUL byte", "--null is for lists whose paths end with one");
  }
  return line;
}

void ListReader::Fail(const std::string& problem, const std::string& hint) const {
  throw Error(ErrorKind::kUsage, name_ + ", line " + std::to_string(entry_line_) + ": " + problem,
              hint);
}

}  // namespace gradcam

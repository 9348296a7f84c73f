#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gradcam/explainer.h"
#include "run/inputs/line_source.h"

namespace gradcam {

// A picture that a list names.
struct ListEntry {
  std::string path;                  // as written
  std::optional<ClassTarget> truth;  // its true class, by index or label
  int line = 0;                      // where it begins in the list, from 1
};

// Reads the entries of a list as they come. The list is, by its first line,
// - CSV, if that is a header with a column "path" or "class" among others: one picture a record,
// - JSON lines, if it begins with { and " : {"path": ..., "class": ...}, where "path_bytes" may
//   stand beside "path" (report/path_json.h),
// - one path a line otherwise, or with `separator` '\0' always. Empty lines are left out.
// A class is an index if it consists of digits, otherwise a label ("label:7" is the label "7").
class ListReader {
 public:
  // `name` as messages call it: "list 'cats.csv'".
  ListReader(std::string name, int descriptor, char separator);

  // The next entry; nothing at the end and after a stop request. Throws Error(kUsage), which names
  // the line; the next call goes on behind it, unless the list as a whole is of no use.
  [[nodiscard]] std::optional<ListEntry> Next(const InputWait& wait);

 private:
  enum class Format { kUnknown, kPaths, kCsv, kJsonLines };

  [[nodiscard]] std::optional<std::string> NextLine(const InputWait& wait);
  [[nodiscard]] std::optional<std::string> NextFilledLine(const InputWait& wait);
  [[nodiscard]] bool ReadHeader(const std::string& line);
  [[nodiscard]] ListEntry EntryOfCsv(const std::string& line, const InputWait& wait);
  [[nodiscard]] ListEntry EntryOfJson(const std::string& line) const;
  [[nodiscard]] ListEntry EntryOf(const std::string& path, const std::string& class_text) const;
  [[noreturn]] void Fail(const std::string& problem, const std::string& hint = "") const;

  std::string name_;
  LineSource lines_;
  char separator_;
  Format format_ = Format::kUnknown;
  std::vector<std::string> header_;  // of a CSV list
  int line_ = 0;                     // read so far
  int entry_line_ = 0;               // where the entry in work begins
  bool at_end_ = false;
};

}  // namespace gradcam

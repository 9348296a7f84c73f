#include "results/result_lines.h"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/blank.h"
#include "core/file_handle.h"
#include "core/line_splitter.h"
#include "core/read_file.h"
#include "gradcam/error.h"
#include "report/parse_report.h"
#include "report/text.h"
#include "run/output_names.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

// What results.jsonl of gradcam begins with, also if its first line is torn.
constexpr std::string_view kBeginning = "{\"schema_version\"";

// Far above any report.
constexpr std::size_t kLongestLine = std::size_t{16} << 20U;

[[noreturn]] void Fail(const fs::path& file, int error) {
  throw Error(ErrorKind::kInput, "cannot read " + Quoted(file) + ": " + SystemMessage(error));
}

// The name of the picture whose report `line` is; nothing if it cannot be read.
std::optional<std::string> PictureOf(const std::string& line) {
  try {
    return OutputsOf(ParseReport(line, "line").picture);
  } catch (const Error&) {
    return std::nullopt;
  }
}

// Takes the lines of a file one by one.
class LineIndex {
 public:
  explicit LineIndex(std::string name) : name_(std::move(name)) {}

  void Add(std::uint64_t offset, std::string_view text) {
    ++number_;
    if (IsBlank(text)) return;
    const std::string line(text);
    std::optional<std::string> picture = PictureOf(line);
    if (!picture && IsForeignJson(line)) return;
    is_ours_ = is_ours_ || picture.has_value() || line.starts_with(kBeginning);
    if (!picture) picture = name_ + ", line " + std::to_string(number_);
    places_.push_back({*std::move(picture), name_, offset, line.size()});
  }

  std::vector<ReportPlace> Take() {
    return is_ours_ ? std::move(places_) : std::vector<ReportPlace>();
  }

 private:
  std::string name_;
  std::uint64_t number_ = 0;
  bool is_ours_ = false;
  std::vector<ReportPlace> places_;
};

}  // namespace

bool IsLinesName(const std::string& name) {
  constexpr std::string_view kStart = "results";
  constexpr std::string_view kEnd = ".jsonl";
  if (!name.starts_with(kStart) || !name.ends_with(kEnd)) return false;
  // The same rule as for run.K-of-N.json.
  const std::string_view shard =
      std::string_view(name).substr(kStart.size(), name.size() - kStart.size() - kEnd.size());
  return IsRunReport({.folder = "", .stem = "run" + std::string(shard)});
}

std::vector<ReportPlace> ReportsInLines(const fs::path& file, const std::string& name) {
  constexpr std::size_t kPiece = std::size_t{1} << 20U;
  LineIndex index(name);
  const auto take = [&index](std::uint64_t offset, std::string_view line) {
    index.Add(offset, line);
  };
  LineSplitter lines;
  try {
    const FileHandle handle = OpenRegularFile(file).handle;
    std::uint64_t at = 0;
    while (true) {
      const std::string piece = ReadAt(handle, at, kPiece);
      if (piece.empty()) break;
      at += piece.size();
      lines.Add(piece, take);
      if (lines.rest().size() > kLongestLine) Fail(file, EFBIG);
    }
  } catch (const std::system_error& error) {
    Fail(file, error.code().value());
  }
  if (!lines.rest().empty()) take(lines.rest_offset(), lines.rest());  // torn, or without its end
  return index.Take();
}

std::string ReadLine(const fs::path& file, const ReportPlace& place) {
  try {
    return ReadAt(OpenRegularFile(file).handle, place.offset, place.size);
  } catch (const std::system_error& error) {
    Fail(file, error.code().value());
  }
}

std::string StemOf(const PictureReport& picture) {
  if (!picture.report_file.empty()) return fs::path(picture.report_file).stem().string();
  const std::string name = fs::path(picture.image.file).filename().string();
  // Reports name files in UTF-8.
  const std::string kept = ToUtf8(OutputStem(name, /*keep_extension=*/true)) + ".";
  const auto is_kept = [&kept](const OutputFile& file) { return file.name.starts_with(kept); };
  return OutputStem(name, std::ranges::any_of(FilesOf(picture), is_kept));
}

std::optional<std::string> OutputsOf(const PictureReport& picture) {
  const fs::path file(picture.image.file);
  const bool leads_out = file.is_absolute() || std::ranges::any_of(file, [](const fs::path& part) {
                           return part == "..";
                         });
  if (leads_out || !file.has_filename()) return std::nullopt;
  return (file.parent_path() / StemOf(picture)).string();
}

}  // namespace gradcam

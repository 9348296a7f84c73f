#include "results/result_lines.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "core/file_handle.h"
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

FileHandle Open(const fs::path& file) {
  // O_NONBLOCK: opening a pipe that nobody writes to would wait for ever.
  FileHandle handle(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!handle.is_open()) Fail(file, errno);
  struct stat status{};
  if (::fstat(handle.get(), &status) != 0) Fail(file, errno);
  if (!S_ISREG(status.st_mode)) Fail(file, S_ISDIR(status.st_mode) ? EISDIR : EINVAL);
  return handle;
}

// At most `size` bytes; fewer at the end of the file.
std::string ReadAt(const FileHandle& handle, std::uint64_t offset, std::size_t size,
                   const fs::path& file) {
  std::string text(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count =
        ::pread(handle.get(), text.data() + done, size - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) Fail(file, errno);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  text.resize(done);
  return text;
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

  void Add(std::uint64_t offset, const std::string& line) {
    ++number_;
    if (line.find_first_not_of(" \t\r") == std::string::npos) return;
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
  const FileHandle handle = Open(file);
  LineIndex index(name);
  std::string rest;         // of a line that goes on in the next piece
  std::uint64_t start = 0;  // of `rest`
  while (true) {
    const std::string piece = ReadAt(handle, start + rest.size(), kPiece, file);
    rest += piece;
    std::size_t begin = 0;
    for (std::size_t end = rest.find('\n'); end != std::string::npos;
         end = rest.find('\n', begin)) {
      index.Add(start + begin, rest.substr(begin, end - begin));
      begin = end + 1;
    }
    rest.erase(0, begin);
    start += begin;
    if (rest.size() > kLongestLine) Fail(file, EFBIG);
    if (piece.empty()) break;
  }
  if (!rest.empty()) index.Add(start, rest);  // torn, or without its line end
  return index.Take();
}

std::string ReadLine(const fs::path& file, const ReportPlace& place) {
  return ReadAt(Open(file), place.offset, place.size, file);
}

std::string StemOf(const PictureReport& picture) {
  if (!picture.report_file.empty()) return fs::path(picture.report_file).stem().string();
  const std::string name = fs::path(picture.image.file).filename().string();
  // Reports name files in UTF-8.
  const std::string kept = ToUtf8(OutputStem(name, /*keep_extension=*/true)) + ".";
  const auto is_kept = [&kept](const OutputFile& file) { return file.name.starts_with(kept); };
  const bool keeps_extension =
      std::ranges::any_of(picture.files, is_kept) ||
      std::ranges::any_of(picture.explanations, [&](const ClassReport& explained) {
        return std::ranges::any_of(explained.files, is_kept);
      });
  return OutputStem(name, keeps_extension);
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

#include "results/result_folder.h"

#include <algorithm>
#include <cstdint>
#include <system_error>

#include "core/digits.h"
#include "core/file_handle.h"
#include "core/path_below.h"
#include "core/read_file.h"
#include "gradcam/error.h"
#include "report/text.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

// Far above any report: a run.json that lists 100,000 failures is 20 MB.
constexpr std::uint64_t kLargestReport = std::uint64_t{256} << 20U;

constexpr std::string_view kReportSuffix = ".json";

// run.json, run.K-of-N.json
bool IsRunName(std::string_view name) {
  if (!name.starts_with("run") || !name.ends_with(kReportSuffix)) return false;
  name = name.substr(3, name.size() - 3 - kReportSuffix.size());
  if (name.empty()) return true;
  const std::size_t of = name.find("-of-");
  return name.front() == '.' && of != std::string_view::npos && IsDigits(name.substr(1, of - 1)) &&
         IsDigits(name.substr(of + 4));
}

class Walk {
 public:
  void Enter(const fs::path& folder, const std::string& prefix) {
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      const std::string name = entry->path().filename().string();
      if (!name.starts_with('.')) Visit(*entry, prefix, name);
    }
    if (!error) return;
    listing_.failures.push_back(
        {folder.string(),
         "cannot list folder " + Quoted(folder) + ": " + SystemMessage(error.value()), ""});
  }

  ResultListing TakeListing() {
    std::ranges::sort(listing_.reports);
    std::ranges::sort(listing_.runs);
    return std::move(listing_);
  }

 private:
  void Visit(const fs::directory_entry& entry, const std::string& prefix, const std::string& name) {
    std::error_code error;
    if (entry.is_directory(error) && !entry.is_symlink(error)) {
      Enter(entry.path(), prefix + name + "/");
    } else if (prefix.empty() && IsRunName(name)) {
      listing_.runs.push_back(name);
    } else if (name.ends_with(kReportSuffix)) {
      listing_.reports.push_back(prefix + name);
    }
  }

  ResultListing listing_;
};

std::string OriginOf(const std::string& name) { return "report " + Quoted(name); }

std::string ReadText(const fs::path& file, const std::string& name) {
  try {
    const std::vector<std::uint8_t> bytes = ReadFile(file, kLargestReport);
    return {bytes.begin(), bytes.end()};
  } catch (const std::system_error& error) {
    throw Error(ErrorKind::kInput,
                "cannot read " + OriginOf(name) + ": " + SystemMessage(error.code().value()));
  }
}

}  // namespace

ResultFolder::ResultFolder(const fs::path& folder) : path_(folder) {
  std::error_code error;
  canonical_ = fs::canonical(folder, error);
  if (!error && !fs::is_directory(canonical_, error)) {
    error = std::make_error_code(std::errc::not_a_directory);
  }
  if (error) {
    throw Error(ErrorKind::kUsage,
                "cannot read folder " + Quoted(folder) + ": " + SystemMessage(error.value()),
                "give the output folder of a run: gradcam ... --output DIR");
  }
}

ResultListing ResultFolder::List() const {
  Walk walk;
  walk.Enter(path_, "");
  return walk.TakeListing();
}

std::optional<StoredReport> ResultFolder::ReadReport(const std::string& name) const {
  const std::string text = ReadText(Inside(name), name);
  try {
    StoredReport stored = ParseReport(text, OriginOf(name));
    stored.picture.folder = fs::path(name).parent_path();
    stored.picture.report_file = fs::path(name).filename().string();
    return stored;
  } catch (const Error&) {
    if (IsForeignJson(text)) return std::nullopt;
    throw;
  }
}

StoredRun ResultFolder::ReadRun(const std::string& name) const {
  return ParseRun(ReadText(Inside(name), name), OriginOf(name));
}

fs::path ResultFolder::Inside(const std::string& name) const {
  const fs::path below(name);
  std::error_code error;
  const fs::path real = fs::weakly_canonical(canonical_ / below, error);
  if (below.is_absolute() || error || !IsBelow(real, canonical_)) {
    throw Error(ErrorKind::kInput, Quoted(below) + " leads out of the folder " + Quoted(path_));
  }
  return real;
}

fs::path ResultFolder::FileOf(const PictureReport& picture, const std::string& file) const {
  if (file.empty() || file == "." || file == ".." || file.find('/') != std::string::npos) {
    throw Error(ErrorKind::kInput, Quoted(file) + " leads out of the folder " + Quoted(path_));
  }
  // "caf\xE9.gradcam.png" stands in the report with U+FFFD; its bytes are those of the report's
  // own name.
  const std::string stem = fs::path(picture.report_file).stem().string();
  const std::string shown = ToUtf8(stem);
  const bool is_replaced = shown != stem && file.starts_with(shown);
  const std::string name = is_replaced ? stem + file.substr(shown.size()) : file;
  return Inside((picture.folder / name).string());
}

}  // namespace gradcam

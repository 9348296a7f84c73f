#include "run/old_outputs.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <tuple>

#include "core/file_handle.h"
#include "gradcam/error.h"
#include "report/parse_report.h"
#include "report/report_file.h"
#include "report/text.h"
#include "run/output_names.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

constexpr std::int32_t kNoClass = -1;

// What a report names; nothing if it is none, or not there.
std::optional<std::set<std::string>> FilesIn(const fs::path& report) {
  if (::access(report.c_str(), F_OK) != 0) return std::nullopt;  // as nearly always
  try {
    std::set<std::string> names;
    for (const OutputFile& file : FilesOf(ParseReport(ReadReportFile(report), "report").picture)) {
      names.insert(file.name);
    }
    return names;
  } catch (const std::system_error&) {
    return std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

// Whether `name` may be of the picture with this stem: its report is there, and names the file or
// cannot be read.
bool MayBeOf(const fs::path& folder, const std::string& stem, const std::string& name) {
  const fs::path report = folder / OutputName(stem, {}, FileKind::kReport);
  if (::access(report.c_str(), F_OK) != 0) return false;
  const auto files = FilesIn(report);
  return !files || files->contains(name);
}

// The pictures that "cat.1.gradcam.png" may be of: cat.1.jpg, and cat.jpg for its class 1.
std::vector<std::string> StemsOf(const std::string& name) {
  const auto parsed = ParseOutputName(name);
  if (!parsed || !IsPerClass(parsed->kind)) return {};
  std::vector<std::string> stems = {parsed->base};
  if (const auto split = SplitClassIndex(parsed->base)) stems.push_back(split->stem);
  return stems;
}

}  // namespace

std::set<std::string> FilesInReport(const fs::path& folder, const std::string& stem) {
  return FilesIn(folder / OutputName(stem, {}, FileKind::kReport))
      .value_or(std::set<std::string>());
}

void RemoveOldFile(const fs::path& file) {
  if (::unlink(file.c_str()) == 0 || errno == ENOENT) return;
  throw Error(ErrorKind::kOutput,
              "cannot remove the older " + Quoted(file) + ": " + SystemMessage(errno));
}

void RemoveOtherReports(const fs::path& folder, const std::string& stem, const std::string& name) {
  for (const std::string& other : StemsOf(name)) {
    if (other == stem || !FilesInReport(folder, other).contains(name)) continue;
    RemoveOldFile(folder / OutputName(other, {}, FileKind::kReport));
  }
}

std::optional<OldOutput> JudgeOldFile(const fs::path& folder, const std::string& name,
                                      const PictureByStem& find, bool several_classes) {
  const auto parsed = ParseOutputName(name);
  if (!parsed) return std::nullopt;
  // "cat.1.gradcam.png" of cat.1.jpg, and of class 1 of cat.jpg, if the run has these pictures.
  const auto by_name = find(parsed->base);
  const auto split = IsPerClass(parsed->kind) ? SplitClassIndex(parsed->base) : std::nullopt;
  const auto by_class = split ? find(split->stem) : std::nullopt;
  // A run with both writes it for cat.jpg if it has several classes, and else for cat.1.jpg.
  if (by_class && (several_classes || !by_name)) {
    const bool is_stale = by_name || !MayBeOf(folder, parsed->base, name);
    return OldOutput{*by_class, split->index, parsed->ending, is_stale};
  }
  if (!by_name) return std::nullopt;
  // It may be class 1 of a cat.jpg that another run, or another request to a worker, has explained.
  const bool is_stale = !split || by_class || !MayBeOf(folder, split->stem, name);
  return OldOutput{*by_name, std::nullopt, parsed->ending, is_stale};
}

void ForEachFile(const fs::path& folder, const std::function<void(const std::string& name)>& work) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_symlink(ignored) || !entry->is_directory(ignored)) {
      work(entry->path().filename().string());
    }
  }
  if (error) {
    throw Error(ErrorKind::kUsage, "cannot list output folder " + Quoted(folder) + ": " +
                                       SystemMessage(error.value()));
  }
}

void StaleFiles::Add(const OldOutput& file) {
  entries_.push_back({file.picture, file.class_index.value_or(kNoClass), 1U << file.ending});
  constexpr std::size_t kSlack = 4096;
  if (entries_.size() > 2 * merged_ + kSlack) Merge();
}

std::vector<std::string> StaleFiles::NamesOf(std::size_t picture, const std::string& stem) {
  if (merged_ != entries_.size()) Merge();
  std::vector<std::string> names;
  auto entry =
      std::lower_bound(entries_.begin(), entries_.end(), picture,
                       [](const Entry& some, std::size_t wanted) { return some.picture < wanted; });
  for (; entry != entries_.end() && entry->picture == picture; ++entry) {
    const auto index =
        entry->class_index == kNoClass ? std::nullopt : std::optional<int>(entry->class_index);
    for (std::size_t ending = 0; ending < kOutputEndings.size(); ++ending) {
      if ((entry->endings >> ending & 1U) == 0) continue;
      names.push_back(NameWithEnding(stem, index, ending));
    }
  }
  return names;
}

void StaleFiles::Merge() {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.picture, a.class_index) < std::tie(b.picture, b.class_index);
  });
  std::size_t kept = 0;
  for (const Entry& entry : entries_) {
    const bool is_new = kept == 0 || entries_[kept - 1].picture != entry.picture ||
                        entries_[kept - 1].class_index != entry.class_index;
    if (is_new) {
      entries_[kept++] = entry;
    } else {
      entries_[kept - 1].endings |= entry.endings;
    }
  }
  entries_.resize(kept);
  merged_ = kept;
}

}  // namespace gradcam

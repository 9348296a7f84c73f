#include "run/old_outputs.h"

#include <algorithm>
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

}  // namespace

std::set<std::string> FilesInReport(const fs::path& folder, const std::string& stem) {
  std::set<std::string> names;
  try {
    const std::string text = ReadReportFile(folder / OutputName(stem, {}, FileKind::kReport));
    for (const OutputFile& file : FilesOf(ParseReport(text, "report").picture)) {
      names.insert(file.name);
    }
  } catch (const std::system_error&) {  // NOLINT(bugprone-empty-catch): there is none
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): not ours, or of another version
  }
  return names;
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
    const bool is_stale = by_name || !FilesInReport(folder, parsed->base).contains(name);
    return OldOutput{*by_class, split->index, parsed->ending, is_stale};
  }
  if (!by_name) return std::nullopt;
  // It may be class 1 of a cat.jpg that another run, or another request to a worker, has explained.
  const bool is_stale = !split || by_class || !FilesInReport(folder, split->stem).contains(name);
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

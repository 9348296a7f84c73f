#include "run/old_outputs.h"

#include <algorithm>
#include <system_error>
#include <tuple>

#include "core/file_handle.h"
#include "gradcam/error.h"
#include "report/text.h"
#include "run/output_names.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

constexpr std::int32_t kNoClass = -1;

}  // namespace

std::optional<OldOutput> JudgeOldFile(const fs::path& folder, const std::string& name,
                                      const PictureByStem& find, bool several_classes) {
  const auto parsed = ParseOutputName(name);
  if (!parsed) return std::nullopt;
  const auto plain = find(parsed->base);
  if (IsPerClass(parsed->kind)) {
    const auto split = SplitClassIndex(parsed->base);
    const auto indexed = split ? find(split->stem) : std::nullopt;
    if (indexed && (several_classes || !plain)) {
      std::error_code ignored;
      const bool is_other_pictures =
          !plain && fs::exists(folder / OutputName(parsed->base, {}, FileKind::kReport), ignored);
      return OldOutput{*indexed, split->index, parsed->ending, !is_other_pictures};
    }
  }
  if (!plain) return std::nullopt;
  return OldOutput{*plain, std::nullopt, parsed->ending, /*is_stale=*/true};
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

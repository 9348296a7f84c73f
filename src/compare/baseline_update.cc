#include "compare/baseline_update.h"

#include <string>
#include <system_error>

#include "compare/folder_swap.h"
#include "core/file_handle.h"
#include "core/path_below.h"
#include "gradcam/error.h"
#include "report/text.h"
#include "results/result_lines.h"
#include "run/output_names.h"
#include "run/own_report.h"
#include "run/temporary_name.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

// Absolute, without links and without a slash at the end; need not exist.
fs::path RealPath(const fs::path& path) {
  const fs::path real = fs::weakly_canonical(fs::absolute(path));
  return real.has_filename() ? real : real.parent_path();
}

void RequireApart(const fs::path& baseline, const fs::path& current) {
  if (!IsBelow(baseline, current) && !IsBelow(current, baseline)) return;
  throw Error(ErrorKind::kUsage,
              "BASELINE " + Quoted(baseline) + " cannot be replaced by " + Quoted(current) +
                  (baseline == current ? ": they are the same folder" : ": one lies in the other"),
              "let runs write to a folder of their own");
}

bool IsHidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

// Whether gradcam wrote `file` below `folder`, by its name and, where that could be anybody's, by
// its content. A link that leads out of the folder is no result.
bool IsResult(const fs::path& file, const fs::path& folder) {
  const std::string name = file.filename().string();
  if (IsHidden(file) || !IsBelow(fs::weakly_canonical(file), folder)) return false;
  if (file.parent_path() == folder && IsLinesName(name)) {
    return !ReportsInLines(file, name).empty();
  }
  const auto parsed = ParseOutputName(name);
  return parsed && (parsed->kind != FileKind::kReport || !IsForeignReport(file));
}

void CopyFile(const fs::path& from, const fs::path& to) {
  fs::create_directories(to.parent_path());
  fs::copy_file(from, to);
}

void CopyResults(const fs::path& current, const fs::path& stage) {
  fs::recursive_directory_iterator entry(current);
  for (const fs::recursive_directory_iterator end; entry != end; ++entry) {
    if (IsHidden(entry->path())) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file() && IsResult(entry->path(), current)) {
      CopyFile(entry->path(), stage / entry->path().lexically_relative(current));
    }
  }
}

void CopyForeignFiles(const fs::path& baseline, const fs::path& stage) {
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(baseline)) {
    const fs::path to = stage / entry.path().lexically_relative(baseline);
    if (entry.is_symlink()) {
      fs::create_directories(to.parent_path());
      fs::copy_symlink(entry.path(), to);
    } else if (entry.is_regular_file() && !IsResult(entry.path(), baseline) && !fs::exists(to)) {
      CopyFile(entry.path(), to);
    }
  }
}

// A new, empty folder in `parent`. A killed run may have left one of the same name.
fs::path MakeStage(const fs::path& parent) {
  fs::create_directories(parent);
  for (int attempt = 0;; ++attempt) {
    fs::path folder = parent / TemporaryName(attempt);
    if (fs::create_directory(folder)) return folder;
  }
}

// A folder that is removed at the end, whatever it then holds.
class StagingFolder {
 public:
  explicit StagingFolder(const fs::path& parent) : path_(MakeStage(parent)) {}
  ~StagingFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  StagingFolder(const StagingFolder&) = delete;
  StagingFolder& operator=(const StagingFolder&) = delete;

  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

void UpdateBaseline(const fs::path& baseline, const fs::path& current) {
  try {
    const fs::path target = RealPath(baseline);
    const fs::path source = RealPath(current);
    RequireApart(target, source);
    const bool is_new = !fs::exists(target);
    const StagingFolder stage(target.parent_path());
    CopyResults(source, stage.path());
    if (is_new) {
      fs::rename(stage.path(), target);
      return;
    }
    CopyForeignFiles(target, stage.path());
    fs::permissions(stage.path(), fs::status(target).permissions());
    ExchangeFolders(stage.path(), target);
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorKind::kOutput, "cannot replace " + Quoted(baseline) + " by " +
                                        Quoted(current) + ": " + Quoted(error.path1()) + ": " +
                                        SystemMessage(error.code().value()));
  }
}

}  // namespace gradcam

#include "compare/baseline_update.h"

#include <unistd.h>

#include <string>
#include <system_error>

#include "compare/folder_swap.h"
#include "core/file_handle.h"
#include "core/path_below.h"
#include "gradcam/error.h"
#include "report/text.h"
#include "run/output_names.h"
#include "run/own_report.h"

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

// Whether gradcam wrote a file, by its name and, where that could be anybody's, by its content.
bool IsResult(const fs::path& file) {
  const std::string name = file.filename().string();
  if (IsHidden(file)) return false;
  if (name.starts_with("results.") && name.ends_with(".jsonl")) return true;
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
    } else if (entry->is_regular_file() && IsResult(entry->path())) {
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
    } else if (entry.is_regular_file() && !IsResult(entry.path()) && !fs::exists(to)) {
      CopyFile(entry.path(), to);
    }
  }
}

// A folder that is removed at the end, whatever it then holds.
class StagingFolder {
 public:
  explicit StagingFolder(const fs::path& parent)
      : path_(parent / (".gradcam-update-" + std::to_string(::getpid()))) {
    fs::create_directories(parent);
    fs::create_directory(path_);
  }
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

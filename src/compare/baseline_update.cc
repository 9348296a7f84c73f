#include "compare/baseline_update.h"

#include <algorithm>
#include <string>
#include <vector>

#include "compare/folder_swap.h"
#include "compare/own_results.h"
#include "compare/staging_folder.h"
#include "core/file_handle.h"
#include "core/path_below.h"
#include "gradcam/error.h"
#include "report/text.h"
#include "run/own_report.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

void RequireApart(const fs::path& baseline, const fs::path& current) {
  if (!IsBelow(baseline, current) && !IsBelow(current, baseline)) return;
  throw Error(ErrorKind::kUsage,
              "BASELINE " + Quoted(baseline) + " cannot be replaced by " + Quoted(current) +
                  (baseline == current ? ": they are the same folder" : ": one lies in the other"),
              "let runs write to a folder of their own");
}

// Whether a path below a folder, or a folder on its way, has a name that begins with a dot.
bool IsHidden(const fs::path& below) {
  return std::ranges::any_of(below,
                             [](const fs::path& part) { return part.string().starts_with('.'); });
}

void CopyFile(const fs::path& from, const fs::path& to) {
  fs::create_directories(to.parent_path());
  fs::copy_file(from, to);
}

// A link that leads out of the folder is no result of CURRENT.
void CopyResults(const fs::path& current, const fs::path& stage) {
  const OwnResults own(current);
  fs::recursive_directory_iterator entry(current);
  for (const fs::recursive_directory_iterator end; entry != end; ++entry) {
    const fs::path& path = entry->path();
    const fs::path below = path.lexically_relative(current);
    if (IsHidden(below)) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file() && IsBelow(fs::canonical(path), current) &&
               own.Contain(path)) {
      CopyFile(path, stage / below);
    }
  }
}

// That a result of CURRENT has the name of a picture of somebody else's is no reason to lose it.
void RequireReplaceable(const fs::path& old) {
  if (!IsForeignPicture(old)) return;
  throw Error(ErrorKind::kOutput, Quoted(old) + " was not written by gradcam; not replaced",
              "move it to another folder");
}

void CopyForeignFiles(const fs::path& baseline, const fs::path& stage) {
  const OwnResults own(baseline);
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(baseline)) {
    const bool is_link = entry.is_symlink();
    if (!is_link && !entry.is_regular_file()) continue;
    const fs::path below = entry.path().lexically_relative(baseline);
    const fs::path to = stage / below;
    if (!IsHidden(below) && own.Contain(entry.path())) continue;
    if (fs::exists(fs::symlink_status(to))) {
      RequireReplaceable(entry.path());
    } else if (is_link) {
      fs::create_directories(to.parent_path());
      fs::copy_symlink(entry.path(), to);
    } else {
      CopyFile(entry.path(), to);
    }
  }
}

}  // namespace

std::vector<fs::path> UpdateBaseline(const fs::path& baseline, const fs::path& current) {
  try {
    const fs::path target = RealPath(baseline);
    const fs::path source = RealPath(current);
    RequireApart(target, source);
    const bool is_new = !fs::exists(target);
    // Without a BASELINE, what was left may be all there is of it: see ExchangeByRenames.
    std::vector<fs::path> left =
        is_new ? std::vector<fs::path>() : RemoveAbandonedFolders(target.parent_path());
    const StagingFolder stage(target.parent_path());
    CopyResults(source, stage.path());
    if (is_new) {
      fs::rename(stage.path(), target);
      return left;
    }
    CopyForeignFiles(target, stage.path());
    fs::permissions(stage.path(), fs::status(target).permissions());
    ExchangeFolders(stage.path(), target);
    if (!RemoveFolder(stage.path())) left.push_back(stage.path());
    return left;
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorKind::kOutput, "cannot replace " + Quoted(baseline) + " by " +
                                        Quoted(current) + ": " + Quoted(error.path1()) + ": " +
                                        SystemMessage(error.code().value()));
  }
}

}  // namespace gradcam

#pragma once

#include <filesystem>

namespace gradcam {

// What keeps a run from destroying files that are not its own. All throw Error(kUsage).

// If `output`, or the nearest of its parents that exists, is no folder.
void RequireFolder(const std::filesystem::path& output);

// If `file` is no report or picture that gradcam made: a picture of the user may be called like an
// output, "cat.gradcam.png".
void RequireOwnReport(const std::filesystem::path& file);
void RequireOwnPicture(const std::filesystem::path& file);

// `file` was not written by gradcam.
[[noreturn]] void FailForeign(const std::filesystem::path& file);

// `picture` would write the report of the whole run.
[[noreturn]] void FailRunReport(const std::filesystem::path& picture, const std::string& stem);

// `path`, a file of results, would be a folder of results as well. `picture` is one of those that
// need it.
[[noreturn]] void FailFolderAndFile(const std::filesystem::path& picture,
                                    const std::filesystem::path& path);

// `output` is a picture of the run.
[[noreturn]] void FailOwnInput(const std::filesystem::path& output);

}  // namespace gradcam

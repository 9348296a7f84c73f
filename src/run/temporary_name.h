#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace gradcam {

// The name of a file or folder that is being written, hidden and short: it tells machine,
// container, process and thread, so that runs side by side never share one, and what a killed run
// left can be told from what a running one writes. `attempt` from 0 on gives another one. Whoever
// writes such a file holds its lock (core/file_handle.h) until it has its final name.
[[nodiscard]] std::string TemporaryName(int attempt);

// What all names begin with that this process makes.
[[nodiscard]] std::string TemporaryPrefix();

// Temporary files in `folder` and below it (links to folders are not followed) that nobody can be
// writing: made on this machine since its start and not locked; otherwise, as locks of another
// machine may not be seen, older than an hour (a file is written in moments). In order. None from
// where a folder cannot be listed.
[[nodiscard]] std::vector<std::filesystem::path> AbandonedFiles(
    const std::filesystem::path& folder);

// Temporary folders in `folder` itself whose process, of this machine and container, has ended, or
// which are older than an hour.
[[nodiscard]] std::vector<std::filesystem::path> AbandonedFolders(
    const std::filesystem::path& folder);

// Removes AbandonedFiles. Nothing happens where that fails.
void RemoveAbandonedFiles(const std::filesystem::path& folder);

}  // namespace gradcam

#pragma once

#include <filesystem>
#include <vector>

namespace gradcam {

// Makes BASELINE a copy of CURRENT in one step: whoever looks sees all of the old results or all of
// the new ones. Results that CURRENT lacks vanish; files of BASELINE that are no results of gradcam
// (OwnResults; a README, hidden files and folders) stay. A BASELINE that does not exist is made;
// one that is a symbolic link stays one. Throws Error(kUsage) if one folder is or lies in the
// other, Error(kOutput) if it fails; then BASELINE is as it was.
// The folders beside BASELINE that could not be removed: of the old one, and those that ended
// updates have left.
[[nodiscard]] std::vector<std::filesystem::path> UpdateBaseline(
    const std::filesystem::path& baseline, const std::filesystem::path& current);

}  // namespace gradcam

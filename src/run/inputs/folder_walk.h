#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "report/run_report.h"
#include "run/inputs/file_identity.h"

namespace gradcam {

// What a folder holds besides pictures.
struct FolderListing {
  std::vector<FileIdentity> folders;  // entered, the folder itself included
  std::vector<Failure> failures;  // folders that cannot be listed, links that cannot be followed
  std::vector<std::string> warnings;  // what was not entered or is no file
  int skipped = 0;                    // other files
};

// Lists `folder` and all folders below it, symbolic links followed, hidden names left out. Enters
// no folder twice, and never the folder `excluded`. Calls `picture` for each file that is a picture
// by its name, with its path below `folder` as bytes, in no order. A link that leads nowhere is a
// file if its name has an extension with a letter, and else a failure.
[[nodiscard]] FolderListing WalkFolder(const std::filesystem::path& folder,
                                       const std::optional<FileIdentity>& excluded,
                                       const std::function<void(const std::string&)>& picture);

// Whether a folder walk takes a file of this name for a picture: jpg jpeg jpe jfif png bmp dib tif
// tiff webp pbm pgm ppm pnm in any case.
[[nodiscard]] bool HasPictureExtension(const std::string& name);

}  // namespace gradcam

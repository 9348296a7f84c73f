#include "run/inputs/picture_naming.h"

#include "gradcam/error.h"
#include "report/text.h"
#include "run/inputs/picture_list.h"

namespace gradcam {

namespace fs = std::filesystem;

PictureNaming::PictureNaming(const std::optional<std::string>& root)
    : working_folder_(fs::current_path()),
      root_(root ? AbsolutePath(*root, working_folder_) : working_folder_),
      is_root_given_(root.has_value()) {}

fs::path PictureNaming::Absolute(const fs::path& path) const {
  return AbsolutePath(path, working_folder_);
}

std::string PictureNaming::NameOf(const fs::path& absolute) const {
  if (auto name = NameBelow(absolute, root_)) return *name;
  if (!is_root_given_) return absolute.relative_path().string();
  throw Error(ErrorKind::kUsage,
              "picture " + Quoted(absolute) + " is not below the root " + Quoted(root_),
              "give another --root");
}

}  // namespace gradcam

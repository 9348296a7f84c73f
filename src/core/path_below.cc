#include "core/path_below.h"

#include <algorithm>

namespace gradcam {

bool IsBelow(const std::filesystem::path& path, const std::filesystem::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

std::filesystem::path RealPath(const std::filesystem::path& path) {
  const std::filesystem::path real =
      std::filesystem::weakly_canonical(std::filesystem::absolute(path));
  return real.has_filename() ? real : real.parent_path();
}

}  // namespace gradcam

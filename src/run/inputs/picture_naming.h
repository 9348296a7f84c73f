#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace gradcam {

// Names pictures that come one by one, so that nobody knows their common parent: by the path below
// a root, or without one below the working folder, or outside of that below "/".
class PictureNaming {
 public:
  explicit PictureNaming(const std::optional<std::string>& root);

  // `path` from "/" on.
  [[nodiscard]] std::filesystem::path Absolute(const std::filesystem::path& path) const;

  // `absolute` as Absolute gives it. Throws Error(kUsage) outside of the root.
  [[nodiscard]] std::string NameOf(const std::filesystem::path& absolute) const;

 private:
  std::filesystem::path working_folder_;
  std::filesystem::path root_;
  bool is_root_given_;
};

}  // namespace gradcam

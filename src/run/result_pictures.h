#pragma once

#include <filesystem>

#include "gradcam/error.h"

namespace gradcam {

// Knows the pictures that runs have written into an output folder or below it: they would be
// explained as if they were photos, and by the next run what comes of them.
class ResultPictures {
 public:
  // `output` need not exist yet.
  explicit ResultPictures(const std::filesystem::path& output);

  // Links are followed.
  [[nodiscard]] bool Contain(const std::filesystem::path& picture) const;

 private:
  std::filesystem::path folder_;  // links followed; empty if they lead nowhere
};

// The Error(kUsage) of a run that is given such a picture.
[[nodiscard]] Error ResultAsInput(const std::filesystem::path& picture);

}  // namespace gradcam

#pragma once

#include <filesystem>

#include "core/file_handle.h"

namespace gradcam {

// The folder that a run writes into, held open so that its removal is noticed: what writes into it
// makes a missing folder again.
class OutputFolder {
 public:
  // Makes the folder if it is missing. Throws Error(kOutput).
  explicit OutputFolder(std::filesystem::path path);

  // Whether the path still leads to it.
  [[nodiscard]] bool IsInPlace() const;

 private:
  std::filesystem::path path_;
  FileHandle handle_;
};

}  // namespace gradcam

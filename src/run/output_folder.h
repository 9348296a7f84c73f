#pragma once

#include <filesystem>
#include <utility>

#include "core/file_handle.h"

namespace gradcam {

// The folder that a run or a worker writes into, held open so that its removal is noticed: what
// writes into it makes a missing folder again.
class OutputFolder {
 public:
  explicit OutputFolder(std::filesystem::path path) : path_(std::move(path)), handle_(-1) {}

  // Makes the folder if it is missing. What is in it counts from here on. Nothing changes if it is
  // held already. Throws Error(kOutput).
  void Hold();

  // Throws Error(kOutput) if the path no longer leads to the folder that is held, once: the folder
  // that it leads to, made if it is missing, is held from then on.
  void RequireInPlace();

 private:
  [[nodiscard]] FileHandle Open() const;

  std::filesystem::path path_;
  FileHandle handle_;
};

}  // namespace gradcam

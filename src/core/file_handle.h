#pragma once

#include <string>
#include <utility>

namespace gradcam {

// Owns a POSIX file descriptor.
class FileHandle {
 public:
  explicit FileHandle(int descriptor) : descriptor_(descriptor) {}
  ~FileHandle();
  FileHandle(FileHandle&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileHandle& operator=(FileHandle&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
  [[nodiscard]] int get() const { return descriptor_; }

  // False, with errno set, if the system could not store what was written.
  [[nodiscard]] bool Close();

 private:
  int descriptor_;
};

// The system's words for an errno value, beginning in lower case: "no such file or directory".
[[nodiscard]] std::string SystemMessage(int error);

}  // namespace gradcam

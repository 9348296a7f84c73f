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

enum class LockState {
  kTaken,
  kHeldByAnother,
  kUnknown,  // the file system has no locks
};

// Locks an open file or folder until the handle, and all copies of its descriptor, are closed, be
// it by kill -9 (flock(2)). Does not wait.
[[nodiscard]] LockState TryLock(const FileHandle& handle);

// The system's words for an errno value, beginning in lower case: "no such file or directory".
[[nodiscard]] std::string SystemMessage(int error);

}  // namespace gradcam

#include "core/file_handle.h"

#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace gradcam {

FileHandle::~FileHandle() {
  if (is_open()) ::close(descriptor_);
}

bool FileHandle::Close() { return ::close(std::exchange(descriptor_, -1)) == 0; }

LockState TryLock(const FileHandle& handle) {
  if (::flock(handle.get(), LOCK_EX | LOCK_NB) == 0) return LockState::kTaken;
  return errno == EWOULDBLOCK ? LockState::kHeldByAnother : LockState::kUnknown;
}

std::string SystemMessage(int error) {
  std::string text = std::generic_category().message(error);
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') {
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  }
  return text;
}

}  // namespace gradcam

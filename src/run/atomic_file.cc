#include "run/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "gradcam/error.h"
#include "report/text.h"
#include "run/temporary_name.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void Fail(const fs::path& file, int error) {
  throw Error(ErrorKind::kOutput, "cannot write " + Quoted(file) + ": " + SystemMessage(error));
}

// Whether it is safe from those who remove what killed runs have left. Between its making and its
// lock they may have been faster.
bool IsOurs(const FileHandle& handle) {
  struct stat status{};
  return TryLock(handle) != LockState::kHeldByAnother && ::fstat(handle.get(), &status) == 0 &&
         status.st_nlink > 0;
}

}  // namespace

AtomicFile::AtomicFile(const fs::path& target, mode_t mode)
    : target_(target), handle_(Create(mode)), lock_(::fcntl(handle_.get(), F_DUPFD_CLOEXEC, 0)) {}

AtomicFile::~AtomicFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

void AtomicFile::Write(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(handle_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) Fail(target_, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void AtomicFile::Write(std::string_view text) {
  Write({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

void AtomicFile::Rewind() {
  if (::lseek(handle_.get(), 0, SEEK_SET) < 0) Fail(target_, errno);
}

void AtomicFile::Commit() {
  if (!handle_.Close()) Fail(target_, errno);
  Rename();
}

FileHandle AtomicFile::CommitOpen() {
  Rename();
  return std::move(handle_);
}

void AtomicFile::Rename() {
  if (::rename(path_.c_str(), target_.c_str()) != 0) Fail(target_, errno);
  path_.clear();
}

// A killed run may have left a file of the same name.
FileHandle AtomicFile::Create(mode_t mode) {
  constexpr int kAttempts = 1000;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    path_ = target_.parent_path() / TemporaryName(attempt);
    FileHandle handle(
        ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
    if (handle.is_open() && IsOurs(handle)) return handle;
    if (!handle.is_open() && errno != EEXIST) break;
  }
  const int error = errno;
  path_.clear();
  Fail(target_, error);
}

void WriteAtomically(const fs::path& file, std::span<const std::uint8_t> bytes) {
  AtomicFile atomic(file);
  atomic.Write(bytes);
  atomic.Commit();
}

void WriteAtomically(const fs::path& file, std::string_view text) {
  AtomicFile atomic(file);
  atomic.Write(text);
  atomic.Commit();
}

}  // namespace gradcam

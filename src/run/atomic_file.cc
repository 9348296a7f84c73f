#include "run/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "core/file_handle.h"
#include "gradcam/error.h"
#include "report/text.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void Fail(const fs::path& file, int error) {
  throw Error(ErrorKind::kOutput, "cannot write " + Quoted(file) + ": " + SystemMessage(error));
}

// A new file that is removed unless it is renamed.
class TemporaryFile {
 public:
  explicit TemporaryFile(const fs::path& target) : target_(target), handle_(Create()) {}

  ~TemporaryFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void Write(std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::write(handle_.get(), bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) Fail(target_, errno);
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
  }

  void Rename() {
    if (!handle_.Close()) Fail(target_, errno);
    if (::rename(path_.c_str(), target_.c_str()) != 0) Fail(target_, errno);
    path_.clear();
  }

 private:
  // Named after the process, so that runs side by side never share one.
  FileHandle Create() {
    constexpr int kAttempts = 1000;
    constexpr mode_t kMode = 0666;  // less the user's umask
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      path_ = target_.parent_path() /
              (".gradcam-" + std::to_string(::getpid()) + "-" + std::to_string(attempt) + ".tmp");
      FileHandle handle(
          ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kMode));
      if (handle.is_open()) return handle;
      if (errno != EEXIST) break;
    }
    const int error = errno;
    path_.clear();
    Fail(target_, error);
  }

  fs::path target_;
  fs::path path_;  // empty once renamed
  FileHandle handle_;
};

}  // namespace

void WriteAtomically(const fs::path& file, std::span<const std::uint8_t> bytes) {
  TemporaryFile temporary(file);
  temporary.Write(bytes);
  temporary.Rename();
}

void WriteAtomically(const fs::path& file, std::string_view text) {
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  WriteAtomically(file, std::span<const std::uint8_t>(bytes));
}

}  // namespace gradcam

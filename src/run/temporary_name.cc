#include "run/temporary_name.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>

#include "core/file_handle.h"
#include "run/sha256.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStart = ".gradcam-";
constexpr std::string_view kEnd = ".tmp";
constexpr std::size_t kBootDigits = 8;

// One boot of one machine: what runs in it sees the same locks, in whichever container.
const std::string& Boot() {
  static const std::string boot = [] {
    std::string id;
    std::ifstream in("/proc/sys/kernel/random/boot_id");
    std::getline(in, id);
    return Sha256Of(id).substr(0, kBootDigits);
  }();
  return boot;
}

// Tells where a process number means something: each container counts its own.
std::uint64_t ProcessNamespace() {
  struct stat status{};
  return ::stat("/proc/self/ns/pid", &status) == 0 ? status.st_ino : 0;
}

struct Writer {
  std::string boot;
  std::uint64_t process_namespace = 0;
  pid_t process = 0;
};

// Takes a number and a "-" from the front of `text`.
template <typename Number>
std::optional<Number> TakeNumber(std::string_view& text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto digits = static_cast<std::size_t>(end - text.data());
  if (error != std::errc() || digits == text.size() || *end != '-') return std::nullopt;
  text.remove_prefix(digits + 1);
  return number;
}

// Of ".gradcam-BOOT-NAMESPACE-PROCESS-THREAD-ATTEMPT.tmp".
std::optional<Writer> WriterOf(std::string_view name) {
  if (!name.starts_with(kStart) || !name.ends_with(kEnd)) return std::nullopt;
  name.remove_prefix(kStart.size());
  if (name.size() <= kBootDigits || name[kBootDigits] != '-') return std::nullopt;
  Writer writer{.boot = std::string(name.substr(0, kBootDigits))};
  name.remove_prefix(kBootDigits + 1);
  const auto process_namespace = TakeNumber<std::uint64_t>(name);
  const auto process = TakeNumber<pid_t>(name);
  if (!process_namespace || !process || *process <= 0) return std::nullopt;
  writer.process_namespace = *process_namespace;
  writer.process = *process;
  return writer;
}

bool IsOlderThanAnHour(const fs::path& file) {
  constexpr std::time_t kHour = 3600;
  struct stat status{};
  return ::lstat(file.c_str(), &status) == 0 && status.st_mtime < std::time(nullptr) - kHour;
}

// The lock of a file that is being written is held: run/atomic_file.h.
FileHandle OpenForLock(const fs::path& file) {
  return FileHandle(::open(file.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
}

LockState LockOf(const FileHandle& file) {
  return file.is_open() ? TryLock(file) : LockState::kUnknown;
}

bool HasEnded(const Writer& writer) {
  return writer.boot == Boot() && writer.process_namespace == ProcessNamespace() &&
         ::kill(writer.process, 0) != 0 && errno == ESRCH;
}

bool IsAbandonedFolder(const fs::path& folder) {
  const std::optional<Writer> writer = WriterOf(folder.filename().string());
  return writer && (HasEnded(*writer) || IsOlderThanAnHour(folder));
}

bool IsAbandonedFile(const fs::path& file) {
  const std::optional<Writer> writer = WriterOf(file.filename().string());
  if (!writer) return false;
  const LockState lock = writer->boot == Boot() ? LockOf(OpenForLock(file)) : LockState::kUnknown;
  if (lock != LockState::kUnknown) return lock == LockState::kTaken;
  return HasEnded(*writer) || IsOlderThanAnHour(file);
}

}  // namespace

std::string TemporaryPrefix() {
  return std::string(kStart) + Boot() + "-" + std::to_string(ProcessNamespace()) + "-" +
         std::to_string(::getpid()) + "-";
}

std::string TemporaryName(int attempt) {
  std::string name = TemporaryPrefix() + std::to_string(::gettid()) + "-" + std::to_string(attempt);
  return name.append(kEnd);
}

std::vector<fs::path> AbandonedFiles(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied,
                                              error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (IsAbandonedFile(entry->path())) files.push_back(entry->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<fs::path> AbandonedFolders(const fs::path& folder) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    std::error_code ignored;
    const bool is_folder = fs::is_directory(entry->symlink_status(ignored));
    if (is_folder && IsAbandonedFolder(entry->path())) folders.push_back(entry->path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

void RemoveAbandonedFiles(const fs::path& folder) {
  for (const fs::path& file : AbandonedFiles(folder)) {
    // Held until the file is gone: who is just making it takes another name.
    const FileHandle handle = OpenForLock(file);
    if (!handle.is_open() && errno == ENOENT) continue;  // and its name may be taken again
    if (LockOf(handle) != LockState::kHeldByAnother) ::unlink(file.c_str());
  }
}

}  // namespace gradcam

#include "run/temporary_name.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>

#include "run/sha256.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStart = ".gradcam-";
constexpr std::string_view kEnd = ".tmp";
constexpr std::size_t kMachineDigits = 8;

// Tells where a process number means something: one boot of one machine, in one container.
const std::string& Machine() {
  static const std::string machine = [] {
    std::string boot;
    std::ifstream in("/proc/sys/kernel/random/boot_id");
    std::getline(in, boot);
    std::error_code ignored;
    const std::string numbers = fs::read_symlink("/proc/self/ns/pid", ignored).string();
    return Sha256Of(boot + " " + numbers).substr(0, kMachineDigits);
  }();
  return machine;
}

struct Writer {
  std::string_view machine;
  pid_t process = 0;
};

// Of ".gradcam-MACHINE-PROCESS-THREAD-ATTEMPT.tmp".
std::optional<Writer> WriterOf(std::string_view name) {
  if (!name.starts_with(kStart) || !name.ends_with(kEnd)) return std::nullopt;
  name.remove_prefix(kStart.size());
  if (name.size() <= kMachineDigits + 1 || name[kMachineDigits] != '-') return std::nullopt;
  Writer writer;
  writer.machine = name.substr(0, kMachineDigits);
  name.remove_prefix(kMachineDigits + 1);
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), writer.process);
  if (error != std::errc() || writer.process <= 0 || *end != '-') return std::nullopt;
  return writer;
}

bool IsOlderThanAnHour(const fs::path& file) {
  constexpr std::time_t kHour = 3600;
  struct stat status{};
  return ::lstat(file.c_str(), &status) == 0 && status.st_mtime < std::time(nullptr) - kHour;
}

bool IsAbandoned(const fs::path& file) {
  const std::string name = file.filename().string();
  const std::optional<Writer> writer = WriterOf(name);
  if (!writer) return false;
  const bool has_ended =
      writer->machine == Machine() && ::kill(writer->process, 0) != 0 && errno == ESRCH;
  return has_ended || IsOlderThanAnHour(file);
}

}  // namespace

std::string TemporaryPrefix() {
  return std::string(kStart) + Machine() + "-" + std::to_string(::getpid()) + "-";
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
    if (IsAbandoned(entry->path())) files.push_back(entry->path());
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
    if (is_folder && IsAbandoned(entry->path())) folders.push_back(entry->path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

void RemoveAbandonedFiles(const fs::path& folder) {
  for (const fs::path& file : AbandonedFiles(folder)) ::unlink(file.c_str());
}

}  // namespace gradcam

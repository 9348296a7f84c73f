#include "run/model_digest.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <optional>
#include <span>
#include <sstream>
#include <stop_token>
#include <system_error>
#include <vector>

#include "core/file_handle.h"
#include "gradcam/error.h"
#include "report/text.h"
#include "run/atomic_file.h"
#include "run/sha256.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCacheFile = "model-digests";
constexpr std::size_t kCacheEntries = 200;
constexpr std::size_t kHexDigits = 64;

[[noreturn]] void Fail(const fs::path& model, int error) {
  throw Error(ErrorKind::kModel,
              "cannot read model " + Quoted(model) + ": " + SystemMessage(error));
}

std::int64_t Nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

// One line of the cache without its digest: what must be unchanged for the digest to hold. The path
// stands last since it may hold spaces.
std::string KeyOf(const fs::path& model, const struct stat& status) {
  std::ostringstream key;
  key << status.st_size << ' ' << Nanoseconds(status.st_mtim) << ' ' << Nanoseconds(status.st_ctim)
      << ' ' << status.st_dev << ' ' << status.st_ino << ' '
      << PercentEncode(fs::absolute(model).lexically_normal().string());
  return key.str();
}

std::vector<std::string> ReadLines(const fs::path& file) {
  std::vector<std::string> lines;
  std::ifstream in(file);
  for (std::string line; lines.size() < kCacheEntries && std::getline(in, line);) {
    lines.push_back(line);
  }
  return lines;
}

std::optional<std::string> FindDigest(const std::vector<std::string>& lines,
                                      const std::string& key) {
  for (const std::string& line : lines) {
    if (line.size() != kHexDigits + 1 + key.size() || line[kHexDigits] != ' ') continue;
    std::string digest = line.substr(0, kHexDigits);
    const bool is_hex = digest.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (is_hex && line.compare(kHexDigits + 1, std::string::npos, key) == 0) return digest;
  }
  return std::nullopt;
}

// The newest entry comes first; an older one of the same path is dropped.
void StoreDigest(const fs::path& folder, const std::vector<std::string>& lines,
                 const std::string& key, const std::string& digest) {
  const std::string path = key.substr(key.rfind(' '));
  std::string text = digest + " " + key + "\n";
  std::size_t entries = 1;
  for (const std::string& line : lines) {
    if (entries < kCacheEntries && !line.ends_with(path)) {
      text += line + "\n";
      ++entries;
    }
  }
  std::error_code ignored;
  fs::create_directories(folder, ignored);
  try {
    WriteAtomically(folder / kCacheFile, text);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): without a cache only time is lost
  }
}

// A file that was changed within the clock's step of its digest could change again without a new
// time.
bool IsSettled(const struct stat& status) {
  constexpr std::int64_t kStep = 2'000'000'000;
  const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  return now - Nanoseconds(status.st_mtim) > kStep && now - Nanoseconds(status.st_ctim) > kStep;
}

// Empty if stopped.
std::string HashOpenFile(const FileHandle& handle, const fs::path& model,
                         const std::stop_token& stop) {
  constexpr std::size_t kChunk = std::size_t{1} << 20U;
  std::vector<std::uint8_t> chunk(kChunk);
  Sha256 hash;
  while (!stop.stop_requested()) {
    const ssize_t count = ::read(handle.get(), chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) Fail(model, errno);
    if (count == 0) return hash.Finish();
    hash.Update(std::span(chunk).first(static_cast<std::size_t>(count)));
  }
  return "";
}

std::string DigestOf(const fs::path& model, const fs::path& cache_folder,
                     const std::stop_token& stop) {
  const FileHandle handle(::open(model.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!handle.is_open()) Fail(model, errno);
  struct stat before{};
  if (::fstat(handle.get(), &before) != 0) Fail(model, errno);
  if (!S_ISREG(before.st_mode)) Fail(model, S_ISDIR(before.st_mode) ? EISDIR : EINVAL);

  const bool cached = !cache_folder.empty();
  const std::string key = KeyOf(model, before);
  const std::vector<std::string> lines =
      cached ? ReadLines(cache_folder / kCacheFile) : std::vector<std::string>{};
  if (const auto known = FindDigest(lines, key)) return *known;

  const std::string digest = HashOpenFile(handle, model, stop);
  struct stat after{};
  const bool unchanged = ::fstat(handle.get(), &after) == 0 && KeyOf(model, after) == key;
  if (cached && !digest.empty() && unchanged && IsSettled(after)) {
    StoreDigest(cache_folder, lines, key, digest);
  }
  return digest;
}

}  // namespace

ModelDigest::ModelDigest(const fs::path& model, const fs::path& cache_folder) {
  std::promise<std::string> promise;
  result_ = promise.get_future().share();
  thread_ = std::jthread(
      [model, cache_folder, promise = std::move(promise)](const std::stop_token& stop) mutable {
        try {
          promise.set_value(DigestOf(model, cache_folder, stop));
        } catch (...) {
          promise.set_exception(std::current_exception());
        }
      });
}

std::string ModelDigest::Get() const { return result_.get(); }

}  // namespace gradcam

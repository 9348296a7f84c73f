#include "run/compiled_cache.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ext/stdio_filebuf.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <exception>
#include <ios>
#include <istream>
#include <system_error>
#include <utility>
#include <vector>

#include "core/file_handle.h"
#include "gradcam/error.h"
#include "report/text.h"
#include "run/atomic_file.h"
#include "run/make_folder.h"
#include "run/sha256.h"
#include "run/temporary_name.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

constexpr const char* kExtension = ".compiled";

std::span<const std::uint8_t> Unsigned(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

// A whole file in memory.
class Mapping {
 public:
  Mapping(void* address, std::size_t size) : address_(address), size_(size) {}
  ~Mapping() { ::munmap(address_, size_); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  [[nodiscard]] std::span<const std::byte> bytes() const {
    return {static_cast<const std::byte*>(address_), size_};
  }

 private:
  void* address_;
  std::size_t size_;
};

// Null for what is no file of this user, or one that others may write.
std::shared_ptr<const Mapping> MapOwnFile(const fs::path& path) {
  const FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  struct stat status{};
  if (!file.is_open() || ::fstat(file.get(), &status) != 0) return nullptr;
  const bool is_own = status.st_uid == ::geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
  if (!S_ISREG(status.st_mode) || !is_own || status.st_size == 0) return nullptr;
  // The time of its last use decides what is removed first. Not all file systems keep st_atime.
  ::futimens(file.get(), nullptr);
  const auto size = static_cast<std::size_t>(status.st_size);
  void* const address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) return nullptr;
  return std::make_shared<const Mapping>(address, size);
}

// What stands behind the bytes of this digest: it tells that they are whole, and what they are of.
// Bytes that begin with the file begin at a page, as weights like it.
std::string FooterOf(const std::string& description, const std::string& sha256) {
  return "\ngradcam " GRADCAM_VERSION " compiled network\nsha256 " + sha256 + "\n" + description;
}

// From its beginning to the last of `size` bytes, in pieces: the whole may be as large as a model.
std::string DigestOf(std::istream& stream, std::uint64_t size) {
  constexpr std::uint64_t kPiece = std::uint64_t{1} << 20U;
  std::vector<char> piece(kPiece);
  Sha256 hash;
  stream.seekg(0);
  for (std::uint64_t left = size; left > 0;) {
    const std::size_t count = std::min(left, kPiece);
    stream.read(piece.data(), static_cast<std::streamsize>(count));
    hash.Update(Unsigned(std::as_bytes(std::span(piece).first(count))));
    left -= count;
  }
  return hash.Finish();
}

// A file of at most `limit` bytes, that remembers why it could not be written: a stream does not.
// Through the descriptor that is locked, as some file systems refuse any other.
class EntryBuffer final : public __gnu_cxx::stdio_filebuf<char> {
 public:
  EntryBuffer(const FileHandle& file, std::uint64_t limit)
      : stdio_filebuf(::fcntl(file.get(), F_DUPFD_CLOEXEC, 0),
                      std::ios::in | std::ios::out | std::ios::binary),
        limit_(limit) {}

  [[noreturn]] void Fail(const fs::path& file) const {
    if (written_ > limit_) {
      throw Error(ErrorKind::kOutput, "it is larger than all compiled networks together may be");
    }
    throw Error(ErrorKind::kOutput,
                "cannot write " + Quoted(file) + ": " + SystemMessage(error_ != 0 ? error_ : EIO));
  }

 protected:
  std::streamsize xsputn(const char* bytes, std::streamsize count) override {
    written_ += static_cast<std::uint64_t>(count);
    if (written_ > limit_) return 0;
    const std::streamsize done = stdio_filebuf::xsputn(bytes, count);
    if (done < count && error_ == 0) error_ = errno;
    return done;
  }

 private:
  std::uint64_t limit_;
  std::uint64_t written_ = 0;
  int error_ = 0;
};

// Throws Error(kOutput), and what `write` throws into a stream that is in order.
void WriteEntry(EntryBuffer& buffer, const fs::path& file, const std::string& description,
                const std::function<void(std::ostream&)>& write) {
  std::iostream stream(&buffer);
  const auto require = [&] {
    if (!stream) buffer.Fail(file);
  };
  try {
    write(stream);
  } catch (const std::exception&) {
    require();  // why it could not write says more than what it makes of that
    throw;
  }
  stream.seekp(0, std::ios::end);
  require();
  const std::string digest = DigestOf(stream, static_cast<std::uint64_t>(stream.tellp()));
  stream.seekp(0, std::ios::end);
  stream << FooterOf(description, digest);
  stream.flush();
  require();
}

struct OldFile {
  fs::path path;
  std::uint64_t size = 0;
  fs::file_time_type used;
};

std::vector<OldFile> FilesIn(const fs::path& folder) {
  std::vector<OldFile> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() != kExtension) continue;
    OldFile file{.path = entry->path(), .size = 0, .used = {}};
    std::error_code vanished;  // removed by another program
    file.size = entry->file_size(vanished);
    if (!vanished) file.used = entry->last_write_time(vanished);
    if (!vanished) files.push_back(std::move(file));
  }
  return files;
}

}  // namespace

struct CompiledCache::Entry {
  fs::path file;
  std::string description;
};

CompiledCache::CompiledCache(fs::path folder, std::function<std::string()> model_sha256,
                             std::uint64_t most_bytes)
    : folder_(std::move(folder)), model_sha256_(std::move(model_sha256)), most_bytes_(most_bytes) {}

std::optional<CompiledCache::Entry> CompiledCache::EntryOf(const std::string& key) const {
  const std::string model = model_sha256_();
  if (model.empty()) return std::nullopt;
  const std::string description = "model " + model + "\n" + key;
  constexpr std::size_t kDigits = 32;
  return Entry{folder_ / (Sha256Of(description).substr(0, kDigits) + kExtension), description};
}

bool CompiledCache::Has(const std::string& key) {
  try {
    const auto entry = EntryOf(key);
    std::error_code ignored;
    return entry && fs::is_regular_file(entry->file, ignored);
  } catch (const std::exception&) {
    return false;
  }
}

std::optional<KeptBytes> CompiledCache::Find(const std::string& key) {
  try {
    const auto entry = EntryOf(key);
    if (!entry) return std::nullopt;
    const auto file = MapOwnFile(entry->file);
    if (!file) return std::nullopt;
    const std::size_t footer_size = FooterOf(entry->description, Sha256Of("")).size();
    const auto bytes = file->bytes();
    if (bytes.size() <= footer_size) return std::nullopt;
    const auto content = bytes.first(bytes.size() - footer_size);
    const std::string expected = FooterOf(entry->description, Sha256Of(Unsigned(content)));
    const auto found = bytes.last(footer_size);
    if (!std::ranges::equal(found, std::as_bytes(std::span(expected)))) return std::nullopt;
    return KeptBytes{file, content};
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

void CompiledCache::Keep(const std::string& key, const std::function<void(std::ostream&)>& write) {
  const auto entry = EntryOf(key);
  if (!entry) return;
  MakeFolder(folder_);
  // Whatever the umask: what others may write is not read.
  AtomicFile file(entry->file, S_IRUSR | S_IWUSR);
  {
    EntryBuffer buffer(file.handle(), most_bytes_);
    WriteEntry(buffer, entry->file, entry->description, write);
  }
  file.Commit();
  RemoveAbandonedFiles(folder_);
  RemoveOldest(entry->file);
}

void CompiledCache::Forget(const std::string& key) {
  try {
    const auto entry = EntryOf(key);
    std::error_code ignored;
    if (entry) fs::remove(entry->file, ignored);
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): then nothing was kept either
  }
}

// Until the rest, with `kept`, takes no more than most_bytes_.
void CompiledCache::RemoveOldest(const fs::path& kept) const {
  auto files = FilesIn(folder_);
  std::ranges::sort(files, {}, &OldFile::used);
  std::uint64_t total = 0;
  for (const OldFile& file : files) total += file.size;
  for (const OldFile& file : files) {
    if (total <= most_bytes_) return;
    if (file.path == kept) continue;
    std::error_code ignored;
    fs::remove(file.path, ignored);
    total -= file.size;
  }
}

}  // namespace gradcam

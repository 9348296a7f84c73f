#include "run/results_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <system_error>
#include <utility>

#include "core/line_splitter.h"
#include "core/read_file.h"
#include "gradcam/error.h"
#include "report/parse_report.h"
#include "report/text.h"
#include "run/atomic_file.h"
#include "run/inputs/file_identity.h"
#include "run/output_checks.h"
#include "run/own_report.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kPiece = std::uint64_t{1} << 20U;

std::uint64_t HashOf(std::string_view name) { return std::hash<std::string_view>{}(name); }

[[noreturn]] void Fail(const char* what, const fs::path& file, int error) {
  throw Error(ErrorKind::kOutput,
              std::string("cannot ") + what + " " + Quoted(file) + ": " + SystemMessage(error));
}

[[noreturn]] void FailInUse(const fs::path& file) {
  throw Error(ErrorKind::kUsage, Quoted(file) + " is being written by another run",
              "wait for its end, or give another --output");
}

// Where the file system knows no locks, there are none.
void Lock(const FileHandle& handle, const fs::path& file) {
  if (TryLock(handle) == LockState::kHeldByAnother) FailInUse(file);
}

// Whether `file` is what `handle` has open, and no link to it.
bool StandsAt(const fs::path& file, const FileHandle& handle) {
  struct stat found{};
  if (::lstat(file.c_str(), &found) != 0) {
    if (errno != ENOENT && errno != ENOTDIR) Fail("read", file, errno);
    return false;
  }
  struct stat open{};
  if (::fstat(handle.get(), &open) != 0) Fail("read", file, errno);
  return found.st_dev == open.st_dev && found.st_ino == open.st_ino;
}

// Of a run, since the other one may have replaced what was open before it was locked.
void LockInPlace(const FileHandle& handle, const fs::path& file) {
  Lock(handle, file);
  if (!StandsAt(file, handle)) FailInUse(file);
}

// `file` stands there, and did not when the run began.
[[noreturn]] void FailAppeared(const fs::path& file) {
  const FileHandle other(::open(file.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (other.is_open()) Lock(other, file);
  throw Error(ErrorKind::kUsage, Quoted(file) + " has appeared since the run began; not replaced",
              "give another --output, or --resume to go on with it if it is gradcam's");
}

// Of the picture whose report `line` is; empty if it is none.
std::string NameIn(std::string_view line) {
  try {
    return ParseReport(std::string(line), "line").picture.image.file;
  } catch (const Error&) {
    return "";
  }
}

// Whether a line is what a machine's end has left of one of ours: its beginning, or zeros in place
// of it.
bool IsDamaged(std::string_view line) { return line.starts_with('\0') || BeginsAsReport(line); }

}  // namespace

ResultsFile::ResultsFile(fs::path file, OldLines old_lines) : path_(std::move(file)), file_(-1) {
  if (old_lines == OldLines::kRefuse) return;
  const bool is_written = old_lines != OldLines::kRead;
  const int access = is_written ? O_RDWR : O_RDONLY;
  file_ = FileHandle(::open(path_.c_str(), access | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file_.is_open()) {
    if (errno != ENOENT && errno != ELOOP) Fail("open", path_, errno);
    // A link is replaced, what it leads to is not touched.
    if (errno == ELOOP) file_ = FileHandle(::open(path_.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    return;
  }
  if (is_written) LockInPlace(file_, path_);
  struct stat status{};
  if (::fstat(file_.get(), &status) != 0) Fail("read", path_, errno);
  if (!S_ISREG(status.st_mode)) FailForeign(path_);
  size_ = static_cast<std::uint64_t>(status.st_size);
  is_begun_ = old_lines != OldLines::kReplace;
  size_ = ReadLines(/*all=*/is_begun_);
  if (is_begun_) return;
  kept_.clear();
  by_name_.clear();
  size_ = 0;
}

// Returns the end of the last whole line. Without `all`, the first ones show whose file it is.
std::uint64_t ResultsFile::ReadLines(bool all) {
  LineSplitter lines;
  for (std::uint64_t at = 0; at < size_ && (all || kept_.empty()); at += kPiece) {
    lines.Add(Read(at, std::min(kPiece, size_ - at)),
              [this](std::uint64_t offset, std::string_view line) { AddLine(offset, line); });
  }
  const std::string& rest = lines.rest();
  // The start of a report of ours, or somebody else's file without any line end.
  if (kept_.empty() && !rest.empty() && !IsDamaged(rest)) FailForeign(path_);
  for (std::size_t i = 0; i < kept_.size(); ++i) by_name_.push_back(i);
  std::ranges::stable_sort(by_name_, {}, [this](std::size_t i) { return kept_[i].name_hash; });
  return kept_.empty() ? 0 : lines.rest_offset();  // damaged lines alone are as good as none
}

void ResultsFile::AddLine(std::uint64_t offset, std::string_view text) {
  const std::string name = NameIn(text);
  if (name.empty()) {
    if (!IsDamaged(text)) FailForeign(path_);
    return;  // it has no place in the file that is left
  }
  kept_.push_back({HashOf(name), offset, text.size() + 1});
}

// Indices of the lines of one picture, in the order of the file.
std::span<const std::size_t> ResultsFile::KeptOf(std::string_view name) const {
  return std::ranges::equal_range(by_name_, HashOf(name), {},
                                  [this](std::size_t i) { return kept_[i].name_hash; });
}

// The last one, if there are several.
const ResultsFile::Line* ResultsFile::KeptLine(std::string_view name) const {
  const auto kept = KeptOf(name);
  return kept.empty() ? nullptr : &kept_[kept.back()];
}

std::string ResultsFile::Find(std::string_view name) const {
  const Line* line = KeptLine(name);
  return line == nullptr ? "" : Read(line->offset, line->size - 1);
}

std::string ResultsFile::Read(std::uint64_t offset, std::uint64_t size) const {
  try {
    std::string text = ReadAt(file_, offset, size);
    if (text.size() < size) Fail("read", path_, EIO);
    return text;
  } catch (const std::system_error& error) {
    Fail("read", path_, error.code().value());
  }
}

void ResultsFile::Begin() {
  if (is_begun_) return;
  if (file_.is_open() && StandsAt(path_, file_)) {
    ReplaceOlder();
  } else {
    CreateNew();
  }
  is_begun_ = true;
}

// Only now is it gone for good. Its lock keeps others from doing the same, and so does that of the
// new one.
void ResultsFile::ReplaceOlder() {
  AtomicFile file(path_);
  file_ = file.CommitOpen();
}

void ResultsFile::CreateNew() {
  constexpr mode_t kMode = 0666;  // less the user's umask
  FileHandle file(::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kMode));
  if (!file.is_open() && errno == EEXIST) FailAppeared(path_);
  if (!file.is_open()) Fail("write", path_, errno);
  LockInPlace(file, path_);
  file_ = std::move(file);
}

// All of it or nothing. Returns its place.
std::uint64_t ResultsFile::Append(const std::string& text) {
  Begin();
  struct stat status{};
  if (::fstat(file_.get(), &status) != 0) Fail("write", path_, errno);
  if (status.st_nlink == 0) {
    throw Error(ErrorKind::kOutput, Quoted(path_) + " was removed during the run");
  }
  if (static_cast<std::uint64_t>(status.st_size) > size_) CutRest();
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = ::pwrite(file_.get(), text.data() + done, text.size() - done,
                                   static_cast<off_t>(size_ + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      const int error = errno;
      static_cast<void>(::ftruncate(file_.get(), static_cast<off_t>(size_)));
      Fail("write", path_, error);
    }
    done += static_cast<std::size_t>(count);
  }
  return std::exchange(size_, size_ + text.size());
}

bool ResultsFile::IsInPlace() const { return !is_begun_ || LeadsTo(path_, file_); }

void ResultsFile::Add(std::string_view name, const std::string& line) {
  const Line* kept = KeptLine(name);
  if (kept != nullptr && Read(kept->offset, kept->size - 1) == line) {
    SetNext(*kept);
  } else {
    SetNext({HashOf(name), Append(line + "\n"), line.size() + 1});
  }
  Settle(name);
}

void ResultsFile::Keep(std::string_view name) {
  if (const Line* kept = KeptLine(name)) SetNext(*kept);
  Settle(name);
}

void ResultsFile::Drop(std::string_view name) { Settle(name); }

// In a file without kept lines all are in their places as they are appended, and there may be
// millions: they are not recorded.
void ResultsFile::SetNext(const Line& line) {
  if (!kept_.empty()) wanted_.push_back(line);
}

// Whatever was kept of the picture: what it has now is in wanted_, if anything.
void ResultsFile::Settle(std::string_view name) {
  for (const std::size_t i : KeptOf(name)) kept_[i].is_settled = true;
}

void ResultsFile::Finish(bool is_complete) {
  if (size_ == 0) {  // nothing was written or kept
    if (!file_.is_open() || !StandsAt(path_, file_)) return;
    if (::unlink(path_.c_str()) != 0 && errno != ENOENT) Fail("remove the older", path_, errno);
    return;
  }
  if (kept_.empty()) return;
  CutRest();
  std::vector<Line> wanted = wanted_;
  for (const Line& line : kept_) {
    if (!is_complete && !line.is_settled) wanted.push_back(line);
  }
  std::uint64_t end = 0;
  const bool is_in_order = std::ranges::all_of(wanted, [&end](const Line& line) {
    return line.offset == std::exchange(end, line.offset + line.size);
  });
  if (!is_in_order || end != size_) Rewrite(wanted);
}

// What is behind the last whole line.
void ResultsFile::CutRest() {
  if (::ftruncate(file_.get(), static_cast<off_t>(size_)) != 0) Fail("write", path_, errno);
}

void ResultsFile::Rewrite(const std::vector<Line>& lines) {
  AtomicFile file(path_);
  for (const Line& line : lines) file.Write(Read(line.offset, line.size));
  file.Commit();
}

}  // namespace gradcam

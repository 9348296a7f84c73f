#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "core/file_handle.h"

namespace gradcam {

// A file that comes into being in one step: written under a short temporary name in the same
// folder and locked meanwhile (run/temporary_name.h), renamed by Commit, removed unless it came to
// that. Whoever opens `target` sees the old content or the whole new one. A symbolic link of that
// name is replaced, not followed. All throw Error(kOutput).
class AtomicFile {
 public:
  // The folder must exist. `mode` as open(2) takes it, less the user's umask.
  explicit AtomicFile(const std::filesystem::path& target, mode_t mode = 0666);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void Write(std::span<const std::uint8_t> bytes);
  void Write(std::string_view text);
  // What is written next replaces the beginning.
  void Rewind();
  // Once only, after everything else.
  void Commit();
  // The same of a file that is written on, and read, in its place. It stays locked.
  [[nodiscard]] FileHandle CommitOpen();

  // Until it is committed.
  [[nodiscard]] const FileHandle& handle() const { return handle_; }

 private:
  void Rename();
  FileHandle Create(mode_t mode);

  std::filesystem::path target_;
  std::filesystem::path path_;  // of the temporary file; empty once renamed
  FileHandle handle_;
  FileHandle lock_;  // of the same file: it must hold until the file has its name
};

// Writes a whole AtomicFile. Throws Error(kOutput); nothing is left behind then.
void WriteAtomically(const std::filesystem::path& file, std::span<const std::uint8_t> bytes);
void WriteAtomically(const std::filesystem::path& file, std::string_view text);

}  // namespace gradcam

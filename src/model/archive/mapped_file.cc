#include "model/archive/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include "core/file_handle.h"
#include "gradcam/error.h"

namespace gradcam {
namespace {

[[noreturn]] void ThrowErrno(int code) {
  throw Error(ErrorKind::kModel, code == ENOENT ? "no such file" : SystemMessage(code));
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path) {
  // Without O_NONBLOCK a FIFO would wait for its writer.
  const FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) {
    ThrowErrno(errno);
  }
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) {
    ThrowErrno(errno);
  }
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorKind::kModel, "not a regular file");
  }
  size_ = static_cast<std::size_t>(status.st_size);
  if (size_ == 0) {
    return;
  }
  void* const address = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) {
    ThrowErrno(errno);
  }
  data_ = static_cast<char*>(address);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) {
    ::munmap(data_, size_);
  }
}

}  // namespace gradcam

#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>

namespace gradcam {

// A regular file in memory, mapped privately: pages are read when they are touched, and writes stay
// in this process. The file must not be shortened while it is mapped.
class MappedFile {
 public:
  // Throws Error(kModel) with what stands in the way of reading `path` (missing, a folder, no
  // permission); the message does not name the file.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  [[nodiscard]] std::string_view bytes() const { return {data_, size_}; }

  // The first byte, writable; null for an empty file.
  [[nodiscard]] char* data() const { return data_; }

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace gradcam

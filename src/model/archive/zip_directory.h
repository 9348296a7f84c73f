#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gradcam {

// Where one file of an archive lies.
struct ZipRecord {
  std::size_t offset = 0;       // of its bytes, from the start of the archive
  std::size_t packed_size = 0;  // bytes in the archive
  std::size_t size = 0;         // bytes once unpacked, as the directory claims
  std::uint32_t crc32 = 0;
  bool deflated = false;
};

struct ZipEntry {
  std::string_view name;
  std::uint64_t header = 0;  // offset of the local header
  ZipRecord record;
};

// True if `bytes` start like a zip archive.
[[nodiscard]] bool IsZip(std::string_view bytes);

// The entries of the directory of a zip archive (APPNOTE.TXT 6.3, with zip64), folders included;
// the names are views into `bytes`. Throws Error(kModel) unless every record lies before the
// directory, no two overlap, local and central headers agree, and every name stays inside the
// archive.
[[nodiscard]] std::vector<ZipEntry> ReadZipDirectory(std::string_view bytes);

// A name from a stranger's archive for a message: in quotation marks, without control characters.
[[nodiscard]] std::string QuotedRecord(std::string_view name);

[[noreturn]] void ThrowDamagedArchive(const std::string& what);

}  // namespace gradcam

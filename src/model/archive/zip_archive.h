#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace gradcam {

// Where one file of an archive lies.
struct ZipRecord {
  std::size_t offset = 0;       // of its bytes, from the start of the archive
  std::size_t packed_size = 0;  // bytes in the archive
  std::size_t size = 0;         // bytes once unpacked, as the directory claims
  std::uint32_t crc32 = 0;
  bool deflated = false;
};

// The directory of a zip archive in memory (APPNOTE.TXT 6.3, with zip64), checked for archives that
// are damaged or made to deceive: every record lies before the directory, no two records overlap or
// share a name, local and central headers agree, names stay inside the archive.
class ZipArchive {
 public:
  // True if `bytes` start like a zip archive.
  [[nodiscard]] static bool IsZip(std::string_view bytes);

  // `bytes` must outlive the archive. Throws Error(kModel) that says what is wrong.
  explicit ZipArchive(std::string_view bytes);

  // By full name, folders left out.
  [[nodiscard]] const std::map<std::string, ZipRecord, std::less<>>& records() const {
    return records_;
  }

  // Null if there is none.
  [[nodiscard]] const ZipRecord* Find(std::string_view name) const;

  // The unpacked bytes of a record, checked against its CRC. Throws Error(kModel) if it is damaged
  // or larger than `max_size`.
  [[nodiscard]] std::string Read(std::string_view name, std::size_t max_size) const;

 private:
  std::string_view bytes_;
  std::map<std::string, ZipRecord, std::less<>> records_;
};

}  // namespace gradcam

#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "model/archive/zip_directory.h"

namespace gradcam {

// A zip archive in memory, checked for archives that are damaged or made to deceive: what
// ReadZipDirectory checks, and that no two records share a name.
class ZipArchive {
 public:
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

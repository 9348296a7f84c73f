#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gradcam {

// A record of an archive that a test makes. The fields behind `content` let it lie.
struct ZipPart {
  std::string name;
  std::string content;  // as it stands in the file, so already packed if `method` is 8
  int method = 0;
  int flags = 0;
  std::int64_t size = -1;         // unpacked size in the directory; -1 = that of the content
  std::int64_t packed_size = -1;  // in the directory; -1 = that of the content
  std::int64_t header = -1;       // offset of the local header in the directory; -1 = the true one
  std::string local_name;         // in the local header; empty = `name`
  std::int64_t crc = -1;          // -1 = the true one
  std::size_t alignment = 64;     // of the content, as PyTorch aligns it
};

// The bytes of a zip archive with these records, without zip64.
[[nodiscard]] std::string WriteZip(const std::vector<ZipPart>& parts);

// The records of a good archive, unpacked, to be changed and written again.
[[nodiscard]] std::vector<ZipPart> ReadZip(std::string_view bytes);

// The part called `name`, which must be there.
[[nodiscard]] ZipPart& Part(std::vector<ZipPart>& parts, std::string_view name);

// `content` as a raw deflate stream of one stored block (RFC 1951, 3.2.4); at most 65,535 bytes.
[[nodiscard]] std::string DeflateStored(const std::string& content);

}  // namespace gradcam

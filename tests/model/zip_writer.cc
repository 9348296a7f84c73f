#include "model/zip_writer.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "model/archive/zip_archive.h"

namespace gradcam {
namespace {

std::string Little(std::uint64_t value, std::size_t width) {
  std::string bytes;
  for (std::size_t i = 0; i < width; ++i) {
    bytes.push_back(static_cast<char>(value & 0xFFU));
    value >>= 8U;
  }
  return bytes;
}

// CRC-32 of PKZIP, bit by bit (polynomial 0xEDB88320, reflected).
std::uint32_t Crc(const std::string& bytes) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc & 1U) != 0 ? crc >> 1U ^ 0xEDB88320U : crc >> 1U;
    }
  }
  return ~crc;
}

std::uint64_t Claim(std::int64_t claimed, std::uint64_t actual) {
  return claimed < 0 ? actual : static_cast<std::uint64_t>(claimed);
}

// Method, time, CRC and sizes: the same in both headers.
std::string Middle(const ZipPart& part) {
  const std::string unpacked =
      part.method == 8 && part.content.size() > 5 ? part.content.substr(5) : part.content;
  return Little(20, 2) + Little(static_cast<std::uint64_t>(part.flags), 2) +
         Little(static_cast<std::uint64_t>(part.method), 2) + Little(0, 4) +
         Little(Claim(part.crc, Crc(unpacked)), 4) +
         Little(Claim(part.packed_size, part.content.size()), 4) +
         Little(Claim(part.size, unpacked.size()), 4);
}

}  // namespace

std::string WriteZip(const std::vector<ZipPart>& parts) {
  std::string file;
  std::string directory;
  for (const ZipPart& part : parts) {
    const std::size_t header = file.size();
    const std::string& local_name = part.local_name.empty() ? part.name : part.local_name;
    const std::size_t start = header + 30 + local_name.size();
    const std::size_t padding = (part.alignment - start % part.alignment) % part.alignment;
    file += "PK\x03\x04" + Middle(part) + Little(local_name.size(), 2) + Little(padding, 2) +
            local_name + std::string(padding, '\0') + part.content;
    directory += "PK\x01\x02" + Little(20, 2) + Middle(part) + Little(part.name.size(), 2) +
                 Little(0, 12) + Little(Claim(part.header, header), 4) + part.name;
  }
  const std::size_t start = file.size();
  return file + directory + "PK\x05\x06" + Little(0, 4) + Little(parts.size(), 2) +
         Little(parts.size(), 2) + Little(directory.size(), 4) + Little(start, 4) + Little(0, 2);
}

std::vector<ZipPart> ReadZip(std::string_view bytes) {
  const ZipArchive archive(bytes);
  std::vector<ZipPart> parts;
  for (const auto& [name, record] : archive.records()) {
    ZipPart part;
    part.name = name;
    part.content = archive.Read(name, std::numeric_limits<std::uint32_t>::max());
    parts.push_back(std::move(part));
  }
  return parts;
}

ZipPart& Part(std::vector<ZipPart>& parts, std::string_view name) {
  const auto found = std::find_if(parts.begin(), parts.end(),
                                  [&](const ZipPart& part) { return part.name == name; });
  if (found == parts.end()) {
    throw std::runtime_error("no such part: " + std::string(name));
  }
  return *found;
}

std::string DeflateStored(const std::string& content) {
  const std::uint64_t size = content.size();
  return "\x01" + Little(size, 2) + Little(~size & 0xFFFFU, 2) + content;
}

}  // namespace gradcam

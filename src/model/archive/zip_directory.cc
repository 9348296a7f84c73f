#include "model/archive/zip_directory.h"

#include <algorithm>
#include <utility>

#include "gradcam/error.h"
#include "model/archive/little_endian.h"

namespace gradcam {
namespace {

constexpr std::string_view kLocalHeader{"PK\x03\x04", 4};
constexpr std::string_view kDirectoryEntry{"PK\x01\x02", 4};
constexpr std::string_view kEnd{"PK\x05\x06", 4};
constexpr std::string_view kEnd64{"PK\x06\x06", 4};
constexpr std::string_view kEnd64Locator{"PK\x06\x07", 4};
constexpr std::size_t kLocalHeaderSize = 30;
constexpr std::size_t kDirectoryEntrySize = 46;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kEnd64Size = 56;
constexpr std::size_t kEnd64LocatorSize = 20;
constexpr std::size_t kMaxComment = 65535;
constexpr std::uint64_t kSizeInExtra = 0xFFFFFFFF;
constexpr int kStored = 0;
constexpr int kDeflated = 8;

// The number of `width` bytes; throws beyond the end.
std::uint64_t Number(std::string_view bytes, std::size_t offset, std::size_t width) {
  if (offset > bytes.size() || width > bytes.size() - offset) {
    ThrowDamagedArchive("a header lies outside the file");
  }
  return LittleEndian(bytes.substr(offset, width));
}

std::string_view Slice(std::string_view bytes, std::uint64_t offset, std::uint64_t size,
                       const char* what) {
  if (offset > bytes.size() || size > bytes.size() - offset) {
    ThrowDamagedArchive(std::string(what) + " lies outside the file");
  }
  return bytes.substr(offset, size);
}

struct Directory {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint64_t count = 0;
};

std::size_t FindEnd(std::string_view bytes) {
  if (bytes.size() >= kEndSize) {
    const std::size_t last = bytes.size() - kEndSize;
    const std::size_t first = last > kMaxComment ? last - kMaxComment : 0;
    for (std::size_t at = last + 1; at-- > first;) {
      if (bytes.substr(at, 4) == kEnd && Number(bytes, at + 20, 2) == last - at) {
        return at;
      }
    }
  }
  ThrowDamagedArchive("its directory is missing");
}

Directory FindDirectory(std::string_view bytes) {
  const std::size_t end = FindEnd(bytes);
  Directory directory{Number(bytes, end + 16, 4), Number(bytes, end + 12, 4),
                      Number(bytes, end + 10, 2)};
  std::size_t limit = end;
  if (end >= kEnd64LocatorSize && bytes.substr(end - kEnd64LocatorSize, 4) == kEnd64Locator) {
    const std::uint64_t at = Number(bytes, end - kEnd64LocatorSize + 8, 8);
    const std::string_view end64 = Slice(bytes, at, kEnd64Size, "the zip64 directory");
    if (end64.substr(0, 4) != kEnd64) {
      ThrowDamagedArchive("the zip64 directory is missing");
    }
    directory = {Number(end64, 48, 8), Number(end64, 40, 8), Number(end64, 32, 8)};
    limit = at;
  }
  if (directory.offset > limit || directory.size > limit - directory.offset ||
      directory.count > directory.size / kDirectoryEntrySize) {
    ThrowDamagedArchive("its directory does not fit into the file");
  }
  return directory;
}

// Sizes and offset that did not fit into 32 bits stand in an extra field, in this order.
void ReadZip64Extra(std::string_view extra, std::uint64_t& size, std::uint64_t& packed_size,
                    std::uint64_t& header) {
  while (extra.size() >= 4) {
    const std::uint64_t id = Number(extra, 0, 2);
    const std::string_view field = Slice(extra, 4, Number(extra, 2, 2), "an extra field");
    if (id == 1) {
      std::size_t at = 0;
      for (std::uint64_t* value : {&size, &packed_size, &header}) {
        if (*value == kSizeInExtra) {
          *value = Number(field, at, 8);
          at += 8;
        }
      }
      return;
    }
    extra.remove_prefix(4 + field.size());
  }
}

bool IsSafeName(std::string_view name) {
  if (name.empty() || name.front() == '/' || name.find('\\') != std::string_view::npos ||
      name.find('\0') != std::string_view::npos) {
    return false;
  }
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string_view part = name.substr(begin, end - begin);
    if (part == ".." || part == "." || (part.empty() && end != name.size())) {
      return false;
    }
    begin = end + 1;
  }
  return true;
}

// Checks the local header and finds where the bytes start.
void LocateBytes(std::string_view bytes, const Directory& directory, int method, ZipEntry& entry) {
  const std::string name = QuotedRecord(entry.name);
  const std::string_view header = Slice(bytes, entry.header, kLocalHeaderSize, "a record's header");
  if (header.substr(0, 4) != kLocalHeader ||
      Number(header, 8, 2) != static_cast<unsigned>(method)) {
    ThrowDamagedArchive("the header of " + name + " contradicts the directory");
  }
  const std::uint64_t name_size = Number(header, 26, 2);
  if (Slice(bytes, entry.header + kLocalHeaderSize, name_size, "a record's name") != entry.name) {
    ThrowDamagedArchive("the header of " + name + " contradicts the directory");
  }
  const std::uint64_t offset = entry.header + kLocalHeaderSize + name_size + Number(header, 28, 2);
  if (offset > directory.offset || entry.record.packed_size > directory.offset - offset) {
    ThrowDamagedArchive("the record " + name + " is longer than the file");
  }
  entry.record.offset = offset;
}

// Reads the directory entry at `at` and moves `at` behind it.
ZipEntry ReadEntry(std::string_view bytes, const Directory& directory, std::size_t& at) {
  const std::size_t end = directory.offset + directory.size;
  const std::string_view fixed =
      Slice(bytes.substr(0, end), at, kDirectoryEntrySize, "a directory entry");
  if (fixed.substr(0, 4) != kDirectoryEntry) {
    ThrowDamagedArchive("its directory holds something else");
  }
  const std::uint64_t name_size = Number(fixed, 28, 2);
  const std::uint64_t extra_size = Number(fixed, 30, 2);
  const std::uint64_t comment_size = Number(fixed, 32, 2);
  const std::string_view rest = Slice(bytes.substr(0, end), at + kDirectoryEntrySize,
                                      name_size + extra_size + comment_size, "a directory entry");
  std::uint64_t packed_size = Number(fixed, 20, 4);
  std::uint64_t size = Number(fixed, 24, 4);
  ZipEntry entry{rest.substr(0, name_size), Number(fixed, 42, 4), {}};
  ReadZip64Extra(rest.substr(name_size, extra_size), size, packed_size, entry.header);
  const std::string name = QuotedRecord(entry.name);
  if (!IsSafeName(entry.name)) {
    ThrowDamagedArchive("the name " + name + " does not stay inside the archive");
  }
  const auto method = static_cast<int>(Number(fixed, 10, 2));
  if (method != kStored && method != kDeflated) {
    ThrowDamagedArchive("the record " + name + " is packed by an unknown method");
  }
  if ((Number(fixed, 8, 2) & 1U) != 0) {
    ThrowDamagedArchive("the record " + name + " is encrypted");
  }
  if (method == kStored && size != packed_size) {
    ThrowDamagedArchive("the record " + name + " has two sizes");
  }
  entry.record.packed_size = packed_size;
  entry.record.size = size;
  entry.record.crc32 = static_cast<std::uint32_t>(Number(fixed, 16, 4));
  entry.record.deflated = method == kDeflated;
  LocateBytes(bytes, directory, method, entry);
  at += kDirectoryEntrySize + rest.size();
  return entry;
}

void RefuseOverlap(std::vector<ZipEntry> entries) {
  std::sort(entries.begin(), entries.end(),
            [](const ZipEntry& a, const ZipEntry& b) { return a.header < b.header; });
  for (std::size_t i = 1; i < entries.size(); ++i) {
    const ZipRecord& before = entries[i - 1].record;
    if (entries[i].header < before.offset + before.packed_size) {
      ThrowDamagedArchive("the records " + QuotedRecord(entries[i - 1].name) + " and " +
                          QuotedRecord(entries[i].name) + " overlap");
    }
  }
}

}  // namespace

void ThrowDamagedArchive(const std::string& what) {
  throw Error(ErrorKind::kModel, "the archive is damaged: " + what,
              "copy or export the file again; it may have been cut off");
}

std::string QuotedRecord(std::string_view name) {
  std::string text;
  text.push_back('\'');
  for (const char c : name.substr(0, 80)) {
    text.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c);
  }
  text.push_back('\'');
  return text;
}

bool IsZip(std::string_view bytes) {
  return bytes.starts_with(kLocalHeader) || bytes.starts_with(kEnd);
}

std::vector<ZipEntry> ReadZipDirectory(std::string_view bytes) {
  const Directory directory = FindDirectory(bytes);
  std::vector<ZipEntry> entries;
  entries.reserve(directory.count);
  std::size_t at = directory.offset;
  for (std::uint64_t i = 0; i < directory.count; ++i) {
    entries.push_back(ReadEntry(bytes, directory, at));
  }
  if (at != directory.offset + directory.size) {
    ThrowDamagedArchive("its directory holds more than it says");
  }
  RefuseOverlap(entries);
  return entries;
}

}  // namespace gradcam

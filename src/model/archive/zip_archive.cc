#include "model/archive/zip_archive.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace gradcam {
namespace {

// Exactly `size` bytes, or nothing.
std::optional<std::string> Inflate(std::string_view packed, std::size_t size) {
  constexpr std::size_t kLimit = std::numeric_limits<std::uint32_t>::max();
  if (packed.size() > kLimit || size > kLimit) {
    return std::nullopt;
  }
  // One byte more than promised shows a record that unpacks to more than it says.
  std::vector<std::uint8_t> out(size + 1);
  std::vector<std::uint8_t> in(packed.begin(), packed.end());
  const auto state = std::make_unique<inflate_state>();
  isal_inflate_init(state.get());
  state->next_in = in.data();
  state->avail_in = static_cast<std::uint32_t>(in.size());
  state->next_out = out.data();
  state->avail_out = static_cast<std::uint32_t>(out.size());
  if (isal_inflate(state.get()) != ISAL_DECOMP_OK || state->block_state != ISAL_BLOCK_FINISH ||
      state->total_out != size) {
    return std::nullopt;
  }
  return std::string(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size));
}

}  // namespace

ZipArchive::ZipArchive(std::string_view bytes) : bytes_(bytes) {
  for (const ZipEntry& entry : ReadZipDirectory(bytes)) {
    if (entry.name.back() == '/') {
      continue;
    }
    if (!records_.emplace(entry.name, entry.record).second) {
      ThrowDamagedArchive("two records are called " + QuotedRecord(entry.name));
    }
  }
}

const ZipRecord* ZipArchive::Find(std::string_view name) const {
  const auto found = records_.find(name);
  return found == records_.end() ? nullptr : &found->second;
}

std::string ZipArchive::Read(std::string_view name, std::size_t max_size) const {
  const ZipRecord* const record = Find(name);
  const std::string quoted = QuotedRecord(name);
  if (record == nullptr) {
    ThrowDamagedArchive("the record " + quoted + " is missing");
  }
  if (record->size > max_size) {
    ThrowDamagedArchive("the record " + quoted + " unpacks to " + std::to_string(record->size) +
                        " bytes, more than any export writes");
  }
  const std::string_view packed = bytes_.substr(record->offset, record->packed_size);
  std::optional<std::string> content =
      record->deflated ? Inflate(packed, record->size) : std::string(packed);
  if (content && !content->empty()) {
    std::vector<std::uint8_t> copy(content->begin(), content->end());
    if (crc32_gzip_refl(0, copy.data(), copy.size()) != record->crc32) {
      content.reset();
    }
  }
  if (!content) {
    ThrowDamagedArchive("the record " + quoted + " does not unpack to what it promises");
  }
  return *std::move(content);
}

}  // namespace gradcam

#include "run/npy.h"

#include <bit>
#include <string>

namespace gradcam {
namespace {

// Magic and version.
constexpr std::string_view kMagic("\x93NUMPY\x01\0", 8);
// The beginning of the header.
constexpr std::string_view kType = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
constexpr std::string_view kComma = ", ";
constexpr std::string_view kShapeEnd = "), }";

bool IsNumber(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

std::vector<std::uint8_t> EncodeNpy(const Map& map) {
  constexpr std::size_t kPreamble = 10;   // magic, version, header length
  constexpr std::size_t kAlignment = 64;  // of the data, as the format asks
  std::string header(kType);
  header += std::to_string(map.height);
  header += kComma;
  header += std::to_string(map.width);
  header += kShapeEnd;
  const std::size_t unpadded = kPreamble + header.size() + 1;
  header.append((kAlignment - unpadded % kAlignment) % kAlignment, ' ');
  header += '\n';

  std::vector<std::uint8_t> bytes(kMagic.begin(), kMagic.end());
  bytes.push_back(static_cast<std::uint8_t>(header.size() & 0xFFU));
  bytes.push_back(static_cast<std::uint8_t>(header.size() >> 8U));
  bytes.insert(bytes.end(), header.begin(), header.end());
  for (const float value : map.values) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (unsigned shift = 0; shift < 32; shift += 8) {
      bytes.push_back(static_cast<std::uint8_t>((bits >> shift) & 0xFFU));
    }
  }
  return bytes;
}

bool BeginsAsMap(std::string_view bytes) {
  constexpr std::size_t kLength = 2;  // bytes of the header's length
  if (!bytes.starts_with(kMagic) || bytes.size() < kMagic.size() + kLength) return false;
  bytes.remove_prefix(kMagic.size() + kLength);
  if (!bytes.starts_with(kType)) return false;
  bytes.remove_prefix(kType.size());
  const std::string_view shape = bytes.substr(0, bytes.find(kShapeEnd));
  const std::size_t comma = shape.find(kComma);
  return shape.size() < bytes.size() && comma != std::string_view::npos &&
         IsNumber(shape.substr(0, comma)) && IsNumber(shape.substr(comma + kComma.size()));
}

}  // namespace gradcam

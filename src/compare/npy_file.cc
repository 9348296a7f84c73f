#include "compare/npy_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gradcam/error.h"
#include "report/text.h"

namespace gradcam {
namespace {

[[noreturn]] void Fail(const std::string& reason) { throw Error(ErrorKind::kInput, reason); }

// The header is a Python dict of three known keys: {'descr': '<f4', 'fortran_order': False,
// 'shape': (7, 7), }. This reads such dicts and no other Python.
struct Header {
  std::optional<std::string> type;
  std::optional<bool> fortran_order;
  std::optional<std::vector<std::int64_t>> shape;
};

class HeaderReader {
 public:
  explicit HeaderReader(std::string_view text) : rest_(text) {}

  Header Read() {
    Header header;
    Expect('{');
    while (!Take('}')) {
      const std::string key = ReadString();
      Expect(':');
      ReadValue(key, header);
      if (Take(',')) continue;
      Expect('}');
      break;
    }
    SkipSpace();
    if (!rest_.empty()) Broken();
    return header;
  }

 private:
  [[noreturn]] static void Broken() { Fail("the NumPy header is damaged"); }

  void SkipSpace() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\n')) rest_.remove_prefix(1);
  }

  bool Take(char c) {
    SkipSpace();
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void Expect(char c) {
    if (!Take(c)) Broken();
  }

  bool TakeWord(std::string_view word) {
    SkipSpace();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  std::string ReadString() {
    const char quote = Take('\'') ? '\'' : '"';
    if (quote == '"') Expect('"');
    const std::size_t end = rest_.find(quote);
    if (end == std::string_view::npos) Broken();
    std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return text;
  }

  std::int64_t ReadSize() {
    constexpr std::int64_t kLargest = std::numeric_limits<std::int32_t>::max();
    SkipSpace();
    std::int64_t size = 0;
    std::size_t digits = 0;
    for (; !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; ++digits) {
      size = size * 10 + (rest_[0] - '0');
      if (size > kLargest) Fail("the NumPy header claims a side of more than 2147483647 values");
      rest_.remove_prefix(1);
    }
    if (digits == 0) Broken();
    return size;
  }

  std::vector<std::int64_t> ReadShape() {
    std::vector<std::int64_t> shape;
    Expect('(');
    while (!Take(')')) {
      shape.push_back(ReadSize());
      if (Take(',')) continue;
      Expect(')');
      break;
    }
    return shape;
  }

  void ReadValue(const std::string& key, Header& header) {
    if (key == "descr") {
      SkipSpace();
      if (rest_.starts_with('[')) Fail("the NumPy array has named fields, not float32 numbers");
      header.type = ReadString();
    } else if (key == "fortran_order") {
      header.fortran_order = TakeWord("True");
      if (!*header.fortran_order && !TakeWord("False")) Broken();
    } else if (key == "shape") {
      header.shape = ReadShape();
    } else {
      Broken();
    }
  }

  std::string_view rest_;
};

struct Sections {
  std::string_view header;
  std::span<const std::uint8_t> data;
};

Sections Split(std::span<const std::uint8_t> bytes) {
  constexpr std::array<std::uint8_t, 6> kMagic{0x93, 'N', 'U', 'M', 'P', 'Y'};
  constexpr std::size_t kVersionEnd = 8;
  if (!std::equal(
          kMagic.begin(), kMagic.end(), bytes.begin(),
          bytes.begin() + static_cast<std::ptrdiff_t>(std::min(bytes.size(), kMagic.size())))) {
    Fail("not a NumPy file");
  }
  if (bytes.size() < kVersionEnd) Fail("the file is truncated");
  const unsigned major = bytes[6];
  const unsigned minor = bytes[7];
  if (major < 1 || major > 3 || minor != 0) {
    Fail("NumPy format " + std::to_string(major) + "." + std::to_string(minor) + " is not known");
  }
  const std::size_t length_bytes = major == 1 ? 2 : 4;
  if (bytes.size() < kVersionEnd + length_bytes) Fail("the file is truncated");
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) {
    length |= std::size_t{bytes[kVersionEnd + i]} << (8 * i);
  }
  const std::span<const std::uint8_t> rest = bytes.subspan(kVersionEnd + length_bytes);
  if (length > rest.size()) Fail("the file is truncated");
  return {{reinterpret_cast<const char*>(rest.data()), length}, rest.subspan(length)};
}

struct Shape {
  std::uint64_t height = 0;
  std::uint64_t width = 0;
};

// The shape of an array that is none of those that are not read.
Shape ShapeOfFloats(const Header& header) {
  if (!header.type || !header.fortran_order || !header.shape) {
    Fail("the NumPy header lacks descr, fortran_order or shape");
  }
  if (header.type->find('O') != std::string::npos) {
    Fail("the NumPy array holds Python objects, which are never unpickled");
  }
  if (*header.type != "<f4") {
    Fail("the NumPy array is of type '" + Printable(*header.type) + "', not float32 ('<f4')");
  }
  if (*header.fortran_order) Fail("the NumPy array is in Fortran order, not in C order");
  if (header.shape->size() != 2) {
    Fail("the NumPy array has " + std::to_string(header.shape->size()) + " dimensions, not 2");
  }
  return {static_cast<std::uint64_t>(header.shape->at(0)),
          static_cast<std::uint64_t>(header.shape->at(1))};
}

}  // namespace

Map DecodeNpy(std::span<const std::uint8_t> bytes) {
  const Sections sections = Split(bytes);
  const Header header = HeaderReader(sections.header).Read();
  const auto [height, width] = ShapeOfFloats(header);
  if (height == 0 || width == 0) Fail("the NumPy array is empty");
  // Sides below 2^31: the product cannot overflow.
  if (height * width != sections.data.size() / sizeof(float) ||
      sections.data.size() % sizeof(float) != 0) {
    Fail("the NumPy header claims " + std::to_string(height) + " x " + std::to_string(width) +
         " numbers, " + std::to_string(sections.data.size()) + " bytes follow");
  }
  Map map{static_cast<int>(width), static_cast<int>(height), {}};
  map.values.reserve(sections.data.size() / sizeof(float));
  for (std::size_t i = 0; i < sections.data.size(); i += sizeof(float)) {
    std::uint32_t bits = 0;
    for (unsigned byte = 0; byte < sizeof(float); ++byte) {
      bits |= std::uint32_t{sections.data[i + byte]} << (8 * byte);
    }
    map.values.push_back(std::bit_cast<float>(bits));
  }
  return map;
}

}  // namespace gradcam

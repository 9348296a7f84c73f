#include "image/pnm_header.h"

#include <cctype>
#include <cstddef>

#include "gradcam/error.h"

namespace gradcam {
namespace {

// Reads the decimal numbers of a header, which are parted by white space and comments.
class Numbers {
 public:
  explicit Numbers(std::span<const std::uint8_t> text) : text_(text) {}

  std::uint64_t Next() {
    SkipSpace();
    std::uint64_t number = 0;
    const std::size_t start = at_;
    while (at_ < text_.size() && std::isdigit(text_[at_]) != 0 && number <= kTooLarge) {
      number = number * 10 + static_cast<std::uint64_t>(text_[at_++] - '0');
    }
    if (at_ == start || number > kTooLarge) {
      throw Error(ErrorKind::kInput, "the PNM header is damaged");
    }
    return number;
  }

 private:
  static constexpr std::uint64_t kTooLarge = 0x7FFFFFFF;

  void SkipSpace() {
    bool comment = false;
    for (; at_ < text_.size(); ++at_) {
      const std::uint8_t c = text_[at_];
      comment = (comment || c == '#') && c != '\n' && c != '\r';
      if (!comment && std::isspace(c) == 0) {
        return;
      }
    }
  }

  std::span<const std::uint8_t> text_;
  std::size_t at_ = 0;
};

}  // namespace

PnmHeader ReadPnmHeader(std::span<const std::uint8_t> bytes) {
  const std::uint8_t kind = bytes[1];
  Numbers numbers(bytes.subspan(2));
  PnmHeader header;
  header.binary = kind >= '4';
  header.width = numbers.Next();
  header.height = numbers.Next();
  const bool bitmap = kind == '1' || kind == '4';
  const std::uint64_t maximum = bitmap ? 1 : numbers.Next();
  if (maximum < 1 || maximum > 65535) {
    throw Error(ErrorKind::kInput, "the PNM header is damaged");
  }
  header.maximum = static_cast<int>(maximum);
  return header;
}

}  // namespace gradcam

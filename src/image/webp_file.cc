#include "image/webp_file.h"

#include <cstddef>
#include <utility>

namespace gradcam {
namespace {

constexpr std::size_t kFileHeader = 12;  // "RIFF", size, "WEBP"
constexpr unsigned kHasExif = 0x08;

class Riff {
 public:
  void Text(std::string_view text) { bytes_.insert(bytes_.end(), text.begin(), text.end()); }

  void Number(std::size_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) {
      bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * i) & 0xFFU));
    }
  }

  void Bytes(std::span<const std::uint8_t> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }

  [[nodiscard]] std::vector<std::uint8_t> Take() { return std::move(bytes_); }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

 private:
  std::vector<std::uint8_t> bytes_;
};

// EXIF data of one entry: tag 0x0131 (Software), ASCII, 8 bytes at offset 26.
std::vector<std::uint8_t> SoftwareExif() {
  Riff exif;
  exif.Text(std::string_view("II*\0", 4));
  exif.Number(8, 4);  // where the directory begins
  exif.Number(1, 2);  // entries
  exif.Number(0x0131, 2);
  exif.Number(2, 2);  // ASCII
  exif.Text(kWebpSoftware);
  return exif.Take();
}

}  // namespace

std::vector<std::uint8_t> WithSoftware(std::span<const std::uint8_t> webp, int width, int height) {
  const std::vector<std::uint8_t> exif = SoftwareExif();
  Riff body;
  body.Text("WEBPVP8X");
  body.Number(10, 4);
  body.Number(kHasExif, 4);
  body.Number(static_cast<std::size_t>(width) - 1, 3);
  body.Number(static_cast<std::size_t>(height) - 1, 3);
  body.Bytes(webp.subspan(kFileHeader));
  body.Text("EXIF");
  body.Number(exif.size(), 4);
  body.Bytes(exif);
  Riff file;
  file.Text("RIFF");
  file.Number(body.size(), 4);
  file.Bytes(body.Take());
  return file.Take();
}

}  // namespace gradcam

#include "image/png.h"

// PNG files: chunks framed here, pixels deflated by ISA-L, which is several times as fast as zlib.
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "gradcam/draw.h"
#include "gradcam/error.h"

namespace gradcam {
namespace {

using Bytes = std::vector<std::uint8_t>;

enum ColourType : std::uint8_t { kRgb = 2, kIndexed = 3 };
enum Filter : std::uint8_t { kNone = 0, kSub = 1 };

void AppendBigEndian(Bytes& file, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    file.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

// Length, type, data and the checksum of type and data.
void AppendChunk(Bytes& file, std::string_view type, std::span<const std::uint8_t> data) {
  AppendBigEndian(file, static_cast<std::uint32_t>(data.size()));
  const std::size_t start = file.size();
  file.insert(file.end(), type.begin(), type.end());
  file.insert(file.end(), data.begin(), data.end());
  AppendBigEndian(file, crc32_gzip_refl(0, file.data() + start, file.size() - start));
}

void AppendStart(Bytes& file, int width, int height, ColourType colour_type) {
  constexpr std::array<std::uint8_t, 8> kSignature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  file.insert(file.end(), kSignature.begin(), kSignature.end());
  Bytes header;
  AppendBigEndian(header, static_cast<std::uint32_t>(width));
  AppendBigEndian(header, static_cast<std::uint32_t>(height));
  // Bit depth, colour type, deflate, adaptive filters, not interlaced.
  header.insert(header.end(), {8, colour_type, 0, 0, 0});
  AppendChunk(file, "IHDR", header);
  AppendChunk(file, "tEXt",
              {reinterpret_cast<const std::uint8_t*>(kPngSoftware.data()), kPngSoftware.size()});
}

// Deflates what it is given into IDAT chunks of a bounded size.
class PixelStream {
 public:
  explicit PixelStream(Bytes& file) : file_(file), stream_(std::make_unique<isal_zstream>()) {
    isal_deflate_init(stream_.get());
    stream_->level = 1;
    stream_->level_buf = work_.data();
    stream_->level_buf_size = static_cast<std::uint32_t>(work_.size());
    stream_->gzip_flag = IGZIP_ZLIB;
    StartChunk();
  }

  void Write(Bytes& data) {
    const std::span<std::uint8_t> bytes(data);
    const std::size_t alone = stream_->total_in == 0 ? std::min(kAlone, bytes.size()) : 0;
    if (alone > 0) Deflate(bytes.first(alone), SYNC_FLUSH);
    Deflate(bytes.subspan(alone), NO_FLUSH);
  }

  void Finish() {
    stream_->avail_in = 0;
    stream_->end_of_stream = 1;
    while (stream_->internal_state.state != ZSTATE_END) {
      Deflate();
    }
    EndChunk();
  }

 private:
  static constexpr std::size_t kChunk = std::size_t{256} << 10;

  // How many bytes at the start are a block of their own. At the start of a longer block ISA-L
  // (2.30 to 2.32, isal_deflate_icf_body_hash_hist_*) files the third byte under a hash of the
  // address of its stream; where that is the bucket of another byte, the same pixels become another
  // file. Such blocks have more than 16 bytes; one of less than 4 leaves the start to the next
  // block.
  static constexpr std::size_t kAlone = 8;

  void StartChunk() {
    stream_->next_out = chunk_.data();
    stream_->avail_out = static_cast<std::uint32_t>(chunk_.size());
  }

  void EndChunk() {
    const std::size_t size = chunk_.size() - stream_->avail_out;
    if (size > 0) {
      AppendChunk(file_, "IDAT", {chunk_.data(), size});
    }
    StartChunk();
  }

  void Deflate(std::span<std::uint8_t> bytes, std::uint16_t flush) {
    stream_->next_in = bytes.data();
    stream_->avail_in = static_cast<std::uint32_t>(bytes.size());
    stream_->flush = flush;
    do {
      Deflate();
    } while (stream_->avail_in > 0);
  }

  void Deflate() {
    if (isal_deflate(stream_.get()) != COMP_OK) {
      throw Error(ErrorKind::kOutput, "cannot compress a PNG picture");
    }
    if (stream_->avail_out == 0) {
      EndChunk();
    }
  }

  Bytes& file_;
  std::unique_ptr<isal_zstream> stream_;
  Bytes work_ = Bytes(ISAL_DEF_LVL1_DEFAULT);
  Bytes chunk_ = Bytes(kChunk);
};

// Every byte minus that of the same channel in the pixel to the left.
void AppendSubFiltered(Bytes& block, std::span<const std::uint8_t> row) {
  constexpr std::size_t kPixel = 3;
  block.push_back(kSub);
  block.insert(block.end(), row.begin(), row.begin() + kPixel);
  const std::size_t start = block.size();
  block.resize(start + row.size() - kPixel);
  std::transform(row.begin() + kPixel, row.end(), row.begin(),
                 block.begin() + static_cast<std::ptrdiff_t>(start),
                 [](std::uint8_t right, std::uint8_t left) {
                   return static_cast<std::uint8_t>(right - left);
                 });
}

void AppendUnfiltered(Bytes& block, std::span<const std::uint8_t> row) {
  block.push_back(kNone);
  block.insert(block.end(), row.begin(), row.end());
}

// Filters and writes `pixels`, `stride` bytes a row, in blocks of about a deflate window.
template <typename AppendRow>
void WritePixels(PixelStream& stream, std::span<const std::uint8_t> pixels, std::size_t stride,
                 AppendRow append_row) {
  constexpr std::size_t kBlock = std::size_t{64} << 10;
  Bytes block;
  block.reserve(kBlock + stride + 1);
  for (std::size_t at = 0; at < pixels.size(); at += stride) {
    append_row(block, pixels.subspan(at, stride));
    if (block.size() >= kBlock) {
      stream.Write(block);
      block.clear();
    }
  }
  stream.Write(block);
  stream.Finish();
}

void CheckSize(int width, int height, std::size_t samples, std::size_t channels) {
  if (width < 1 || height < 1 ||
      samples != static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * channels) {
    throw Error(ErrorKind::kUsage, "a PNG picture of " + std::to_string(width) + " x " +
                                       std::to_string(height) + " pixels cannot be written");
  }
}

}  // namespace

Bytes EncodePng(const Image& image) {
  CheckSize(image.width, image.height, image.rgb.size(), 3);
  Bytes file;
  file.reserve(image.rgb.size() / 2 + 1024);
  AppendStart(file, image.width, image.height, kRgb);
  PixelStream stream(file);
  WritePixels(stream, image.rgb, static_cast<std::size_t>(image.width) * 3, AppendSubFiltered);
  AppendChunk(file, "IEND", {});
  return file;
}

Bytes EncodePng(const IndexedImage& image, const Palette& palette) {
  CheckSize(image.width, image.height, image.indices.size(), 1);
  Bytes file;
  file.reserve(image.indices.size() / 8 + 2048);
  AppendStart(file, image.width, image.height, kIndexed);
  Bytes colours;
  for (const auto& colour : palette) {
    colours.insert(colours.end(), colour.begin(), colour.end());
  }
  AppendChunk(file, "PLTE", colours);
  PixelStream stream(file);
  WritePixels(stream, image.indices, static_cast<std::size_t>(image.width), AppendUnfiltered);
  AppendChunk(file, "IEND", {});
  return file;
}

}  // namespace gradcam

#include "image/jpeg.h"

#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

// jpeglib.h needs <cstdio> before it.
#include <jpeglib.h>
// jerror.h only with jpeglib.h before it.
#include <jerror.h>

#include "gradcam/error.h"
#include "image/exif.h"
#include "image/size_limit.h"

namespace gradcam {
namespace {

// A progressive file may repeat scans without end; real ones have about ten.
constexpr int kMaxScans = 500;
constexpr int kExifMarker = JPEG_APP0 + 1;

// libjpeg's error state with the place to jump back to.
struct ErrorState {
  jpeg_error_mgr base{};  // first: libjpeg hands out its address
  std::jmp_buf jump{};
  char text[JMSG_LENGTH_MAX] = {};
  bool truncated = false;
};

ErrorState& StateOf(j_common_ptr info) { return *reinterpret_cast<ErrorState*>(info->err); }

[[noreturn]] void Fail(j_common_ptr info) {
  ErrorState& state = StateOf(info);
  state.base.format_message(info, state.text);
  std::longjmp(state.jump, 1);
}

// Turns those warnings into errors after which a part of the picture would be made up.
void Warn(j_common_ptr info, int level) {
  if (level >= 0) {
    return;  // a trace message
  }
  switch (info->err->msg_code) {
    case JWRN_JPEG_EOF:
      StateOf(info).truncated = true;
      Fail(info);
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
      Fail(info);
    default:
      break;
  }
}

void Ignore(j_common_ptr) {}

void LimitScans(j_common_ptr info) {
  if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number > kMaxScans) {
    std::snprintf(StateOf(info).text, JMSG_LENGTH_MAX, "more than %d scans", kMaxScans);
    std::longjmp(StateOf(info).jump, 1);
  }
}

// One colour of four inverted inks, with Pillow's rounded division by 255.
std::uint8_t InkToLight(std::uint8_t inverted_ink, std::uint8_t inverted_black) {
  const int product = (255 - inverted_ink) * inverted_black + 128;
  const int light = inverted_black - (((product >> 8) + product) >> 8);
  return static_cast<std::uint8_t>(light < 0 ? 0 : light);
}

void InksToRgb(const std::uint8_t* inks, int width, std::uint8_t* rgb) {
  for (int x = 0; x < width; ++x, inks += 4, rgb += 3) {
    for (int channel = 0; channel < 3; ++channel) {
      rgb[channel] = InkToLight(inks[channel], inks[3]);
    }
  }
}

// One file being decoded. libjpeg leaves its functions with longjmp, so the members that call it
// hold no objects with destructors.
class Decoder {
 public:
  Decoder() {
    info_.err = jpeg_std_error(&errors_.base);
    errors_.base.error_exit = Fail;
    errors_.base.emit_message = Warn;
    errors_.base.output_message = Ignore;
    progress_.progress_monitor = LimitScans;
  }
  ~Decoder() { jpeg_destroy_decompress(&info_); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // False if the file is damaged; Problem() tells why.
  bool ReadHeader(std::span<const std::uint8_t> bytes) {
    if (setjmp(errors_.jump) != 0) {
      return false;
    }
    jpeg_CreateDecompress(&info_, JPEG_LIB_VERSION, sizeof(info_));
    info_.progress = &progress_;
    jpeg_mem_src(&info_, bytes.data(), bytes.size());
    jpeg_save_markers(&info_, kExifMarker, 0xFFFF);
    jpeg_read_header(&info_, TRUE);
    has_inks_ = info_.num_components == 4;
    info_.out_color_space = has_inks_ ? JCS_CMYK : JCS_RGB;
    return true;
  }

  // Decodes into `rgb`, which holds width() * height() * 3 bytes.
  bool ReadPixels(std::uint8_t* rgb) {
    if (has_inks_) {
      inks_.resize(std::size_t{info_.image_width} * 4);
    }
    return ReadRows(rgb);
  }

  [[nodiscard]] unsigned width() const { return info_.image_width; }
  [[nodiscard]] unsigned height() const { return info_.image_height; }

  [[nodiscard]] std::string Problem() const {
    if (errors_.truncated) {
      return "the file is truncated";
    }
    return "the JPEG data is damaged or of an unsupported kind (" + std::string(errors_.text) + ")";
  }

  // Only between ReadHeader and ReadPixels, which frees the markers.
  [[nodiscard]] int Orientation() const {
    for (auto marker = info_.marker_list; marker != nullptr; marker = marker->next) {
      const std::span<const std::uint8_t> data(marker->data, marker->data_length);
      // APP1 holds XMP as well.
      if (marker->marker == kExifMarker && data.size() > 6 && data[0] == 'E' && data[1] == 'x') {
        return ReadExifOrientation(data);
      }
    }
    return 1;
  }

 private:
  bool ReadRows(std::uint8_t* rgb) {
    if (setjmp(errors_.jump) != 0) {
      return false;
    }
    jpeg_start_decompress(&info_);
    const std::size_t stride = std::size_t{info_.output_width} * 3;
    while (info_.output_scanline < info_.output_height) {
      std::uint8_t* out = rgb + info_.output_scanline * stride;
      JSAMPROW row = has_inks_ ? inks_.data() : out;
      jpeg_read_scanlines(&info_, &row, 1);
      if (has_inks_) {
        InksToRgb(row, static_cast<int>(info_.output_width), out);
      }
    }
    jpeg_finish_decompress(&info_);
    return true;
  }

  jpeg_decompress_struct info_{};
  ErrorState errors_;
  jpeg_progress_mgr progress_{};
  std::vector<std::uint8_t> inks_;  // one row of C, M, Y, K
  bool has_inks_ = false;
};

}  // namespace

Picture DecodeJpeg(std::span<const std::uint8_t> bytes, const DecodeOptions& options) {
  Decoder decoder;
  if (!decoder.ReadHeader(bytes)) {
    throw Error(ErrorKind::kInput, decoder.Problem());
  }
  CheckSize(decoder.width(), decoder.height(), options.max_pixels);
  const int orientation = decoder.Orientation();
  Image image{static_cast<int>(decoder.width()), static_cast<int>(decoder.height()), {}};
  image.rgb.resize(std::size_t{decoder.width()} * decoder.height() * 3);
  if (!decoder.ReadPixels(image.rgb.data())) {
    throw Error(ErrorKind::kInput, decoder.Problem());
  }
  return {std::move(image), orientation};
}

}  // namespace gradcam

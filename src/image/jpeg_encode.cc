#include "image/jpeg_encode.h"

#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>

// jpeglib.h needs <cstdio> before it.
#include <jpeglib.h>

#include "gradcam/error.h"

namespace gradcam {
namespace {

// libjpeg's error state with the place to jump back to.
struct ErrorState {
  jpeg_error_mgr base{};  // first: libjpeg hands out its address
  std::jmp_buf jump{};
};

[[noreturn]] void Fail(j_common_ptr info) {
  std::longjmp(reinterpret_cast<ErrorState*>(info->err)->jump, 1);
}

// One file being made. libjpeg leaves its functions with longjmp, so the members that call it hold
// no objects with destructors.
class Encoder {
 public:
  Encoder() {
    info_.err = jpeg_std_error(&errors_.base);
    errors_.base.error_exit = Fail;
  }
  ~Encoder() {
    jpeg_destroy_compress(&info_);
    std::free(bytes_);  // NOLINT(cppcoreguidelines-no-malloc): libjpeg allocates with malloc
  }
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  // False if memory runs out.
  bool Encode(const Image& image, int quality, JpegColours colours) {
    if (setjmp(errors_.jump) != 0) {
      return false;
    }
    jpeg_CreateCompress(&info_, JPEG_LIB_VERSION, sizeof(info_));
    jpeg_mem_dest(&info_, &bytes_, &size_);
    info_.image_width = static_cast<JDIMENSION>(image.width);
    info_.image_height = static_cast<JDIMENSION>(image.height);
    info_.input_components = 3;
    info_.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info_);
    jpeg_set_quality(&info_, quality, TRUE);
    if (colours == JpegColours::kFull) {
      info_.comp_info[0].h_samp_factor = 1;
      info_.comp_info[0].v_samp_factor = 1;
    }
    info_.optimize_coding = TRUE;  // a few percent smaller
    jpeg_start_compress(&info_, TRUE);
    jpeg_write_marker(&info_, JPEG_COM, reinterpret_cast<const JOCTET*>(kJpegComment.data()),
                      static_cast<unsigned>(kJpegComment.size()));
    const std::size_t stride = static_cast<std::size_t>(image.width) * 3;
    while (info_.next_scanline < info_.image_height) {
      // libjpeg does not write to the rows.
      auto* row = const_cast<JSAMPROW>(image.rgb.data() + info_.next_scanline * stride);
      jpeg_write_scanlines(&info_, &row, 1);
    }
    jpeg_finish_compress(&info_);
    return true;
  }

  [[nodiscard]] std::vector<std::uint8_t> bytes() const { return {bytes_, bytes_ + size_}; }

 private:
  jpeg_compress_struct info_{};
  ErrorState errors_;
  unsigned char* bytes_ = nullptr;
  unsigned long size_ = 0;  // NOLINT(google-runtime-int): libjpeg's type
};

}  // namespace

std::vector<std::uint8_t> EncodeJpeg(const Image& image, int quality, JpegColours colours) {
  if (image.width < 1 || image.height < 1 || image.width > JPEG_MAX_DIMENSION ||
      image.height > JPEG_MAX_DIMENSION) {
    throw Error(ErrorKind::kUsage, "a picture of " + std::to_string(image.width) + "x" +
                                       std::to_string(image.height) + " cannot be a JPEG file");
  }
  Encoder encoder;
  if (!encoder.Encode(image, quality, colours)) {
    throw std::bad_alloc();
  }
  return encoder.bytes();
}

}  // namespace gradcam

// The plug-in's one C function and what it returns. See core/plugin.h and image/codecs.h.
#include <algorithm>
#include <cstddef>
#include <iostream>
#include <limits>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <vector>

#include "codecs/quiet_cerr.h"
#include "gradcam/error.h"
#include "gradcam/export.h"
#include "image/codecs.h"

namespace gradcam {
namespace {

// The 8-bit values of all samples of a type: value >> 8 for 16 bits, or value / maximum * the
// type's own maximum before that.
template <typename Sample>
std::vector<std::uint8_t> MakeTable(int maximum) {
  constexpr int kLargest = std::numeric_limits<Sample>::max();
  const std::int64_t white = maximum > 0 ? maximum : kLargest;
  std::vector<std::uint8_t> table(std::size_t{kLargest} + 1);
  for (std::int64_t value = 0; value <= kLargest; ++value) {
    const std::int64_t full = (std::min(value, white) * kLargest + white / 2) / white;
    table[static_cast<std::size_t>(value)] =
        static_cast<std::uint8_t>(sizeof(Sample) == 1 ? full : full >> 8);
  }
  return table;
}

// `pixels` holds blue, green, red and, with four channels, alpha.
template <typename Sample>
Image ToRgb8(const cv::Mat& pixels, int maximum) {
  const std::vector<std::uint8_t> table = MakeTable<Sample>(maximum);
  const int channels = pixels.channels();
  Image image{pixels.cols, pixels.rows, {}};
  image.rgb.resize(pixels.total() * 3);
  if (channels == 4) image.alpha.reserve(pixels.total());
  std::uint8_t* out = image.rgb.data();
  for (int y = 0; y < pixels.rows; ++y) {
    const Sample* in = pixels.ptr<Sample>(y);
    for (int x = 0; x < pixels.cols; ++x, in += channels, out += 3) {
      out[0] = table[in[2]];
      out[1] = table[in[1]];
      out[2] = table[in[0]];
      if (channels == 4) image.alpha.push_back(table[in[3]]);
    }
  }
  return image;
}

class OpenCvCodecs : public Codecs {
 public:
  OpenCvCodecs() : quiet_cerr_(std::cerr) {
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  }

  [[nodiscard]] Image Decode(std::span<const std::uint8_t> bytes, int maximum,
                             Channels channels) const override {
    constexpr int kColour = cv::IMREAD_COLOR | cv::IMREAD_ANYDEPTH | cv::IMREAD_IGNORE_ORIENTATION;
    cv::Mat pixels;
    if (channels == Channels::kRgba) pixels = DecodeMatrix(bytes, cv::IMREAD_UNCHANGED);
    // Unchanged, a picture without alpha may be grey.
    if (pixels.channels() != 4) pixels = DecodeMatrix(bytes, kColour);
    if (pixels.empty()) {
      throw Error(ErrorKind::kInput, "the file is damaged, truncated or of an unsupported kind");
    }
    if (pixels.depth() == CV_8U) {
      return ToRgb8<std::uint8_t>(pixels, maximum);
    }
    if (pixels.depth() == CV_16U) {
      return ToRgb8<std::uint16_t>(pixels, maximum);
    }
    throw Error(ErrorKind::kInput, "its samples have neither 8 nor 16 bits");
  }

  [[nodiscard]] std::vector<std::uint8_t> EncodeWebp(const Image& image,
                                                     int quality) const override {
    cv::Mat bgr(image.height, image.width, CV_8UC3);
    const std::uint8_t* in = image.rgb.data();
    for (int y = 0; y < bgr.rows; ++y) {
      std::uint8_t* out = bgr.ptr<std::uint8_t>(y);
      for (int x = 0; x < bgr.cols; ++x, in += 3, out += 3) {
        out[0] = in[2];
        out[1] = in[1];
        out[2] = in[0];
      }
    }
    std::vector<std::uint8_t> bytes;
    try {
      if (cv::imencode(".webp", bgr, bytes, {cv::IMWRITE_WEBP_QUALITY, quality})) return bytes;
    } catch (const cv::Exception&) {
      // As if it had returned false.
    }
    throw Error(ErrorKind::kOutput, "OpenCV cannot write a WebP file", "write --format png or jpg");
  }

 private:
  // An empty matrix if the file cannot be decoded.
  static cv::Mat DecodeMatrix(std::span<const std::uint8_t> bytes, int flags) {
    if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
      throw Error(ErrorKind::kInput, "the file is larger than 2 GiB");
    }
    const QuietCerr::Mute mute;
    try {
      const cv::_InputArray input(bytes.data(), static_cast<int>(bytes.size()));
      return cv::imdecode(input, flags);
    } catch (const cv::Exception&) {
      return {};
    }
  }

  QuietCerr quiet_cerr_;
};

}  // namespace
}  // namespace gradcam

extern "C" GRADCAM_EXPORT void* GradcamPlugin(int version) {
  static gradcam::OpenCvCodecs codecs;
  return version == gradcam::Codecs::kVersion ? static_cast<gradcam::Codecs*>(&codecs) : nullptr;
}

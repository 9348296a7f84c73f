#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "gradcam/image.h"
#include "image/sniff.h"

namespace gradcam {

// The interface of the plug-in `codecs`. Change the version with the interface.
class Codecs {
 public:
  static constexpr int kVersion = 3;

  enum class Channels {
    kRgb,   // alpha is dropped
    kRgba,  // alpha is kept, if there is one
  };

  virtual ~Codecs() = default;

  // Decodes a BMP, TIFF, WebP or PNM file; 16-bit samples lose their low byte. `maximum` is the
  // sample that means white, or 0 if it is 255 or 65535 by the samples' size. Orientations are not
  // applied. Throws Error(kInput) without the file's name.
  [[nodiscard]] virtual Image Decode(std::span<const std::uint8_t> bytes, int maximum,
                                     Channels channels) const = 0;

  // A lossy WebP file without metadata; alpha is left out. `quality` 1...100 as libwebp means it.
  // Throws Error(kOutput).
  [[nodiscard]] virtual std::vector<std::uint8_t> EncodeWebp(const Image& image,
                                                             int quality) const = 0;
};

// Decodes a file whose format is neither JPEG nor PNG with the plug-in in one of `plugin_folders`,
// after the limits have been checked on its header. The orientation (TIFF's tag, WebP's EXIF chunk)
// is not applied; alpha is read unless AlphaChannel::kDrop. Throws Error(kInput) without the file's
// name.
[[nodiscard]] Picture DecodeWithCodecs(std::span<const std::uint8_t> bytes, Format format,
                                       const DecodeOptions& options,
                                       std::span<const std::filesystem::path> plugin_folders);

// The number of pixels in the header of such a file; the plug-in is not needed. Throws
// Error(kInput).
[[nodiscard]] std::uint64_t PixelsOfCodecs(std::span<const std::uint8_t> bytes, Format format);

}  // namespace gradcam

#include "image/encode.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "core/plugin.h"
#include "gradcam/draw.h"
#include "gradcam/error.h"
#include "image/codecs.h"
#include "image/jpeg_encode.h"
#include "image/png.h"
#include "image/webp_file.h"

namespace gradcam {
namespace {

// Of an overlay, 451x300: PNG 222 KB; JPEG 39 KB and 41.6 dB, with colours at half resolution 30 KB
// and 36.5 dB (heatmaps are all colour, so quality alone does not help: 95 gives 37.2 dB); WebP,
// which cannot store colours otherwise, 22 KB and 36.5 dB.
constexpr int kQuality = 90;

[[noreturn]] void FailTooLarge(const Image& image, const std::string& format, int limit) {
  throw Error(ErrorKind::kOutput,
              "a drawing of " + std::to_string(image.width) + "x" + std::to_string(image.height) +
                  " pixels cannot be a " + format + " file: no side may exceed " +
                  std::to_string(limit),
              "write it with --format png");
}

void RequireSides(const Image& image, const std::string& format, int limit) {
  if (std::max(image.width, image.height) > limit) FailTooLarge(image, format, limit);
}

const Codecs& OpenEncoder(std::span<const std::filesystem::path> folders) {
  const Plugin plugin = OpenPlugin("codecs", Codecs::kVersion, folders);
  if (plugin.interface != nullptr) return *static_cast<const Codecs*>(plugin.interface);
  throw Error(ErrorKind::kUsage,
              "format webp needs the plug-in libgradcam_codecs.so, which " + plugin.problem,
              "install the plug-in, or write --format png or jpg");
}

bool Contains(std::span<const std::uint8_t> bytes, std::string_view text) {
  return std::search(bytes.begin(), bytes.end(), text.begin(), text.end()) != bytes.end();
}

}  // namespace

std::vector<std::uint8_t> EncodeImage(const Image& image, ImageFormat format) {
  switch (format) {
    case ImageFormat::kPng:
      break;
    case ImageFormat::kJpg:
      RequireSides(image, "JPEG", kLargestJpegSide);
      return EncodeJpeg(image, kQuality, JpegColours::kFull);
    case ImageFormat::kWebp:
      RequireSides(image, "WebP", kLargestWebpSide);
      return WithSoftware(OpenEncoder(PluginFolders()).EncodeWebp(image, kQuality), image.width,
                          image.height);
  }
  return EncodePng(image);
}

void RequireEncoder(ImageFormat format) { RequireEncoder(format, PluginFolders()); }

void RequireEncoder(ImageFormat format, std::span<const std::filesystem::path> plugin_folders) {
  if (format == ImageFormat::kWebp) static_cast<void>(OpenEncoder(plugin_folders));
}

bool IsMadeByGradcam(std::span<const std::uint8_t> bytes) {
  return Contains(bytes, kPngSoftware) || Contains(bytes, kJpegComment) ||
         Contains(bytes, kWebpSoftware);
}

}  // namespace gradcam

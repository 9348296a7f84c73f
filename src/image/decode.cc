#include "image/decode.h"

#include <algorithm>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "core/plugin.h"
#include "gradcam/error.h"
#include "image/alpha.h"
#include "image/codecs.h"
#include "image/jpeg.h"
#include "image/orient.h"
#include "image/picture_file.h"
#include "image/png_decode.h"
#include "image/sniff.h"

namespace gradcam {
namespace {

[[noreturn]] void RefuseFormat(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) {
    throw Error(ErrorKind::kInput, "the file is empty");
  }
  const std::string_view name = NameOfUnsupported(bytes);
  if (name.empty()) {
    throw Error(ErrorKind::kInput, "it is not a picture, or of a format that is not known",
                "JPEG, PNG, BMP, TIFF, WebP and PNM pictures can be read");
  }
  throw Error(ErrorKind::kInput, std::string(name) + " files are not supported",
              "convert it to PNG or JPEG first");
}

// The pixels as the file stores them, with the orientation that it asks for.
Picture DecodeStored(std::span<const std::uint8_t> bytes, const DecodeOptions& options) {
  const std::optional<Format> format = SniffFormat(bytes);
  if (!format) {
    RefuseFormat(bytes);
  }
  switch (*format) {
    case Format::kJpeg:
      return DecodeJpeg(bytes, options);
    case Format::kPng:
      return DecodePng(bytes, options);
    default:
      return DecodeWithCodecs(bytes, *format, options, PluginFolders());
  }
}

Image WithoutNeedlessAlpha(Image image, AlphaChannel wanted) {
  if (wanted == AlphaChannel::kWhite) {
    return OverWhite(std::move(image));
  }
  const bool opaque = std::ranges::all_of(image.alpha, [](auto alpha) { return alpha == 255; });
  if (opaque || wanted == AlphaChannel::kDrop) {
    image.alpha.clear();
  }
  return image;
}

Picture Decode(std::span<const std::uint8_t> bytes, const DecodeOptions& options) {
  Picture picture = DecodeStored(bytes, options);
  picture.image = WithoutNeedlessAlpha(std::move(picture.image), options.alpha_channel);
  if (options.exif == ExifOrientation::kApply) {
    picture.image = ApplyOrientation(std::move(picture.image), picture.exif_orientation);
  }
  return picture;
}

}  // namespace

Picture DecodePicture(std::span<const std::uint8_t> bytes, const std::string& name,
                      const DecodeOptions& options) {
  const std::string failure = "cannot read image '" + name + "': ";
  try {
    return Decode(bytes, options);
  } catch (const Error& error) {
    throw Error(error.kind(), failure + error.what(), error.hint());
  } catch (const std::bad_alloc&) {
    throw Error(ErrorKind::kInput, failure + "not enough memory");
  }
}

Picture ReadPicture(const std::filesystem::path& file, const DecodeOptions& options) {
  return DecodePicture(ReadPictureFile(file, file.string(), options), file.string(), options);
}

}  // namespace gradcam

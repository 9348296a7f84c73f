#include "run/picture_loading.h"

#include <utility>

#include "image/decode.h"
#include "image/picture_file.h"
#include "image/picture_size.h"
#include "report/text.h"
#include "run/sha256.h"

namespace gradcam {
namespace {

// Of a picture that decoding will refuse nothing need be kept free.
std::size_t MemoryOf(const std::vector<std::uint8_t>& bytes, const DecodeOptions& options) {
  constexpr std::size_t kColours = 3;
  const std::uint64_t pixels = ClaimedPixels(bytes).value_or(0);
  const bool refused = pixels > static_cast<std::uint64_t>(options.max_pixels);
  return refused ? 0 : static_cast<std::size_t>(pixels) * kColours;
}

}  // namespace

OpenedPicture OpenPictureOf(const Job& job, const DecodeOptions& options) {
  RegularFile file = OpenPictureFile(job.path, Printable(job.path.string()));
  const auto memory = static_cast<std::size_t>(BytesToRead(file, options));
  return {.file = std::move(file), .memory = memory};
}

PictureFile ReadPictureOf(const Job& job, const RegularFile& opened, const DecodeOptions& options) {
  PictureFile file;
  file.bytes = ReadPictureFile(opened, Printable(job.path.string()), options);
  file.sha256 = Sha256Of(file.bytes);
  file.pixel_memory = MemoryOf(file.bytes, options);
  return file;
}

LoadedPicture DecodePictureOf(const Job& job, PictureFile file, const DecodeOptions& options) {
  Picture picture = DecodePicture(file.bytes, Printable(job.path.string()), options);
  return {.picture = std::move(picture), .sha256 = std::move(file.sha256), .prepared = {}};
}

std::size_t PixelMemory(const LoadedPicture& loaded) {
  const Image& image = loaded.picture.image;
  return image.rgb.size() + image.alpha.size() + loaded.prepared.image.rgb.size();
}

}  // namespace gradcam

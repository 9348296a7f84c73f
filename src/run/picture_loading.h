#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "gradcam/explainer.h"
#include "gradcam/image.h"
#include "run/job_source.h"

namespace gradcam {

// The file of a picture, not decoded yet.
struct PictureFile {
  std::vector<std::uint8_t> bytes;
  std::string sha256;            // of `bytes`
  std::size_t pixel_memory = 0;  // bytes that the decoded picture will take; 0 if not known
};

// A decoded picture and the digest of its file.
struct LoadedPicture {
  Picture picture;
  std::string sha256;
  PreparedPicture prepared;  // the same for the network, which takes it away
};

// Reads and hashes the file of `job`. Throws Error(kInput).
[[nodiscard]] PictureFile ReadPictureOf(const Job& job, const DecodeOptions& options);

// Not prepared. Throws Error(kInput).
[[nodiscard]] LoadedPicture DecodePictureOf(const Job& job, PictureFile file,
                                            const DecodeOptions& options);

// Bytes of memory that the pixels of `loaded` take.
[[nodiscard]] std::size_t PixelMemory(const LoadedPicture& loaded);

}  // namespace gradcam

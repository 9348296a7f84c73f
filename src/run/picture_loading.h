#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/read_file.h"
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

// The file of a picture, opened but not read.
struct OpenedPicture {
  RegularFile file;
  std::size_t memory = 0;  // bytes that reading it will take at most
};

// Throws Error(kInput).
[[nodiscard]] OpenedPicture OpenPictureOf(const Job& job, const DecodeOptions& options);

// Reads and hashes the file of `job`. Throws Error(kInput).
[[nodiscard]] PictureFile ReadPictureOf(const Job& job, const RegularFile& opened,
                                        const DecodeOptions& options);

// Not prepared. Throws Error(kInput).
[[nodiscard]] LoadedPicture DecodePictureOf(const Job& job, PictureFile file,
                                            const DecodeOptions& options);

// Bytes of memory that the pixels of `loaded` take.
[[nodiscard]] std::size_t PixelMemory(const LoadedPicture& loaded);

}  // namespace gradcam

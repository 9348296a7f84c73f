#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "gradcam/image.h"

namespace gradcam {

// The bytes of a picture file, for DecodePicture and for its hash. Of a file that is no picture by
// its first bytes, only those: DecodePicture says so. `name` stands in messages.
// Throws Error(kInput) if the path is missing, a folder, not a regular file, not readable, empty,
// or larger than any picture of `max_pixels` can be.
[[nodiscard]] std::vector<std::uint8_t> ReadPictureFile(const std::filesystem::path& file,
                                                        const std::string& name,
                                                        const DecodeOptions& options);

// How many bytes ReadPictureFile will return at most; 0 for what it refuses by its size or kind.
[[nodiscard]] std::uint64_t PictureFileSize(const std::filesystem::path& file,
                                            const DecodeOptions& options);

}  // namespace gradcam

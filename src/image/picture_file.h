#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/read_file.h"
#include "gradcam/image.h"

namespace gradcam {

// Opens a picture file. `name` stands in messages. Throws Error(kInput) if the path is missing, a
// folder, not a regular file, or not readable.
[[nodiscard]] RegularFile OpenPictureFile(const std::filesystem::path& file,
                                          const std::string& name);

// How many bytes ReadPictureFile will return at most: none of a file that it refuses by its size.
[[nodiscard]] std::uint64_t BytesToRead(const RegularFile& file, const DecodeOptions& options);

// The bytes of a picture file, for DecodePicture and for its hash. Of a file that is no picture by
// its first bytes, only those: DecodePicture says so. Throws Error(kInput) if it cannot be read, is
// empty, or larger than any picture of `max_pixels` can be.
[[nodiscard]] std::vector<std::uint8_t> ReadPictureFile(const RegularFile& file,
                                                        const std::string& name,
                                                        const DecodeOptions& options);

// Both steps.
[[nodiscard]] std::vector<std::uint8_t> ReadPictureFile(const std::filesystem::path& file,
                                                        const std::string& name,
                                                        const DecodeOptions& options);

}  // namespace gradcam

#pragma once

#include <filesystem>

#include "gradcam/image.h"
#include "page/page_content.h"

namespace gradcam {

// Sides of thumbnails in pixels. Maps are smooth: a map of 14x14 cells loses nothing at 160.
inline constexpr int kPictureSide = 320;
inline constexpr int kMapSide = 160;

// `image` as a thumbnail inside the URL itself.
[[nodiscard]] PictureUrl EmbeddedUrl(const Image& image, int side);

// The URL of `file` relative to `folder`, percent-coded.
[[nodiscard]] PictureUrl RelativeUrl(const std::filesystem::path& file,
                                     const std::filesystem::path& folder);

// Whether browsers show files of this name: JPEG, PNG, WebP, BMP.
[[nodiscard]] bool IsShownByBrowsers(const std::filesystem::path& file);

}  // namespace gradcam

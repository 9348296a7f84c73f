#include "page/picture_url.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "page/base64.h"
#include "page/thumbnail.h"
#include "report/text.h"

namespace gradcam {

namespace fs = std::filesystem;

PictureUrl EmbeddedUrl(const Image& image, int side) {
  return "data:image/jpeg;base64," + Base64(MakeThumbnail(image, side));
}

PictureUrl RelativeUrl(const fs::path& file, const fs::path& folder) {
  // "./" keeps a first folder called "data:" from being taken for a scheme.
  return "./" + PercentEncode(fs::proximate(file, folder).string());
}

bool IsShownByBrowsers(const fs::path& file) {
  constexpr std::array<std::string_view, 7> kExtensions{".jpg", ".jpeg", ".jpe", ".jfif",
                                                        ".png", ".webp", ".bmp"};
  std::string extension = file.extension().string();
  std::ranges::transform(extension, extension.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return std::ranges::find(kExtensions, extension) != kExtensions.end();
}

}  // namespace gradcam

#include "image/size_limit.h"

#include <limits>
#include <string>

#include "gradcam/error.h"

namespace gradcam {

void CheckSize(std::uint64_t width, std::uint64_t height, std::int64_t max_pixels) {
  if (width == 0 || height == 0) {
    throw Error(ErrorKind::kInput, "the picture has no pixels");
  }
  const auto limit = static_cast<std::uint64_t>(max_pixels > 0 ? max_pixels : 0);
  constexpr std::uint64_t kLongestSide = std::numeric_limits<int>::max();
  // Division, because the product of two hostile sides can overflow.
  if (width > kLongestSide || height > kLongestSide || width > limit / height) {
    throw Error(ErrorKind::kInput,
                std::to_string(width) + " x " + std::to_string(height) +
                    " pixels are more than the limit of " + std::to_string(limit),
                "shrink the picture, or raise the limit with --max-pixels");
  }
}

}  // namespace gradcam

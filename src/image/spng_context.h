#pragma once

#include <spng.h>

#include <cstdint>
#include <memory>
#include <span>

namespace gradcam {

struct SpngDeleter {
  void operator()(spng_ctx* context) const { spng_ctx_free(context); }
};
using SpngContext = std::unique_ptr<spng_ctx, SpngDeleter>;

// A reader of the PNG file `bytes`, which must outlive it: checksums are checked, and what texts
// and profiles may take when unpacked is bounded. Throws Error(kInput).
[[nodiscard]] SpngContext OpenSpng(std::span<const std::uint8_t> bytes);

// Throws Error(kInput) for a status that is no success.
void CheckSpng(int status);

}  // namespace gradcam

#include "gradcam/draw.h"

namespace gradcam {
namespace {

// Made by colormap_tables.py.
#include "image/colormap_tables.inc"

constexpr Palette MakeGrey() {
  Palette palette{};
  for (std::size_t i = 0; i < palette.size(); ++i) {
    const auto level = static_cast<std::uint8_t>(i);
    palette[i] = {level, level, level};
  }
  return palette;
}

constexpr Palette kGrey = MakeGrey();

}  // namespace

const Palette& PaletteOf(Colormap colormap) {
  switch (colormap) {
    case Colormap::kJet:
      return kJet;
    case Colormap::kTurbo:
      return kTurbo;
    case Colormap::kViridis:
      return kViridis;
    case Colormap::kInferno:
      return kInferno;
    case Colormap::kGrey:
      break;
  }
  return kGrey;
}

}  // namespace gradcam

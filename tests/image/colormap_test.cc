#include <gtest/gtest.h>

#include <array>
#include <cstdint>

#include "gradcam/draw.h"

namespace gradcam {
namespace {

using Colour = std::array<std::uint8_t, 3>;

TEST(Colormap, JetIsMatplotlibsTableCutToBytes) {
  const Palette& jet = PaletteOf(Colormap::kJet);
  // matplotlib 3: jet(0) = (0, 0, 0.5): int(127.5); jet(255) = (0.5, 0, 0).
  EXPECT_EQ(jet[0], (Colour{0, 0, 127}));
  EXPECT_EQ(jet[255], (Colour{127, 0, 0}));
  EXPECT_EQ(jet[128], (Colour{124, 255, 121}));
}

TEST(Colormap, TheOtherTablesBeginAndEndAsPublished) {
  // First and last colours of the tables of matplotlib 3, times 255, cut.
  EXPECT_EQ(PaletteOf(Colormap::kViridis)[0], (Colour{68, 1, 84}));
  EXPECT_EQ(PaletteOf(Colormap::kViridis)[255], (Colour{253, 231, 36}));
  EXPECT_EQ(PaletteOf(Colormap::kInferno)[0], (Colour{0, 0, 3}));
  EXPECT_EQ(PaletteOf(Colormap::kInferno)[255], (Colour{252, 254, 164}));
  EXPECT_EQ(PaletteOf(Colormap::kTurbo)[0], (Colour{48, 18, 59}));
  EXPECT_EQ(PaletteOf(Colormap::kTurbo)[255], (Colour{122, 4, 2}));
}

TEST(Colormap, GreyIsTheIndexItself) {
  for (std::size_t i = 0; i < 256; ++i) {
    const auto level = static_cast<std::uint8_t>(i);
    EXPECT_EQ(PaletteOf(Colormap::kGrey)[i], (Colour{level, level, level}));
  }
}

}  // namespace
}  // namespace gradcam

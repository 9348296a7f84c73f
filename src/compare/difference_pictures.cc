#include "compare/difference_pictures.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

#include "compare/map_measures.h"
#include "gradcam/draw.h"
#include "run/atomic_file.h"
#include "run/make_folder.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

constexpr int kLongerSide = 512;

struct Size {
  int width = 0;
  int height = 0;
};

Size DrawnSize(const PictureComparison& picture) {
  const double longer = std::max(picture.seen_width, picture.seen_height);
  const auto scaled = [longer](int side) {
    return std::max(1, static_cast<int>(std::lround(side * kLongerSide / longer)));
  };
  return {scaled(picture.seen_width), scaled(picture.seen_height)};
}

void Write(const Map& map, const Size& size, Colormap colormap, const fs::path& file) {
  const IndexedImage drawn =
      DrawHeatmap(map, size.width, size.height, {0, 0, size.width, size.height});
  WriteAtomically(file, EncodePng(drawn, PaletteOf(colormap)));
}

}  // namespace

void WriteDifferencePictures(const PictureComparison& picture, const fs::path& folder) {
  const fs::path base = folder / picture.name;
  const bool several_classes = picture.classes.size() > 1;
  for (const ClassComparison& explained : picture.classes) {
    for (const MapComparison& map : explained.maps) {
      if (!map.measures) continue;
      MakeFolder(base.parent_path());
      const Size size = DrawnSize(picture);
      const std::string begin = base.string() +
                                (several_classes ? "." + std::to_string(explained.index) : "") +
                                "." + NameOf(map.kind);
      Write(map.baseline, size, Colormap::kJet, begin + "-baseline.png");
      Write(map.current, size, Colormap::kJet, begin + "-current.png");
      Write(DifferenceOf(map.baseline, map.current), size, Colormap::kInferno, begin + "-diff.png");
    }
  }
}

}  // namespace gradcam

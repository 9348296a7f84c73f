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
  const double longer = std::max({picture.seen_width, picture.seen_height, 1});
  const auto scaled = [longer](int side) {
    return std::max(1, static_cast<int>(std::lround(side * kLongerSide / longer)));
  };
  return {scaled(picture.seen_width), scaled(picture.seen_height)};
}

void Write(const Map& map, const Size& size, Colormap colormap, const fs::path& file) {
  MakeFolder(file.parent_path());
  const IndexedImage drawn =
      DrawHeatmap(map, size.width, size.height, {0, 0, size.width, size.height});
  WriteAtomically(file, EncodePng(drawn, PaletteOf(colormap)));
}

// Names the pictures of one picture's maps.
class Names {
 public:
  Names(const PictureComparison& picture, const fs::path& folder)
      : base_((folder / picture.name).string()),
        has_index_(std::max(picture.classes.size(), LoneClassesOfASide(picture)) > 1 ||
                   (!picture.classes.empty() && !picture.lone_classes.empty())) {}

  [[nodiscard]] fs::path Of(int class_index, MapKind kind, const std::string& what) const {
    return base_ + (has_index_ ? "." + std::to_string(class_index) : "") + "." + NameOf(kind) +
           "-" + what + ".png";
  }

 private:
  static std::size_t LoneClassesOfASide(const PictureComparison& picture) {
    const auto of_baseline = static_cast<std::size_t>(
        std::ranges::count(picture.lone_classes, Side::kBaseline, &LoneClass::side));
    return std::max(of_baseline, picture.lone_classes.size() - of_baseline);
  }

  std::string base_;
  bool has_index_ = false;  // more than one class has pictures of the same names
};

}  // namespace

void WriteDifferencePictures(const PictureComparison& picture, const fs::path& folder) {
  const Names names(picture, folder);
  const Size size = DrawnSize(picture);
  for (const ClassComparison& explained : picture.classes) {
    for (const MapComparison& map : explained.maps) {
      if (!map.measures) continue;
      Write(map.baseline, size, Colormap::kJet, names.Of(explained.index, map.kind, "baseline"));
      Write(map.current, size, Colormap::kJet, names.Of(explained.index, map.kind, "current"));
      Write(DifferenceOf(map.baseline, map.current), size, Colormap::kInferno,
            names.Of(explained.index, map.kind, "diff"));
    }
  }
  for (const LoneClass& lone : picture.lone_classes) {
    for (const LoneMap& map : lone.maps) {
      Write(map.map, size, Colormap::kJet, names.Of(lone.index, map.kind, NameOf(lone.side)));
    }
  }
}

}  // namespace gradcam

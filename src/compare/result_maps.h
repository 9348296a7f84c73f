#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "compare/finding.h"
#include "gradcam/map.h"
#include "report/parse_report.h"
#include "results/result_folder.h"

namespace gradcam {

// In what form a map is stored.
enum class MapForm {
  kRaw,      // the layer's own size, from `.npy`
  kHeatmap,  // as drawn, from the palette indices of the PNG; the part that the network saw
  kDrawn,    // the same from `-map.npy`
};

[[nodiscard]] std::string NameOf(MapForm form);  // "raw", "heatmap", "map"

// A stored map, normalised to 0...1.
struct ResultMapValues {
  Map map;
  MapStatus status = MapStatus::kOk;
  std::filesystem::path file;
};

// The name of the file in which `explained` has its map in this form; nothing if it has none.
[[nodiscard]] std::optional<std::string> MapFileName(const ClassReport& explained, MapKind kind,
                                                     MapForm form);

// The part of a heatmap that the map covers, in its pixels.
[[nodiscard]] Rect DrawnPart(const StoredReport& report);

// Reads a map of one of the report's classes. The status of a raw
// map is that of its numbers. Throws Error(kInput) that names the file: it cannot be read, lies
// outside of the folder, or its size is not the one in the report, or a heatmap has not the colours
// that the report says.
[[nodiscard]] ResultMapValues ReadResultMap(const ResultFolder& folder, const StoredReport& report,
                                            const ClassReport& explained, MapKind kind,
                                            MapForm form);

// How messages call a map: "gradcam of 'tabby'", without labels "gradcam of class 281".
[[nodiscard]] std::string MapName(const Prediction& explained, MapKind kind);

// What the report says of a map.
[[nodiscard]] const MapReport& MapOf(const ClassReport& explained, MapKind kind);

}  // namespace gradcam

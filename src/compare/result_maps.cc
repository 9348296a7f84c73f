#include "compare/result_maps.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>
#include <vector>

#include "compare/npy_file.h"
#include "core/file_handle.h"
#include "core/read_file.h"
#include "gradcam/draw.h"
#include "gradcam/error.h"
#include "image/indexed_png.h"
#include "report/text.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void Fail(const std::string& reason) { throw Error(ErrorKind::kInput, reason); }

std::string SizeText(int height, int width) {
  return std::to_string(height) + " x " + std::to_string(width);
}

void RequireSize(int height, int width, int expected_height, int expected_width) {
  if (height != expected_height || width != expected_width) {
    Fail("the map has " + SizeText(height, width) + " values, its report says " +
         SizeText(expected_height, expected_width));
  }
}

ResultMapValues FromRaw(std::span<const std::uint8_t> bytes, const MapReport& expected) {
  const Map raw = DecodeNpy(bytes);
  RequireSize(raw.height, raw.width, expected.height, expected.width);
  return {.map = Normalize(raw), .status = Summarize(raw).status, .file = {}};
}

// `value(i)` is that of the i-th pixel of a drawing of this width.
template <typename Value>
Map SeenPart(int width, const Rect& seen, const Value& value) {
  Map map{seen.width, seen.height, {}};
  map.values.reserve(static_cast<std::size_t>(seen.width) * static_cast<std::size_t>(seen.height));
  for (int y = seen.y; y < seen.y + seen.height; ++y) {
    const auto row = static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
    for (int x = seen.x; x < seen.x + seen.width; ++x) {
      map.values.push_back(value(row + static_cast<std::size_t>(x)));
    }
  }
  return map;
}

struct Size {
  int width = 0;
  int height = 0;
};

bool DrawsInput(const StoredReport& report) {
  return report.run.settings.render.output_size == OutputSize::kInput;
}

Size HeatmapSize(const StoredReport& report) {
  const Preprocess& preprocess = report.run.model.info.preprocess;
  if (DrawsInput(report)) return {preprocess.width, preprocess.height};
  return {report.picture.image.width, report.picture.image.height};
}

ResultMapValues FromHeatmap(std::span<const std::uint8_t> bytes, const StoredReport& report,
                            MapStatus status) {
  constexpr std::int64_t kMostPixels = DecodeOptions{}.max_pixels;
  const IndexedPng png = DecodeIndexedPng(bytes, kMostPixels);
  const Size size = HeatmapSize(report);
  RequireSize(png.image.height, png.image.width, size.height, size.width);
  // Programs that shrink PNG files sort the palette anew, and an index would mean another value.
  if (png.palette != PaletteOf(report.run.settings.render.colormap)) {
    Fail("its palette is not the one in its report; did another program rewrite the picture?");
  }
  // Index i stands for the values from i / 256 to (i + 1) / 256; i / 255 keeps 0 and 1.
  const auto value = [&png](std::size_t i) {
    return static_cast<float>(png.image.indices[i]) / 255.0F;
  };
  return {.map = SeenPart(size.width, DrawnPart(report), value), .status = status, .file = {}};
}

ResultMapValues FromDrawn(std::span<const std::uint8_t> bytes, const StoredReport& report,
                          MapStatus status) {
  const Map drawn = DecodeNpy(bytes);
  const Size size = HeatmapSize(report);
  RequireSize(drawn.height, drawn.width, size.height, size.width);
  const auto value = [&drawn](std::size_t i) {
    if (!(drawn.values[i] >= 0 && drawn.values[i] <= 1)) Fail("it holds values outside of 0...1");
    return drawn.values[i];
  };
  return {.map = SeenPart(size.width, DrawnPart(report), value), .status = status, .file = {}};
}

ResultMapValues FromFile(std::span<const std::uint8_t> bytes, const StoredReport& report,
                         const MapReport& described, MapForm form) {
  switch (form) {
    case MapForm::kHeatmap:
      return FromHeatmap(bytes, report, described.summary.status);
    case MapForm::kDrawn:
      return FromDrawn(bytes, report, described.summary.status);
    case MapForm::kRaw:
      break;
  }
  return FromRaw(bytes, described);
}

std::vector<std::uint8_t> Read(const fs::path& file) {
  constexpr std::uint64_t kLargest = std::uint64_t{1} << 30U;
  try {
    return ReadFile(file, kLargest);
  } catch (const std::system_error& error) {
    Fail(SystemMessage(error.code().value()));
  }
}

}  // namespace

std::string NameOf(MapForm form) {
  switch (form) {
    case MapForm::kRaw:
      return "raw";
    case MapForm::kHeatmap:
      return "heatmap";
    case MapForm::kDrawn:
      return "map";
  }
  return "";
}

std::optional<std::string> MapFileName(const ClassReport& explained, MapKind kind, MapForm form) {
  const std::string key = NameOf(kind) + (form == MapForm::kHeatmap ? "" : "_" + NameOf(form));
  for (const OutputFile& file : explained.files) {
    if (file.key == key) return file.name;
  }
  return std::nullopt;
}

Rect DrawnPart(const StoredReport& report) {
  const Size size = HeatmapSize(report);
  return DrawsInput(report) ? Rect{0, 0, size.width, size.height} : report.picture.image.seen;
}

ResultMapValues ReadResultMap(const ResultFolder& folder, const StoredReport& report,
                              const ClassReport& explained, MapKind kind, MapForm form) {
  const std::optional<std::string> name = MapFileName(explained, kind, form);
  if (!name) Fail("the report has no " + NameOf(form) + " map");
  const fs::path file = folder.FileOf(report.picture, *name);
  try {
    ResultMapValues values = FromFile(Read(file), report, MapOf(explained, kind), form);
    values.file = file;
    return values;
  } catch (const Error& error) {
    throw Error(ErrorKind::kInput, "cannot read " + Quoted(file) + ": " + error.what());
  }
}

std::string MapName(const Prediction& explained, MapKind kind) {
  return NameOf(kind) + " of " +
         (explained.label.empty() ? "class " + std::to_string(explained.index)
                                  : "'" + Printable(explained.label) + "'");
}

const MapReport& MapOf(const ClassReport& explained, MapKind kind) {
  return kind == MapKind::kGradcam ? explained.gradcam : explained.saliency;
}

}  // namespace gradcam

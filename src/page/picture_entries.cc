#include "page/picture_entries.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <system_error>
#include <utility>

#include "compare/finding.h"
#include "compare/result_maps.h"
#include "compare/short_number.h"
#include "gradcam/draw.h"
#include "gradcam/error.h"
#include "image/coloured.h"
#include "image/decode.h"
#include "image/picture_file.h"
#include "image/resample.h"
#include "page/fitted_size.h"
#include "page/picture_url.h"
#include "report/text.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

constexpr const char* kIncompleteState = "incomplete";

std::string NameOfFile(const std::vector<OutputFile>& files, const std::string& key) {
  const auto file = std::ranges::find(files, key, &OutputFile::key);
  return file == files.end() ? "" : file->name;
}

std::string NumberText(double number) {
  return std::isfinite(number) ? ShortNumber(number) : "not a finite number";
}

std::string SizeText(int width, int height) {
  return std::to_string(width) + " \xC3\x97 " + std::to_string(height);
}

void RequireSize(const Image& image, int width, int height, const fs::path& name) {
  if (image.width == width && image.height == height) return;
  throw Error(ErrorKind::kInput, Quoted(name) + " has not the size " + SizeText(width, height) +
                                     " that its report says");
}

PagePrediction ToPage(const Prediction& prediction) {
  return {prediction.label, prediction.index, prediction.probability};
}

std::vector<PageFact> FactsOf(const MapReport& map) {
  std::vector<PageFact> facts{{"Size of the raw map", SizeText(map.width, map.height)},
                              {"Smallest value", NumberText(map.summary.min)},
                              {"Largest value", NumberText(map.summary.max)},
                              {"Mean", NumberText(map.summary.mean)}};
  if (map.peak) {
    facts.push_back(
        {"Peak", "x " + std::to_string(map.peak->x) + ", y " + std::to_string(map.peak->y)});
  }
  return facts;
}

std::string WordsFor(ClassTarget::By chosen_by) {
  switch (chosen_by) {
    case ClassTarget::By::kIndex:
      return "asked for by index";
    case ClassTarget::By::kLabel:
      return "asked for by label";
    case ClassTarget::By::kTruth:
      return "the true class";
    case ClassTarget::By::kTop:
      break;
  }
  return "the most probable";
}

std::size_t Gravity(const std::string& state) {
  const std::vector<PageState> states = EntryStates();
  return static_cast<std::size_t>(std::ranges::find(states, state, &PageState::key) -
                                  states.begin());
}

// The state that is further down the list.
std::string Graver(const std::string& a, const std::string& b) {
  return Gravity(a) < Gravity(b) ? b : a;
}

}  // namespace

std::vector<PageState> EntryStates() {
  return {{NameOf(MapStatus::kOk), "Map ok", /*is_problem=*/false},
          {NameOf(MapStatus::kFlat), "Flat map"},
          {NameOf(MapStatus::kAllNonpositive), "No positive value in the map"},
          {NameOf(MapStatus::kAllZero), "Map is zero everywhere"},
          {NameOf(MapStatus::kNonfinite), "NaN or infinity in the map"},
          {kIncompleteState, "Files missing"},
          {kFailedState, "Failed"}};
}

// The entries of one report in the making.
class PictureEntries::OnePicture {
 public:
  OnePicture(const PictureEntries& page, const StoredReport& stored, std::string report_file)
      : page_(page),
        stored_(stored),
        report_file_(std::move(report_file)),
        report_(stored.picture),
        settings_(stored.run.settings),
        preprocess_(stored.run.model.info.preprocess),
        underlay_(FindUnderlay()) {}

  [[nodiscard]] PageEntry EntryOf(const ClassReport& explained) {
    PageEntry entry;
    entry.file = report_.image.file;
    entry.explained = ToPage(explained.prediction);
    for (const Prediction& prediction : report_.top) entry.top.push_back(ToPage(prediction));
    const std::optional<bool> is_right = IsCorrect(report_.top, report_.truth);
    if (report_.truth && is_right) {
      entry.truth = {ToPage(*report_.truth), *is_right};
    }
    entry.aspect_ratio = static_cast<double>(DrawnWidth()) / DrawnHeight();
    entry.seen = SeenArea();
    entry.notes = notes_;
    is_incomplete_ = false;
    for (const MapKind kind : kMapKinds) {
      entry.maps.push_back(PageMapOf(explained, kind, entry.notes));
    }
    entry.state = Graver(entry.maps[0].state, entry.maps[1].state);
    if (is_incomplete_) entry.state = Graver(entry.state, kIncompleteState);
    entry.facts = {{"Picture", SizeText(report_.image.width, report_.image.height)},
                   {"Class", std::to_string(explained.prediction.index) + ", " +
                                 WordsFor(explained.chosen_by)},
                   {"Report", report_file_}};
    return entry;
  }

 private:
  [[nodiscard]] bool DrawsOnInput() const {
    return settings_.render.output_size == OutputSize::kInput;
  }

  [[nodiscard]] bool SeesAll() const {
    return report_.image.seen == Rect{0, 0, report_.image.width, report_.image.height};
  }

  // What maps are drawn on: the original, else the file of `--write input`, else nothing.
  PictureUrl FindUnderlay() {
    const OriginalPictures::Found original = page_.originals_.Find(report_.image);
    try {
      if (!original.file.empty()) {
        const PictureUrl url =
            page_.use_ == PictureUse::kLink ? LinkTo(original) : Thumbnail(original);
        if (!url.empty()) return url;
      }
      if (const PictureUrl url = FromNetworkInput(); !url.empty()) return url;
    } catch (const Error& error) {
      notes_.emplace_back(error.what());
      return {};
    }
    notes_.emplace_back(
        original.is_changed ? "The picture has changed since the run; the stored overlay is shown."
        : original.file.empty() ? "The picture was not found; the stored overlay is shown."
                                : "The picture cannot be linked; the stored overlay is shown.");
    return {};
  }

  // Empty if a browser would not show the picture as the maps were drawn on it.
  [[nodiscard]] PictureUrl LinkTo(const OriginalPictures::Found& original) const {
    const bool is_turned =
        report_.image.exif_orientation == 1 || settings_.decode.exif == ExifOrientation::kApply;
    if (DrawsOnInput() || !is_turned || !IsShownByBrowsers(original.file)) return {};
    return RelativeUrl(original.file, page_.page_folder_);
  }

  [[nodiscard]] PictureUrl Thumbnail(const OriginalPictures::Found& original) const {
    DecodeOptions options = settings_.decode;
    // Drawings lie over white.
    if (options.alpha_channel == AlphaChannel::kPremultiply) {
      options.alpha_channel = AlphaChannel::kWhite;
    }
    const Image image = DecodePicture(original.bytes, original.file.string(), options).image;
    RequireSize(image, report_.image.width, report_.image.height, original.file.filename());
    if (!DrawsOnInput()) return EmbeddedUrl(image, kPictureSide);
    return EmbeddedUrl(Stretched(Cropped(image, report_.image.seen)), kPictureSide);
  }

  // With `--write input`: what the network saw, if that is all that maps are drawn on.
  PictureUrl FromNetworkInput() {
    const std::string name = NameOfFile(report_.files, "input");
    if (name.empty() || !(DrawsOnInput() || SeesAll())) return {};
    if (page_.use_ == PictureUse::kLink) return DrawsOnInput() ? UrlOf(name, {}, notes_) : "";
    const Image image = ReadStored(name);
    if (DrawsOnInput()) return EmbeddedUrl(image, kPictureSide);
    // The network's input is squashed: back to the shape of the picture.
    return EmbeddedUrl(Stretched(image), kPictureSide);
  }

  // In the shape of what maps are drawn on, at the size of the page.
  [[nodiscard]] Image Stretched(const Image& image) const {
    const FittedSize size(DrawnWidth(), DrawnHeight(), kPictureSide);
    return Resample(image, size.width, size.height, ResizeFilter::kBicubic);
  }

  [[nodiscard]] Image ReadStored(const std::string& name) const {
    const fs::path file = page_.folder_.FileOf(report_, name);
    const std::string shown = Printable((report_.folder / name).string());
    return DecodePicture(ReadPictureFile(file, shown, {}), shown, {}).image;
  }

  // The URL of a file that the report names, embedded by `embed`; empty, with a note, if the file
  // cannot be used.
  PictureUrl UrlOf(const std::string& name, const std::function<PictureUrl(const Image&)>& embed,
                   std::vector<std::string>& notes) {
    if (name.empty()) return {};
    try {
      if (page_.use_ == PictureUse::kEmbed) return embed(ReadStored(name));
      const fs::path file = page_.folder_.FileOf(report_, name);
      std::error_code error;
      if (fs::is_regular_file(file, error)) return RelativeUrl(file, page_.page_folder_);
      notes.push_back("The file " + Quoted(name) + " is missing.");
    } catch (const Error& error) {
      notes.emplace_back(error.what());
    }
    is_incomplete_ = true;
    return {};
  }

  // The part of a drawing that the network saw.
  [[nodiscard]] Image Seen(const Image& drawing, const std::string& name) const {
    RequireSize(drawing, DrawnWidth(), DrawnHeight(), name);
    if (DrawsOnInput() || SeesAll()) return drawing;
    return Cropped(drawing, report_.image.seen);
  }

  static Image Cropped(const Image& image, const Rect& part) {
    return Resample(image, image.width, image.height, ResizeFilter::kBilinear, part);
  }

  PageMap PageMapOf(const ClassReport& explained, MapKind kind, std::vector<std::string>& notes) {
    const MapReport& report = MapOf(explained, kind);
    const PictureUrl map = HeatmapOf(explained, kind, notes);
    PageTile overlay{underlay_, map};
    if (underlay_.empty() || map.empty()) {
      overlay = {OverlayOf(explained, NameOf(kind), notes), ""};
    }
    return {.state = NameOf(report.summary.status),
            .tiles = {overlay, PageTile{underlay_, ""}, PageTile{"", map}},
            .peak = PeakOf(report),
            .facts = FactsOf(report),
            .summary = ""};
  }

  // The heatmap as it was drawn, else drawn from the numbers.
  PictureUrl HeatmapOf(const ClassReport& explained, MapKind kind,
                       std::vector<std::string>& notes) {
    const std::string name = NameOfFile(explained.files, NameOf(kind));
    if (!name.empty()) {
      const auto embed = [&](const Image& image) {
        return EmbeddedUrl(Seen(image, name), kMapSide);
      };
      return UrlOf(name, embed, notes);
    }
    try {
      for (const MapForm form : {MapForm::kRaw, MapForm::kDrawn}) {
        if (!MapFileName(explained, kind, form)) continue;
        return EmbeddedUrl(Drawn(ReadResultMap(page_.folder_, stored_, explained, kind, form).map),
                           kMapSide);
      }
    } catch (const Error& error) {
      notes.emplace_back(error.what());
      is_incomplete_ = true;
    }
    return {};
  }

  // What the heatmap of a map shows, at the size of the page: the part that the network saw, or
  // what MapCut::kWhole asks for.
  [[nodiscard]] Image Drawn(const Map& map) const {
    const Palette& palette = PaletteOf(settings_.render.colormap);
    const PageArea seen = SeenArea();
    if (page_.use_ == PictureUse::kEmbed) {
      const FittedSize size(seen.width * DrawnWidth(), seen.height * DrawnHeight(), kMapSide);
      const Rect all{0, 0, size.width, size.height};
      return Coloured(DrawHeatmap(map, size.width, size.height, all, settings_.render.map),
                      palette);
    }
    const FittedSize size(DrawnWidth(), DrawnHeight(), kPictureSide);
    return Coloured(
        DrawHeatmap(map, size.width, size.height, size.PartOf(seen), settings_.render.map),
        palette);
  }

  PictureUrl OverlayOf(const ClassReport& explained, const std::string& key,
                       std::vector<std::string>& notes) {
    return UrlOf(
        NameOfFile(explained.files, key + "_overlay"),
        [](const Image& image) { return EmbeddedUrl(image, kPictureSide); }, notes);
  }

  [[nodiscard]] int DrawnWidth() const {
    return std::max(1, DrawsOnInput() ? preprocess_.width : report_.image.width);
  }

  [[nodiscard]] int DrawnHeight() const {
    return std::max(1, DrawsOnInput() ? preprocess_.height : report_.image.height);
  }

  [[nodiscard]] PageArea SeenArea() const {
    if (DrawsOnInput()) return {};
    const Rect& seen = report_.image.seen;
    const double width = DrawnWidth();
    const double height = DrawnHeight();
    return {seen.x / width, seen.y / height, seen.width / width, seen.height / height};
  }

  // In the middle of its pixel.
  [[nodiscard]] std::optional<PagePoint> PeakOf(const MapReport& map) const {
    if (!map.peak || map.peak->x >= DrawnWidth() || map.peak->y >= DrawnHeight()) {
      return std::nullopt;
    }
    return PagePoint{(map.peak->x + 0.5) / DrawnWidth(), (map.peak->y + 0.5) / DrawnHeight()};
  }

  const PictureEntries& page_;
  const StoredReport& stored_;
  std::string report_file_;  // below the folder
  const PictureReport& report_;
  const Settings& settings_;
  const Preprocess& preprocess_;
  std::vector<std::string> notes_;  // of every class
  bool is_incomplete_ = false;
  PictureUrl underlay_;
};

PictureEntries::PictureEntries(const ResultFolder& folder, const OriginalPictures& originals,
                               PictureUse use, const fs::path& page_folder)
    : folder_(folder),
      originals_(originals),
      use_(use),
      page_folder_(fs::weakly_canonical(page_folder)) {}

std::vector<PageEntry> PictureEntries::Of(const ReportPlace& place) const {
  std::vector<PageEntry> entries;
  try {
    const std::optional<StoredReport> stored = folder_.ReadReport(place);
    if (!stored) return {};
    OnePicture picture(*this, *stored, place.file);
    for (const ClassReport& explained : stored->picture.explanations) {
      entries.push_back(picture.EntryOf(explained));
    }
    return entries;
  } catch (const Error& error) {
    PageEntry failure;
    failure.file = place.size > 0 ? place.picture : place.file;
    failure.state = kFailedState;
    failure.error = error.what();
    failure.hint = error.hint();
    return {failure};
  }
}

}  // namespace gradcam

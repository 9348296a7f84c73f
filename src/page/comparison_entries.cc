#include "page/comparison_entries.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "compare/short_number.h"
#include "gradcam/draw.h"
#include "image/coloured.h"
#include "page/fitted_size.h"
#include "page/picture_url.h"

namespace gradcam {
namespace {

// How the values 0...1 of `map` look in the shape of the picture.
PictureUrl Drawn(const Map& map, double aspect_ratio, Colormap colormap) {
  const FittedSize size(kMapSide * std::min(1.0, aspect_ratio),
                        kMapSide * std::min(1.0, 1 / aspect_ratio), kMapSide);
  const IndexedImage heatmap =
      DrawHeatmap(map, size.width, size.height, {0, 0, size.width, size.height});
  return EmbeddedUrl(Coloured(heatmap, PaletteOf(colormap)), kMapSide);
}

std::vector<PageFact> FactsOf(const MapMeasures& measures) {
  return {{"Largest difference", ShortNumber(measures.max_difference)},
          {"RMS difference", ShortNumber(measures.rmse)},
          {"Correlation", ShortNumber(measures.correlation)},
          {"Overlap of the hottest 20 %", ShortNumber(measures.iou)},
          {"Shift of the peak", ShortNumber(measures.peak_shift) + " of the diagonal"}};
}

std::string SummaryOf(const MapMeasures& measures) {
  return "largest difference " + ShortNumber(measures.max_difference) + ", RMS " +
         ShortNumber(measures.rmse) + ", correlation " + ShortNumber(measures.correlation) +
         ", overlap " + ShortNumber(measures.iou) + ", peak shift " +
         ShortNumber(measures.peak_shift);
}

bool IsAbout(const Finding& finding, int class_index, MapKind kind) {
  return finding.map == kind && (!finding.class_index || finding.class_index == class_index);
}

// The gravest finding about one map.
FindingKind StateOf(const PictureComparison& picture, int class_index, MapKind kind) {
  FindingKind state = FindingKind::kSame;
  for (const Finding& finding : picture.findings) {
    if (IsAbout(finding, class_index, kind)) state = std::max(state, finding.kind);
  }
  return state;
}

// The difference and its numbers are there where both sides were measured.
PageMap PageMapOf(const MapComparison& map, double aspect_ratio) {
  PageMap page;
  page.tiles[1].map = Drawn(map.baseline, aspect_ratio, Colormap::kJet);
  page.tiles[2].map = Drawn(map.current, aspect_ratio, Colormap::kJet);
  if (!map.measures) return page;
  page.tiles[0].map =
      Drawn(DifferenceOf(map.baseline, map.current), aspect_ratio, Colormap::kInferno);
  page.facts = FactsOf(*map.measures);
  page.summary = SummaryOf(*map.measures);
  return page;
}

// What there is to see of the maps of one kind, be it one side's map or nothing.
PageMap PageMapOf(const ClassComparison& explained, MapKind kind, double aspect_ratio) {
  const auto compared = std::ranges::find(explained.maps, kind, &MapComparison::kind);
  if (compared != explained.maps.end()) return PageMapOf(*compared, aspect_ratio);
  PageMap page;
  for (const SoundMap& sound : explained.sound_maps) {
    if (sound.kind != kind) continue;
    page.tiles[sound.side == Side::kBaseline ? 1 : 2].map =
        Drawn(sound.map, aspect_ratio, Colormap::kJet);
  }
  return page;
}

double AspectRatioOf(const PictureComparison& picture) {
  if (picture.seen_width < 1 || picture.seen_height < 1) return 1;
  return static_cast<double>(picture.seen_width) / picture.seen_height;
}

bool HasCard(const PictureComparison& picture, int class_index) {
  const auto is_it = [class_index](const auto& one) { return one.index == class_index; };
  return std::ranges::any_of(picture.classes, is_it) ||
         std::ranges::any_of(picture.lone_classes, is_it);
}

// What is told on the card of a class: all but what belongs to the card of another one.
std::vector<Finding> FindingsFor(const PictureComparison& picture, int class_index) {
  std::vector<Finding> findings;
  for (const Finding& finding : picture.findings) {
    const int about = finding.class_index.value_or(class_index);
    if (about == class_index || !HasCard(picture, about)) findings.push_back(finding);
  }
  return findings;
}

void AddTexts(const PictureComparison& picture, const std::vector<Finding>& findings,
              PageEntry& entry) {
  for (const Finding& finding : findings) entry.notes.push_back(finding.text);
  for (const std::string& note : picture.notes) entry.facts.push_back({"Note", note});
}

FindingKind Gravest(const std::vector<Finding>& findings) {
  FindingKind gravest = FindingKind::kSame;
  for (const Finding& finding : findings) gravest = std::max(gravest, finding.kind);
  return gravest;
}

PageEntry EntryOf(const PictureComparison& picture, const ClassComparison& explained) {
  const std::vector<Finding> findings = FindingsFor(picture, explained.index);
  PageEntry entry;
  entry.file = picture.name;
  entry.state = NameOf(Gravest(findings));
  entry.explained = {explained.label, explained.index, explained.current_probability};
  entry.top = {
      {explained.label, explained.index, explained.baseline_probability, NameOf(Side::kBaseline)},
      {explained.label, explained.index, explained.current_probability, NameOf(Side::kCurrent)}};
  entry.aspect_ratio = AspectRatioOf(picture);
  for (const MapKind kind : kMapKinds) {
    entry.maps.push_back(PageMapOf(explained, kind, entry.aspect_ratio));
    entry.maps.back().state = NameOf(StateOf(picture, explained.index, kind));
  }
  AddTexts(picture, findings, entry);
  return entry;
}

// The class of each side that the other does not explain, side by side.
struct LonePair {
  const LoneClass* baseline = nullptr;
  const LoneClass* current = nullptr;
};

// Classes have no partners; they are put together in their order.
std::vector<LonePair> LonePairsOf(const PictureComparison& picture) {
  std::vector<LonePair> pairs;
  const auto put = [&](Side side, const LoneClass* LonePair::* place) {
    std::size_t count = 0;
    for (const LoneClass& lone : picture.lone_classes) {
      if (lone.side != side) continue;
      if (count == pairs.size()) pairs.emplace_back();
      pairs[count++].*place = &lone;
    }
  };
  put(Side::kBaseline, &LonePair::baseline);
  put(Side::kCurrent, &LonePair::current);
  return pairs;
}

PageTile TileOf(const LoneClass* lone, MapKind kind, double aspect_ratio) {
  if (lone == nullptr) return {};
  const auto map = std::ranges::find(lone->maps, kind, &LoneMap::kind);
  if (map == lone->maps.end()) return {};
  return {.picture = "", .map = Drawn(map->map, aspect_ratio, Colormap::kJet)};
}

PageEntry EntryOf(const PictureComparison& picture, const LonePair& pair) {
  PageEntry entry;
  entry.file = picture.name;
  entry.state = NameOf(picture.status);
  entry.has_large_tile = false;
  entry.aspect_ratio = AspectRatioOf(picture);
  const LoneClass& shown = pair.current != nullptr ? *pair.current : *pair.baseline;
  entry.explained = {shown.label, shown.index, shown.probability};
  for (const LoneClass* lone : {pair.baseline, pair.current}) {
    if (lone == nullptr) continue;
    entry.top.push_back({lone->label, lone->index, lone->probability, NameOf(lone->side)});
  }
  for (const MapKind kind : kMapKinds) {
    entry.maps.push_back({.state = entry.state,
                          .tiles = {PageTile{}, TileOf(pair.baseline, kind, entry.aspect_ratio),
                                    TileOf(pair.current, kind, entry.aspect_ratio)},
                          .peak = {},
                          .facts = {},
                          .summary = ""});
  }
  if (pair.baseline != nullptr && pair.current != nullptr) {
    entry.hint = "Maps of different classes: not compared.";
  } else if (picture.status != FindingKind::kExtra && picture.status != FindingKind::kMissing) {
    entry.hint = "Only one side explains this class: not compared.";
  }
  AddTexts(picture, picture.findings, entry);
  return entry;
}

std::string ReasonsOf(const PictureComparison& picture) {
  std::string reasons;
  for (const Finding& finding : picture.findings) {
    reasons += (reasons.empty() ? "" : "\n") + finding.text;
  }
  return reasons;
}

std::string WordsFor(FindingKind kind) {
  switch (kind) {
    case FindingKind::kSame:
      return "Same";
    case FindingKind::kMapChanged:
      return "Map changed";
    case FindingKind::kPredictionChanged:
      return "Prediction changed";
    case FindingKind::kExtra:
      return "Only in current";
    case FindingKind::kMissing:
      return "Only in baseline";
    case FindingKind::kNonfinite:
      return "NaN or infinity";
    case FindingKind::kIncompatible:
      return "Not comparable";
    case FindingKind::kUnreadable:
      return "Unreadable";
  }
  return "";
}

}  // namespace

std::vector<PageState> ComparisonStates() {
  std::vector<PageState> states;
  states.reserve(kFindingKinds.size());
  for (const FindingKind kind : kFindingKinds) {
    states.push_back({NameOf(kind), WordsFor(kind), kind != FindingKind::kSame});
  }
  return states;
}

std::vector<PageEntry> ComparisonEntries(const PictureComparison& picture) {
  const std::vector<LonePair> pairs = LonePairsOf(picture);
  std::vector<PageEntry> entries;
  entries.reserve(picture.classes.size() + pairs.size());
  for (const ClassComparison& explained : picture.classes) {
    entries.push_back(EntryOf(picture, explained));
  }
  for (const LonePair& pair : pairs) entries.push_back(EntryOf(picture, pair));
  if (!entries.empty()) return entries;
  PageEntry entry;
  entry.file = picture.name;
  entry.state = NameOf(picture.status);
  entry.error = ReasonsOf(picture);
  return {entry};
}

}  // namespace gradcam

#include "compare/picture_comparison.h"

#include <algorithm>
#include <utility>

namespace gradcam {
namespace {

double LargestDifference(const PictureComparison& picture) {
  double largest = picture.max_probability_difference.value_or(0);
  for (const ClassComparison& explained : picture.classes) {
    for (const MapComparison& map : explained.maps) {
      if (map.measures) largest = std::max(largest, map.measures->max_difference);
    }
  }
  return largest;
}

bool IsAllowed(FindingKind kind, const CompareOptions& options) {
  return (kind == FindingKind::kMissing && options.allow_missing) ||
         (kind == FindingKind::kExtra && options.allow_new);
}

}  // namespace

void AddFinding(PictureComparison& picture, Finding finding, const CompareOptions& options) {
  picture.status = std::max(picture.status, finding.kind);
  picture.failed = picture.failed || !IsAllowed(finding.kind, options);
  picture.findings.push_back(std::move(finding));
}

PictureComparison WithoutMaps(PictureComparison picture) {
  for (ClassComparison& explained : picture.classes) {
    for (MapComparison& map : explained.maps) {
      map.baseline = {};
      map.current = {};
    }
    explained.sound_maps.clear();
  }
  picture.lone_classes.clear();
  return picture;
}

bool IsWorse(const PictureComparison& a, const PictureComparison& b) {
  if (a.failed != b.failed) return a.failed;
  if (a.status != b.status) return a.status > b.status;
  const double difference_a = LargestDifference(a);
  const double difference_b = LargestDifference(b);
  return difference_a != difference_b ? difference_a > difference_b : a.name < b.name;
}

}  // namespace gradcam

#pragma once

#include <array>
#include <optional>
#include <string>

namespace gradcam {

// The two maps of an explained class, by their names in reports.
enum class MapKind { kGradcam, kSaliency };

inline constexpr std::array kMapKinds{MapKind::kGradcam, MapKind::kSaliency};

[[nodiscard]] std::string NameOf(MapKind kind);  // "gradcam"

// What a comparison found, from harmless to grave. A picture's status is the gravest of its
// findings.
enum class FindingKind {
  kSame,
  kMapChanged,
  kPredictionChanged,
  kExtra,         // CURRENT has it, BASELINE has not
  kMissing,       // BASELINE has it, CURRENT has not
  kNonfinite,     // NaN or an infinity
  kIncompatible,  // made in another way, or maps that cannot be compared
  kUnreadable,
};

inline constexpr std::array kFindingKinds{
    FindingKind::kSame,         FindingKind::kMapChanged, FindingKind::kPredictionChanged,
    FindingKind::kExtra,        FindingKind::kMissing,    FindingKind::kNonfinite,
    FindingKind::kIncompatible, FindingKind::kUnreadable};

[[nodiscard]] std::string NameOf(FindingKind kind);  // "map_changed"

enum class Side { kBaseline, kCurrent };

[[nodiscard]] std::string NameOf(Side side);  // "baseline"

// One reason why a picture is not the same.
struct Finding {
  FindingKind kind = FindingKind::kSame;
  std::string text;  // one sentence for people, with the numbers
  // With = {}, an initializer that leaves one out is no missing initializer to g++.
  // NOLINTBEGIN(readability-redundant-member-init)
  std::string measure = {};  // "max_difference", "probability", ...; empty where there is no number
  std::optional<Side> side = {};  // whose fault it is, where it is that of one
  std::optional<int> class_index = {};
  std::optional<MapKind> map = {};
  std::optional<double> value = {};
  std::optional<double> limit = {};
  // NOLINTEND(readability-redundant-member-init)
};

}  // namespace gradcam

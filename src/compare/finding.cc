#include "compare/finding.h"

namespace gradcam {

std::string NameOf(FindingKind kind) {
  switch (kind) {
    case FindingKind::kSame:
      return "same";
    case FindingKind::kMapChanged:
      return "map_changed";
    case FindingKind::kPredictionChanged:
      return "prediction_changed";
    case FindingKind::kExtra:
      return "extra";
    case FindingKind::kMissing:
      return "missing";
    case FindingKind::kNonfinite:
      return "nonfinite";
    case FindingKind::kIncompatible:
      return "incompatible";
    case FindingKind::kUnreadable:
      return "unreadable";
  }
  return "";
}

std::string NameOf(MapKind kind) { return kind == MapKind::kGradcam ? "gradcam" : "saliency"; }

std::string NameOf(Side side) { return side == Side::kBaseline ? "baseline" : "current"; }

}  // namespace gradcam

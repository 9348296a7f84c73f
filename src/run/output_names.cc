#include "run/output_names.h"

#include <algorithm>
#include <filesystem>

#include "report/text.h"
#include "run/sha256.h"

namespace gradcam {
namespace {

// File name limit of Linux file systems, in bytes.
constexpr std::size_t kNameLimit = 255;
// Room for ".2147483647.saliency-overlay.png".
constexpr std::size_t kLongestSuffix = 32;
constexpr std::size_t kHashDigits = 8;

std::string_view SuffixOf(FileKind kind) {
  switch (kind) {
    case FileKind::kGradcam:
      return ".gradcam.png";
    case FileKind::kSaliency:
      return ".saliency.png";
    case FileKind::kGradcamOverlay:
      return ".gradcam-overlay.png";
    case FileKind::kSaliencyOverlay:
      return ".saliency-overlay.png";
    case FileKind::kPanel:
      return ".panel.png";
    case FileKind::kInput:
      return ".input.png";
    case FileKind::kGradcamRaw:
      return ".gradcam.npy";
    case FileKind::kSaliencyRaw:
      return ".saliency.npy";
    case FileKind::kGradcamMap:
      return ".gradcam-map.npy";
    case FileKind::kSaliencyMap:
      return ".saliency-map.npy";
    case FileKind::kReport:
      return ".json";
  }
  return "";
}

Output OutputOf(FileKind kind) {
  switch (kind) {
    case FileKind::kGradcam:
      return Output::kGradcam;
    case FileKind::kSaliency:
      return Output::kSaliency;
    case FileKind::kGradcamOverlay:
      return Output::kGradcamOverlay;
    case FileKind::kSaliencyOverlay:
      return Output::kSaliencyOverlay;
    case FileKind::kPanel:
      return Output::kPanel;
    case FileKind::kInput:
      return Output::kInput;
    case FileKind::kGradcamRaw:
    case FileKind::kSaliencyRaw:
      return Output::kRaw;
    case FileKind::kGradcamMap:
    case FileKind::kSaliencyMap:
      return Output::kMap;
    case FileKind::kReport:
      return Output::kJson;
  }
  return Output::kJson;
}

}  // namespace

bool IsPerClass(FileKind kind) { return kind != FileKind::kInput && kind != FileKind::kReport; }

bool IsWanted(FileKind kind, const Outputs& outputs) { return outputs.contains(OutputOf(kind)); }

std::string KeyOf(FileKind kind) {
  switch (kind) {
    case FileKind::kGradcam:
      return "gradcam";
    case FileKind::kSaliency:
      return "saliency";
    case FileKind::kGradcamOverlay:
      return "gradcam_overlay";
    case FileKind::kSaliencyOverlay:
      return "saliency_overlay";
    case FileKind::kPanel:
      return "panel";
    case FileKind::kInput:
      return "input";
    case FileKind::kGradcamRaw:
      return "gradcam_raw";
    case FileKind::kSaliencyRaw:
      return "saliency_raw";
    case FileKind::kGradcamMap:
      return "gradcam_map";
    case FileKind::kSaliencyMap:
      return "saliency_map";
    case FileKind::kReport:
      return "report";
  }
  return "";
}

std::string OutputStem(const std::string& file_name, bool keep_extension) {
  std::string stem = keep_extension ? file_name : std::filesystem::path(file_name).stem().string();
  constexpr std::size_t kLimit = kNameLimit - kLongestSuffix;
  if (stem.size() <= kLimit) return stem;
  return CutAtCharacter(stem, kLimit - kHashDigits - 1) + "-" +
         Sha256Of(stem).substr(0, kHashDigits);
}

std::string OutputName(const std::string& stem, std::optional<int> class_index, FileKind kind) {
  std::string name = stem;
  if (class_index) name.append(".").append(std::to_string(*class_index));
  return name.append(SuffixOf(kind));
}

std::optional<ParsedName> ParseOutputName(std::string_view name) {
  for (const FileKind kind : kFileKinds) {
    const std::string_view suffix = SuffixOf(kind);
    if (name.size() > suffix.size() && name.ends_with(suffix)) {
      return ParsedName{std::string(name.substr(0, name.size() - suffix.size())), kind};
    }
  }
  return std::nullopt;
}

std::optional<std::string> WithoutClassIndex(const std::string& base) {
  const std::size_t dot = base.rfind('.');
  if (dot == std::string::npos || dot == 0 || dot + 1 == base.size()) return std::nullopt;
  const bool digits = std::all_of(base.begin() + static_cast<std::ptrdiff_t>(dot) + 1, base.end(),
                                  [](char c) { return c >= '0' && c <= '9'; });
  return digits ? std::optional(base.substr(0, dot)) : std::nullopt;
}

}  // namespace gradcam

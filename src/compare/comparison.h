#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "compare/finding.h"
#include "compare/picture_comparison.h"

namespace gradcam {

// The measure of one picture that lies farthest from "same".
struct Extreme {
  double value = 0;
  std::string name;  // of the picture
};

// The extremes over all pictures, those within the limits included; empty where nothing was
// measured.
struct Extremes {
  std::optional<Extreme> max_difference;
  std::optional<Extreme> rmse;
  std::optional<Extreme> correlation;
  std::optional<Extreme> iou;
  std::optional<Extreme> peak_shift;
  std::optional<Extreme> probability_difference;
};

struct CompareSummary {
  std::uint64_t pictures = 0;
  std::array<std::uint64_t, kFindingKinds.size()> counts{};  // by status, in the order of the enum
  std::uint64_t only_baseline = 0;  // pictures that CURRENT lacks, whatever their status
  std::uint64_t only_current = 0;   // pictures that BASELINE lacks, whatever their status
  std::uint64_t failed = 0;         // not the same and not allowed
  std::uint64_t other_model = 0;    // pictures whose model file is another
  std::set<std::string> notes;      // of all pictures and of missing shards, the first 20
  Extremes extremes;

  [[nodiscard]] std::uint64_t count(FindingKind status) const {
    return counts.at(static_cast<std::size_t>(status));
  }
};

using OnPicture = std::function<void(const PictureComparison&)>;

// Whether there may be no BASELINE yet.
enum class EmptyBaseline { kRefused, kAllowed };

// Compares two folders of results, matched by the paths of their reports, or two reports. Each
// picture is handed to `on_picture`, maps included, in bytewise order of the paths and forgotten:
// besides their names nothing is kept. JSON files that gradcam did not write are passed over.
// Throws Error(kUsage): a path does not exist, a folder stands beside a report, or a folder holds
// no report (which is known at the end); Error(kInput): a folder cannot be listed.
[[nodiscard]] CompareSummary Compare(const std::filesystem::path& baseline,
                                     const std::filesystem::path& current,
                                     const CompareOptions& options, EmptyBaseline empty_baseline,
                                     const OnPicture& on_picture);

}  // namespace gradcam

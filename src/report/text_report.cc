#include "report/text_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <iomanip>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/text_columns.h"
#include "report/text.h"

namespace gradcam {
namespace {

constexpr const char* kBold = "\x1b[1m";
constexpr const char* kYellow = "\x1b[33m";
constexpr const char* kReset = "\x1b[0m";
constexpr std::size_t kLabelColumn = 32;  // longer labels push their row to the right

std::string Painted(const std::string& text, const char* colour, Color color) {
  return color == Color::kOn ? colour + text + kReset : text;
}

std::string Percent(double probability) {
  if (!std::isfinite(probability)) return "not finite";
  std::array<char, 32> text{};
  // Four digits after the point keep 99.9999 % apart from certainty.
  std::snprintf(text.data(), text.size(), "%8.4f %%", probability * 100);
  return text.data();
}

std::string LabelOf(const Prediction& prediction) {
  return prediction.label.empty() ? "-" : Printable(prediction.label);
}

std::string Meaning(MapStatus status) {
  switch (status) {
    case MapStatus::kNonfinite:
      return "the map holds NaN or infinity; drawn as 0";
    case MapStatus::kAllZero:
      return "the map is 0 everywhere; drawn as 0";
    case MapStatus::kAllNonpositive:
      return "no part of the picture raises the score; drawn as 0";
    case MapStatus::kFlat:
      return "the map is the same everywhere; drawn as 1";
    case MapStatus::kOk:
      break;
  }
  return "";
}

void WriteMap(const std::string& name, const MapReport& map, Color color, std::ostream& out) {
  out << "    " << Padded(name, 10);
  if (map.summary.status != MapStatus::kOk) {
    out << Painted(NameOf(map.summary.status) + ": " + Meaning(map.summary.status), kYellow, color)
        << '\n';
    return;
  }
  out << "ok";
  if (map.peak) out << ", peak at (" << map.peak->x << ", " << map.peak->y << ")";
  out << '\n';
}

void WriteTop(const std::vector<Prediction>& top, std::ostream& out) {
  out << "  rank  index  " << Padded("label", kLabelColumn) << "  probability\n";
  int rank = 1;
  for (const Prediction& prediction : top) {
    out << "  " << std::setw(4) << rank++ << "  " << std::setw(5) << prediction.index << "  "
        << Padded(LabelOf(prediction), kLabelColumn) << "  " << Percent(prediction.probability)
        << '\n';
  }
}

}  // namespace

void WriteText(const PictureReport& picture, const RunContext& run, Color color,
               std::ostream& out) {
  out << Painted(Printable(picture.image.file), kBold, color) << "  " << picture.image.width << "x"
      << picture.image.height << ", " << Printable(run.model.info.name) << " at layer '"
      << Printable(run.model.info.layer) << "'\n";
  WriteTop(picture.top, out);
  const std::optional<bool> correct = IsCorrect(picture.top, picture.truth);
  if (picture.truth && correct) {
    out << "  true class: " << picture.truth->index << " " << LabelOf(*picture.truth) << ", "
        << (*correct ? "predicted" : Painted("not predicted", kYellow, color)) << '\n';
  }
  for (const ClassReport& report : picture.explanations) {
    out << "  explained: " << report.prediction.index << " " << LabelOf(report.prediction) << " ("
        << "chosen by " << NameOf(report.chosen_by) << ", " << NameOf(run.settings.explain.score)
        << ")\n";
    WriteMap("gradcam", report.gradcam, color, out);
    WriteMap("saliency", report.saliency, color, out);
  }
  const auto wrote = [&](const std::string& name) {
    out << "  wrote " << Printable((picture.folder / name).string()) << '\n';
  };
  for (const OutputFile& file : FilesOf(picture)) wrote(file.name);
  if (!picture.report_file.empty()) wrote(picture.report_file);
}

void WriteText(const StageTimes& times, int pictures, std::ostream& out) {
  out << (pictures > 0 ? "a picture" : "in all");
  const char* separator = ":";
  for (const Stage& stage : StagesOf(times)) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%s %s %.2f ms", std::exchange(separator, ","),
                  stage.words, stage.seconds * 1000 / std::max(pictures, 1));
    out << text.data();
  }
  out << '\n';
}

void WriteText(const RunSummary& summary, std::ostream& out) {
  constexpr std::size_t kMostClasses = 5;
  std::vector<std::pair<int, ClassCount>> classes(summary.classes.begin(), summary.classes.end());
  std::ranges::stable_sort(classes, std::ranges::greater{},
                           [](const auto& entry) { return entry.second.pictures; });
  for (std::size_t i = 0; i < std::min(classes.size(), kMostClasses); ++i) {
    const auto& [index, count] = classes[i];
    out << (i == 0 ? "predicted: " : ", ") << Printable(ClassName(count.label, index)) << " "
        << count.pictures;
  }
  if (classes.size() > kMostClasses) {
    out << ", " << classes.size() - kMostClasses << " other classes";
  }
  if (!classes.empty()) out << '\n';
  const char* separator = "maps that are not ok: ";
  for (const auto& [key, maps] : summary.degenerate) {
    out << std::exchange(separator, ", ") << maps << " " << key.first << " " << NameOf(key.second);
  }
  if (!summary.degenerate.empty()) out << '\n';
}

void WriteText(const RunReport& run, std::ostream& out) {
  out << run.counts.done << " of " << run.counts.pictures << " pictures done";
  if (run.counts.resumed > 0) out << ", " << run.counts.resumed << " done by an earlier run";
  if (run.counts.failed > 0) out << ", " << run.counts.failed << " failed";
  if (run.counts.left_out > 0) out << ", " << run.counts.left_out << " left out by --only";
  if (const int known = run.counts.right + run.counts.wrong; known > 0) {
    out << ", " << run.counts.right << " of " << known << " predictions right";
  }
  if (run.counts.skipped > 0) out << ", " << run.counts.skipped << " other files skipped";
  if (run.interrupted) out << ", interrupted";
  std::array<char, 32> speed{};
  std::snprintf(speed.data(), speed.size(), "%.1f", PicturesPerSecond(run));
  out << " (" << speed.data() << " pictures/s)\n";
}

}  // namespace gradcam

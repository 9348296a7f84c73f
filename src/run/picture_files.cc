#include "run/picture_files.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <utility>
#include <vector>

#include "gradcam/draw.h"
#include "gradcam/error.h"
#include "image/alpha.h"
#include "image/coloured.h"
#include "image/encode.h"
#include "image/panel.h"
#include "report/json_text.h"
#include "report/text.h"
#include "run/atomic_file.h"
#include "run/make_folder.h"
#include "run/npy.h"
#include "run/old_outputs.h"
#include "run/output_names.h"
#include "run/own_report.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

std::string Caption(const Prediction& prediction) {
  std::array<char, 32> percent{};
  std::snprintf(percent.data(), percent.size(), "%.1f %%", prediction.probability * 100);
  return Printable(ClassName(prediction.label, prediction.index)) + "  " + percent.data();
}

// What is drawn on, and the part of it that the network saw.
struct Canvas {
  Image picture;  // opaque
  Rect seen;
};

Canvas CanvasOf(Image picture, const Explanation& explanation, OutputSize size) {
  if (size == OutputSize::kPicture) return {OverWhite(std::move(picture)), explanation.seen};
  const Image& input = explanation.input;
  return {OverWhite(input), {0, 0, input.width, input.height}};
}

MapReport Describe(const Map& raw, const Map& normalized, const Rect& seen, Upsampling upsampling) {
  MapReport report;
  report.summary = Summarize(raw);
  report.width = raw.width;
  report.height = raw.height;
  if (report.summary.status == MapStatus::kOk) {
    report.peak = FindPeak(normalized, seen, upsampling);
  }
  return report;
}

// Writes the files of one picture; those written are removed again unless all of them are there.
class PictureWriter {
 public:
  PictureWriter(const Job& job, const Canvas& canvas, const Settings& settings)
      : job_(&job), canvas_(&canvas), settings_(&settings) {}

  ~PictureWriter() {
    for (const fs::path& file : written_) ::unlink(file.c_str());
  }

  PictureWriter(const PictureWriter&) = delete;
  PictureWriter& operator=(const PictureWriter&) = delete;

  [[nodiscard]] ClassReport WriteClass(const ClassExplanation& explained) {
    const bool several_classes = settings_->explain.classes.size() > 1;
    class_index_ = several_classes ? std::optional(explained.prediction.index) : std::nullopt;
    ClassReport report;
    report.prediction = explained.prediction;
    report.chosen_by = explained.chosen_by;
    const Map gradcam = Normalize(explained.gradcam);
    const Map saliency = Normalize(explained.saliency);
    const Upsampling upsampling = settings_->render.map.upsampling;
    report.gradcam = Describe(explained.gradcam, gradcam, canvas_->seen, upsampling);
    report.saliency = Describe(explained.saliency, saliency, canvas_->seen, upsampling);
    WriteGradcam(gradcam, explained.prediction, report.files);
    WriteSaliency(saliency, report.files);
    WriteRaw(FileKind::kGradcamRaw, explained.gradcam, report.files);
    WriteRaw(FileKind::kSaliencyRaw, explained.saliency, report.files);
    WriteDrawnMap(FileKind::kGradcamMap, gradcam, report.files);
    WriteDrawnMap(FileKind::kSaliencyMap, saliency, report.files);
    return report;
  }

  void WriteInput(const Image& input, std::vector<OutputFile>& files) {
    class_index_.reset();
    if (Wants(FileKind::kInput)) Write(FileKind::kInput, EncodePng(input), files);
  }

  void WriteReport(const std::string& text) {
    class_index_.reset();
    const std::string name = OutputName(job_->stem, class_index_, FileKind::kReport);
    WriteAtomically(job_->folder / name, text);
  }

  void Keep() { written_.clear(); }

 private:
  [[nodiscard]] bool Wants(FileKind kind) const { return IsWanted(kind, settings_->outputs); }

  [[nodiscard]] IndexedImage Heatmap(const Map& normalized) const {
    const Image& picture = canvas_->picture;
    return DrawHeatmap(normalized, picture.width, picture.height, canvas_->seen,
                       settings_->render.map);
  }

  [[nodiscard]] Image OverlayOf(const IndexedImage& heatmap) const {
    return DrawOverlay(canvas_->picture, heatmap, palette(), settings_->render.alpha,
                       canvas_->seen);
  }

  [[nodiscard]] std::vector<std::uint8_t> Encoded(const Image& drawing) const {
    return EncodeImage(drawing, settings_->render.format);
  }

  [[nodiscard]] const Palette& palette() const { return PaletteOf(settings_->render.colormap); }

  void WriteGradcam(const Map& normalized, const Prediction& prediction,
                    std::vector<OutputFile>& files) {
    const bool wants_overlay = Wants(FileKind::kGradcamOverlay);
    const bool wants_panel = Wants(FileKind::kPanel);
    if (!Wants(FileKind::kGradcam) && !wants_overlay && !wants_panel) return;
    const IndexedImage heatmap = Heatmap(normalized);
    if (Wants(FileKind::kGradcam)) Write(FileKind::kGradcam, EncodePng(heatmap, palette()), files);
    if (!wants_overlay && !wants_panel) return;
    const Image overlay = OverlayOf(heatmap);
    if (wants_overlay) Write(FileKind::kGradcamOverlay, Encoded(overlay), files);
    if (!wants_panel) return;
    const Image panel =
        DrawPanel(canvas_->picture, Coloured(heatmap, palette()), overlay, Caption(prediction));
    Write(FileKind::kPanel, Encoded(panel), files);
  }

  void WriteSaliency(const Map& normalized, std::vector<OutputFile>& files) {
    if (!Wants(FileKind::kSaliency) && !Wants(FileKind::kSaliencyOverlay)) return;
    const IndexedImage heatmap = Heatmap(normalized);
    if (Wants(FileKind::kSaliency)) {
      Write(FileKind::kSaliency, EncodePng(heatmap, palette()), files);
    }
    if (Wants(FileKind::kSaliencyOverlay)) {
      Write(FileKind::kSaliencyOverlay, Encoded(OverlayOf(heatmap)), files);
    }
  }

  void WriteRaw(FileKind kind, const Map& raw, std::vector<OutputFile>& files) {
    if (Wants(kind)) Write(kind, EncodeNpy(raw), files);
  }

  void WriteDrawnMap(FileKind kind, const Map& normalized, std::vector<OutputFile>& files) {
    if (!Wants(kind)) return;
    const Image& picture = canvas_->picture;
    Write(kind,
          EncodeNpy(DrawMap(normalized, picture.width, picture.height, canvas_->seen,
                            settings_->render.map.upsampling)),
          files);
  }

  void Write(FileKind kind, const std::vector<std::uint8_t>& bytes,
             std::vector<OutputFile>& files) {
    const std::string name = OutputName(job_->stem, class_index_, kind, settings_->render.format);
    RemoveOtherReports(job_->folder, job_->stem, name);
    WriteAtomically(job_->folder / name, bytes);
    written_.push_back(job_->folder / name);
    files.push_back({KeyOf(kind), name});
  }

  const Job* job_;
  const Canvas* canvas_;
  const Settings* settings_;
  std::optional<int> class_index_;  // in the names of the class in work
  std::vector<fs::path> written_;
};

void RequireOwnReport(const Job& job, const Settings& settings) {
  const fs::path report = job.folder / OutputName(job.stem, {}, FileKind::kReport);
  if (settings.outputs.contains(Output::kJson) && IsForeignReport(report)) {
    throw Error(ErrorKind::kOutput, Quoted(report) + " was not written by gradcam; not replaced",
                "give another --output");
  }
}

// The report first.
std::vector<fs::path> PathsOf(const PictureReport& picture) {
  std::vector<fs::path> paths;
  if (!picture.report_file.empty()) paths.push_back(picture.folder / picture.report_file);
  for (const OutputFile& file : FilesOf(picture)) paths.push_back(picture.folder / file.name);
  return paths;
}

bool HasClass(const std::vector<ClassReport>& reports, int index) {
  return std::any_of(reports.begin(), reports.end(), [index](const ClassReport& report) {
    return report.prediction.index == index;
  });
}

}  // namespace

PictureReport WritePicture(const Job& job, LoadedPicture loaded, const Explanation& explanation,
                           const RunContext& run) {
  PictureReport report;
  report.image = {job.name,
                  loaded.sha256,
                  loaded.picture.image.width,
                  loaded.picture.image.height,
                  loaded.picture.exif_orientation,
                  explanation.seen};
  report.top = explanation.top;
  report.truth = explanation.truth;
  report.engine = explanation.engine;
  report.precision = explanation.precision;
  report.folder = job.folder;

  RequireOwnReport(job, run.settings);
  MakeFolder(job.folder);
  RemoveOldFiles(job);
  const Canvas canvas =
      CanvasOf(std::move(loaded.picture.image), explanation, run.settings.render.output_size);
  PictureWriter writer(job, canvas, run.settings);
  for (const ClassExplanation& explained : explanation.classes) {
    if (!HasClass(report.explanations, explained.prediction.index)) {
      report.explanations.push_back(writer.WriteClass(explained));
    }
  }
  writer.WriteInput(explanation.input, report.files);
  if (run.settings.outputs.contains(Output::kJson)) {
    report.report_file = OutputName(job.stem, {}, FileKind::kReport);
    writer.WriteReport(JsonText(report, run));
  }
  writer.Keep();
  return report;
}

void RequireFilesOf(const PictureReport& picture) {
  for (const fs::path& file : PathsOf(picture)) {
    if (::access(file.c_str(), F_OK) == 0) continue;
    throw Error(ErrorKind::kOutput, Quoted(file) + " was removed during the run");
  }
}

void RemoveFilesOf(const PictureReport& picture) {
  for (const fs::path& file : PathsOf(picture)) ::unlink(file.c_str());
}

void RemoveOldFiles(const Job& job) {
  // The report goes first: one on disk means that its files are complete.
  const std::string report = OutputName(job.stem, {}, FileKind::kReport);
  std::vector<std::string> names = job.stale;
  std::stable_partition(names.begin(), names.end(),
                        [&report](const std::string& name) { return name == report; });
  for (const std::string& name : names) {
    const fs::path file = job.folder / name;
    if (name == report && IsForeignReport(file)) continue;
    RemoveOtherReports(job.folder, job.stem, name);
    RemoveOldFile(file);
  }
}

}  // namespace gradcam

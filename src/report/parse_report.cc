#include "report/parse_report.h"

#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>
#include <vector>

#include "core/device_name.h"
#include "core/json_depth.h"
#include "model/card/json_field.h"
#include "report/text.h"

namespace gradcam {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchemaVersion = 1;

// As it stands in the file: a file name may hold control characters.
std::string RawText(const JsonField& field) {
  if (!field.value().is_string()) field.Fail("expected a text");
  return field.value().get<std::string>();
}

std::string TextOrEmpty(const JsonField& parent, const std::string& key) {
  return parent.Has(key) ? parent.At(key).Text() : "";
}

double NumberOrNan(const JsonField& parent, const std::string& key) {
  return parent.Has(key) ? parent.At(key).Number() : std::numeric_limits<double>::quiet_NaN();
}

int NonNegative(const JsonField& field) {
  const int number = field.Integer();
  if (number < 0) field.Fail("expected a number that is not negative");
  return number;
}

// The one of `choices` that has this name.
template <typename T>
T Named(const JsonField& field, std::initializer_list<T> choices) {
  const std::string name = RawText(field);
  for (const T choice : choices) {
    if (NameOf(choice) == name) return choice;
  }
  field.Fail("unknown value '" + Printable(name) + "'");
}

std::pair<int, int> HeightAndWidth(const JsonField& field) {
  const std::vector<JsonField> sides = field.Elements();
  if (sides.size() != 2) field.Fail("expected height and width");
  return {NonNegative(sides[0]), NonNegative(sides[1])};
}

Rect RectOf(const JsonField& field) {
  return {NonNegative(field.At("x")), NonNegative(field.At("y")),
          field.At("width").PositiveInteger(), field.At("height").PositiveInteger()};
}

// The bytes of a file's name.
std::string FileOf(const JsonField& field) {
  return field.Has("file_bytes") ? PercentDecode(RawText(field.At("file_bytes")))
                                 : RawText(field.At("file"));
}

ImageReport ImageOf(const JsonField& field) {
  ImageReport image{.file = FileOf(field),
                    .sha256 = RawText(field.At("sha256")),
                    .width = field.At("width").PositiveInteger(),
                    .height = field.At("height").PositiveInteger(),
                    .exif_orientation = field.At("exif_orientation").PositiveInteger(),
                    .seen = RectOf(field.At("seen"))};
  const Rect& seen = image.seen;
  if (seen.x > image.width - seen.width || seen.y > image.height - seen.height) {
    field.At("seen").Fail("lies outside of the picture");
  }
  return image;
}

Prediction PredictionOf(const JsonField& field) {
  return {.index = NonNegative(field.At("index")),
          .label = TextOrEmpty(field, "label"),
          .id = TextOrEmpty(field, "id"),
          .probability = NumberOrNan(field, "probability"),
          .logit = NumberOrNan(field, "logit")};
}

MapReport MapOf(const JsonField& field) {
  MapReport map;
  map.summary.status =
      Named(field.At("status"), {MapStatus::kNonfinite, MapStatus::kAllZero,
                                 MapStatus::kAllNonpositive, MapStatus::kFlat, MapStatus::kOk});
  map.summary.min = NumberOrNan(field, "min");
  map.summary.max = NumberOrNan(field, "max");
  map.summary.mean = NumberOrNan(field, "mean");
  if (field.Has("peak")) {
    const JsonField peak = field.At("peak");
    map.peak = Point{NonNegative(peak.At("x")), NonNegative(peak.At("y"))};
  }
  std::tie(map.height, map.width) = HeightAndWidth(field.At("size"));
  return map;
}

std::vector<OutputFile> FilesOf(const JsonField& field) {
  std::vector<OutputFile> files;
  for (const auto& [key, name] : field.Members()) files.push_back({key, RawText(name)});
  return files;
}

ClassReport ClassOf(const JsonField& field) {
  const JsonField explained = field.At("class");
  return {.prediction = PredictionOf(explained),
          .chosen_by =
              Named(explained.At("chosen_by"), {ClassTarget::By::kTop, ClassTarget::By::kIndex,
                                                ClassTarget::By::kLabel, ClassTarget::By::kTruth}),
          .gradcam = MapOf(field.At("gradcam")),
          .saliency = MapOf(field.At("saliency")),
          .files = FilesOf(field.At("files"))};
}

ModelReport ModelOf(const JsonField& field) {
  ModelReport model;
  model.file = RawText(field.At("file"));
  model.sha256 = RawText(field.At("sha256"));
  model.info.name = field.At("name").Text();
  model.info.layer = field.At("layer").Text();
  for (const JsonField& side : field.At("layer_shape").Elements()) {
    model.info.layer_shape.push_back(NonNegative(side));
  }
  model.info.output_kind = Named(field.At("output_kind"),
                                 {OutputKind::kSoftmax, OutputKind::kLogits, OutputKind::kSigmoid});
  model.info.classes = NonNegative(field.At("classes"));
  return model;
}

Preprocess PreprocessOf(const JsonField& field) {
  Preprocess preprocess;
  preprocess.name = field.At("name").Text();
  std::tie(preprocess.height, preprocess.width) = HeightAndWidth(field.At("size"));
  preprocess.filter = Named(field.At("filter"), {ResizeFilter::kBicubic, ResizeFilter::kBilinear});
  preprocess.mode = Named(field.At("resize_mode"), {ResizeMode::kSquash, ResizeMode::kShorter});
  if (field.Has("resize_pixels")) {
    preprocess.shorter_side = field.At("resize_pixels").PositiveInteger();
  }
  preprocess.scale = field.At("scale").Number();
  preprocess.mean = field.At("mean").ThreeNumbers();
  preprocess.std = field.At("std").ThreeNumbers();
  preprocess.bgr = field.At("bgr").Boolean();
  return preprocess;
}

RenderOptions RenderOf(const JsonField& field) {
  RenderOptions render;
  render.colormap = Named(
      field.At("colormap"),
      {Colormap::kJet, Colormap::kTurbo, Colormap::kViridis, Colormap::kInferno, Colormap::kGrey});
  render.alpha = field.At("alpha").Number();
  render.map.upsampling = Named(field.At("upsample"), {Upsampling::kEdge, Upsampling::kSkimage});
  render.map.normalization =
      Named(field.At("normalize"), {Normalization::kMax, Normalization::kMinMax});
  render.output_size = Named(field.At("output_size"), {OutputSize::kPicture, OutputSize::kInput});
  if (field.Has("format")) {
    render.format =
        Named(field.At("format"), {ImageFormat::kPng, ImageFormat::kJpg, ImageFormat::kWebp});
  }
  return render;
}

Precision PrecisionOf(const JsonField& tool) {
  return Named(tool.At("precision"),
               {Precision::kFloat32, Precision::kTf32, Precision::kBfloat16, Precision::kFloat16});
}

Device DeviceOf(const JsonField& tool) {
  const auto device = DeviceNamed(tool.At("device").Text());
  if (!device) tool.At("device").Fail("is no device");
  return *device;
}

Settings SettingsOf(const JsonField& document) {
  Settings settings;
  const JsonField preprocess = document.At("preprocess");
  settings.decode.exif =
      Named(preprocess.At("exif"), {ExifOrientation::kApply, ExifOrientation::kIgnore});
  settings.decode.alpha_channel =
      Named(preprocess.At("alpha_channel"),
            {AlphaChannel::kDrop, AlphaChannel::kWhite, AlphaChannel::kPremultiply});
  settings.explain.score =
      Named(document.At("score"),
            {Score::kLogOdds, Score::kLogit, Score::kProbability, Score::kLogProbability});
  settings.precision = PrecisionOf(document.At("tool"));
  settings.device = DeviceOf(document.At("tool"));
  settings.render = RenderOf(document.At("render"));
  return settings;
}

ToolReport ToolOf(const JsonField& field) {
  return {.version = field.At("version").Text(), .libtorch = field.At("libtorch").Text()};
}

Engine EngineOf(const JsonField& tool) {
  return Named(tool.At("engine"), {Engine::kLibtorch, Engine::kOpenvino});
}

Failure FailureOf(const JsonField& field) {
  return {
      .file = FileOf(field), .error = field.At("error").Text(), .hint = TextOrEmpty(field, "hint")};
}

int CountOrZero(const JsonField& field, const std::string& key) {
  return field.Has(key) ? NonNegative(field.At(key)) : 0;
}

RunCounts CountsOf(const JsonField& field) {
  return {.pictures = NonNegative(field.At("pictures")),
          .done = NonNegative(field.At("done")),
          .failed = NonNegative(field.At("failed")),
          .skipped = NonNegative(field.At("skipped")),
          .left_out = CountOrZero(field, "left_out"),
          .right = CountOrZero(field, "right"),
          .wrong = CountOrZero(field, "wrong"),
          .resumed = CountOrZero(field, "resumed")};
}

void CheckVersion(const JsonField& document) {
  const int version = document.At("schema_version").Integer();
  if (version == kSchemaVersion) return;
  throw OtherSchemaVersion(document.origin() + " has schema version " + std::to_string(version) +
                           ", this program reads version " + std::to_string(kSchemaVersion));
}

StoredReport ReportOf(const JsonField& document) {
  CheckVersion(document);
  StoredReport stored;
  stored.picture.image = ImageOf(document.At("image"));
  for (const JsonField& entry : document.At("top").Elements()) {
    stored.picture.top.push_back(PredictionOf(entry));
  }
  if (stored.picture.top.empty()) document.At("top").Fail("is empty");
  if (document.Has("truth")) {
    const JsonField truth = document.At("truth");
    stored.picture.truth = Prediction{.index = NonNegative(truth.At("index")),
                                      .label = TextOrEmpty(truth, "label"),
                                      .id = "",
                                      .probability = NumberOrNan(truth, "probability")};
  }
  for (const JsonField& entry : document.At("explanations").Elements()) {
    stored.picture.explanations.push_back(ClassOf(entry));
  }
  if (stored.picture.explanations.empty()) document.At("explanations").Fail("is empty");
  if (document.Has("files")) stored.picture.files = FilesOf(document.At("files"));
  stored.picture.engine = EngineOf(document.At("tool"));
  stored.picture.precision = PrecisionOf(document.At("tool"));
  stored.run.tool = ToolOf(document.At("tool"));
  stored.run.model = ModelOf(document.At("model"));
  stored.run.model.info.preprocess = PreprocessOf(document.At("preprocess"));
  stored.run.settings = SettingsOf(document);
  stored.run.settings_sha256 = RawText(document.At("settings_sha256"));
  return stored;
}

StoredRun RunOf(const JsonField& document) {
  CheckVersion(document);
  StoredRun stored;
  stored.tool = ToolOf(document.At("tool"));
  stored.model = ModelOf(document.At("model"));
  RunReport& report = stored.report;
  const bool has_bytes = document.Has("inputs_bytes");
  for (const JsonField& input : document.At(has_bytes ? "inputs_bytes" : "inputs").Elements()) {
    report.inputs.push_back(has_bytes ? PercentDecode(RawText(input)) : RawText(input));
  }
  report.counts = CountsOf(document.At("counts"));
  for (const JsonField& failure : document.At("failures").Elements()) {
    report.failures.push_back(FailureOf(failure));
  }
  report.interrupted = document.At("interrupted").Boolean();
  report.engine = EngineOf(document.At("tool"));
  report.started = document.At("time").At("started").Text();
  report.seconds = document.At("time").At("seconds").Number();
  return stored;
}

// Runs `read`, whose errors are about a document (kUsage), as errors about an input.
template <typename Read>
auto AsInput(const Read& read) {
  try {
    return read();
  } catch (const OtherSchemaVersion&) {
    throw;
  } catch (const Error& error) {
    throw Error(ErrorKind::kInput, error.what(), error.hint());
  }
}

}  // namespace

bool IsForeignJson(const std::string& text) {
  return JsonDepth(text) <= kDeepestJson && Json::accept(text) && !IsReport(text);
}

StoredReport ParseReport(const std::string& text, const std::string& origin) {
  return AsInput([&] {
    const Json document = JsonField::Parse(text, origin);
    return ReportOf(JsonField(document, origin));
  });
}

StoredRun ParseRun(const std::string& text, const std::string& origin) {
  return AsInput([&] {
    const Json document = JsonField::Parse(text, origin);
    return RunOf(JsonField(document, origin));
  });
}

}  // namespace gradcam

#include "report/picture_report.h"

#include <nlohmann/json.hpp>

#include "core/device_name.h"
#include "core/json_depth.h"
#include "report/path_json.h"
#include "report/text.h"

namespace gradcam {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchemaVersion = 1;

Json TextOrNull(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json RectToJson(const Rect& rect) {
  return {{"x", rect.x}, {"y", rect.y}, {"width", rect.width}, {"height", rect.height}};
}

Json ImageToJson(const ImageReport& image) {
  Json json = PathToJson("file", image.file);
  json["sha256"] = image.sha256;
  json["width"] = image.width;
  json["height"] = image.height;
  json["exif_orientation"] = image.exif_orientation;
  json["seen"] = RectToJson(image.seen);
  return json;
}

Json PreprocessToJson(const Preprocess& preprocess, const DecodeOptions& decode) {
  Json json;
  json["name"] = preprocess.name;
  json["size"] = {preprocess.height, preprocess.width};
  json["filter"] = NameOf(preprocess.filter);
  json["resize_mode"] = NameOf(preprocess.mode);
  if (preprocess.mode == ResizeMode::kShorter) json["resize_pixels"] = preprocess.shorter_side;
  json["scale"] = preprocess.scale;
  json["mean"] = preprocess.mean;
  json["std"] = preprocess.std;
  json["bgr"] = preprocess.bgr;
  json["exif"] = NameOf(decode.exif);
  json["alpha_channel"] = NameOf(decode.alpha_channel);
  return json;
}

Json RenderToJson(const RenderOptions& render) {
  return {
      {"colormap", NameOf(render.colormap)},       {"alpha", render.alpha},
      {"upsample", NameOf(render.map.upsampling)}, {"normalize", NameOf(render.map.normalization)},
      {"output_size", NameOf(render.output_size)}, {"format", NameOf(render.format)}};
}

Json TopToJson(const std::vector<Prediction>& top) {
  Json list = Json::array();
  int rank = 1;
  for (const Prediction& prediction : top) {
    list.push_back({{"rank", rank++},
                    {"index", prediction.index},
                    {"label", TextOrNull(prediction.label)},
                    {"id", TextOrNull(prediction.id)},
                    {"probability", prediction.probability},
                    {"logit", prediction.logit}});
  }
  return list;
}

Json MapToJson(const MapReport& map) {
  Json peak = nullptr;
  if (map.peak) peak = {{"x", map.peak->x}, {"y", map.peak->y}};
  return {{"status", NameOf(map.summary.status)},
          {"min", map.summary.min},
          {"max", map.summary.max},
          {"mean", map.summary.mean},
          {"peak", peak},
          {"size", {map.height, map.width}}};
}

Json FilesToJson(const std::vector<OutputFile>& files) {
  Json json = Json::object();
  for (const OutputFile& file : files) json[file.key] = ToUtf8(file.name);
  return json;
}

Json ClassToJson(const ClassReport& report) {
  Json json;
  json["class"] = {{"index", report.prediction.index},
                   {"label", TextOrNull(report.prediction.label)},
                   {"probability", report.prediction.probability},
                   {"chosen_by", NameOf(report.chosen_by)}};
  json["gradcam"] = MapToJson(report.gradcam);
  json["saliency"] = MapToJson(report.saliency);
  json["files"] = FilesToJson(report.files);
  return json;
}

}  // namespace

Json TargetToJson(const ClassTarget& target) {
  switch (target.by) {
    case ClassTarget::By::kIndex:
      return target.index;
    case ClassTarget::By::kLabel:
      return "label:" + target.label;
    case ClassTarget::By::kTruth:
      return "truth";
    case ClassTarget::By::kTop:
      break;
  }
  return "top";
}

Json ToolToJson(const RunContext& run, Engine engine, Precision precision) {
  return {{"name", "gradcam"},
          {"version", run.tool.version},
          {"libtorch", run.tool.libtorch},
          {"device", NameOf(run.settings.device)},
          {"engine", NameOf(engine)},
          {"precision", NameOf(precision)}};
}

Json ModelToJson(const ModelReport& model) {
  return {{"name", model.info.name},
          {"file", ToUtf8(model.file)},
          {"sha256", model.sha256},
          {"layer", model.info.layer},
          {"layer_shape", model.info.layer_shape},
          {"output_kind", NameOf(model.info.output_kind)},
          {"classes", model.info.classes}};
}

Json SettingsToJson(const Settings& settings, const ModelInfo& model) {
  Json classes = Json::array();
  for (const ClassTarget& target : settings.explain.classes)
    classes.push_back(TargetToJson(target));
  Json write = Json::array();
  for (const Output output : settings.outputs) write.push_back(NameOf(output));
  Json json;
  json["layer"] = model.layer;
  json["output_kind"] = NameOf(model.output_kind);
  json["preprocess"] = PreprocessToJson(model.preprocess, settings.decode);
  json["precision"] = NameOf(settings.precision);
  json["score"] = NameOf(settings.explain.score);
  json["class"] = classes;
  json["top_k"] = settings.explain.top_k;
  json["render"] = RenderToJson(settings.render);
  json["write"] = write;
  return json;
}

std::string CanonicalSettings(const Settings& settings, const ModelReport& model) {
  // nlohmann::json, not ordered_json: its keys are sorted.
  nlohmann::json labels = nlohmann::json::array();
  for (const Label& label : model.info.labels) labels.push_back({label.id, label.name});
  nlohmann::json canonical;
  canonical["labels"] = labels;
  canonical["model_name"] = model.info.name;
  canonical["model_sha256"] = model.sha256;
  canonical["settings"] = nlohmann::json(SettingsToJson(settings, model.info));
  canonical["engine"] = NameOf(settings.engine);
  canonical["deterministic"] = settings.deterministic;
  // Not its number: shards of one run may be computed on several devices.
  if (settings.device.kind == Device::Kind::kCuda) canonical["device"] = "cuda";
  return canonical.dump(-1, ' ', /*ensure_ascii=*/true, nlohmann::json::error_handler_t::replace);
}

Json ToJson(const PictureReport& picture, const RunContext& run) {
  Json explanations = Json::array();
  for (const ClassReport& report : picture.explanations) {
    explanations.push_back(ClassToJson(report));
  }
  Json json;
  json["schema_version"] = kSchemaVersion;
  json["tool"] = ToolToJson(run, picture.engine, picture.precision);
  json["model"] = ModelToJson(run.model);
  json["image"] = ImageToJson(picture.image);
  json["preprocess"] = PreprocessToJson(run.model.info.preprocess, run.settings.decode);
  json["score"] = NameOf(run.settings.explain.score);
  json["render"] = RenderToJson(run.settings.render);
  json["settings_sha256"] = run.settings_sha256;
  json["top"] = TopToJson(picture.top);
  if (picture.truth) {
    json["truth"] = {{"index", picture.truth->index},
                     {"label", TextOrNull(picture.truth->label)},
                     {"probability", picture.truth->probability}};
  }
  if (const auto correct = IsCorrect(picture.top, picture.truth)) json["correct"] = *correct;
  json["explanations"] = explanations;
  if (!picture.files.empty()) json["files"] = FilesToJson(picture.files);
  return json;
}

std::optional<bool> IsCorrect(const std::vector<Prediction>& top,
                              const std::optional<Prediction>& truth) {
  if (!truth || top.empty()) return std::nullopt;
  return top.front().index == truth->index;
}

std::vector<OutputFile> FilesOf(const PictureReport& picture) {
  std::vector<OutputFile> files;
  for (const ClassReport& explained : picture.explanations) {
    files.insert(files.end(), explained.files.begin(), explained.files.end());
  }
  files.insert(files.end(), picture.files.begin(), picture.files.end());
  return files;
}

bool IsReport(const std::string& text) {
  if (JsonDepth(text) > kDeepestJson) return false;
  const Json json = Json::parse(text, /*cb=*/nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("tool")) return false;
  const Json& tool = json["tool"];
  return tool.is_object() && tool.contains("name") && tool["name"] == "gradcam";
}

}  // namespace gradcam

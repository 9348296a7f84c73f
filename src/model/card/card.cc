#include "gradcam/card.h"

#include <algorithm>

#include "gradcam/error.h"
#include "model/card/json_field.h"
#include "model/card/labels.h"
#include "model/card/small_file.h"

namespace gradcam {
namespace {

constexpr int kSchemaVersion = 1;

ResizeFilter FilterFromJson(const JsonField& field) {
  const std::string name = field.Text();
  if (name == "bicubic") {
    return ResizeFilter::kBicubic;
  }
  if (name == "bilinear") {
    return ResizeFilter::kBilinear;
  }
  field.Fail("'" + name + "' is neither bicubic nor bilinear");
}

OutputKind OutputKindFromJson(const JsonField& field) {
  const std::string name = field.Text();
  if (name == "softmax") {
    return OutputKind::kSoftmax;
  }
  if (name == "logits") {
    return OutputKind::kLogits;
  }
  if (name == "sigmoid") {
    return OutputKind::kSigmoid;
  }
  field.Fail("'" + name + "' is none of softmax, logits, sigmoid");
}

void ReadResize(const JsonField& field, Preprocess& preprocess) {
  const std::string mode = field.At("mode").Text();
  if (mode == "squash") {
    preprocess.mode = ResizeMode::kSquash;
    return;
  }
  if (mode != "shorter") {
    field.At("mode").Fail("'" + mode + "' is neither squash nor shorter");
  }
  preprocess.mode = ResizeMode::kShorter;
  preprocess.shorter_side = field.At("pixels").PositiveInteger();
  if (preprocess.shorter_side < std::max(preprocess.height, preprocess.width)) {
    field.At("pixels").Fail("smaller than 'size', so there is nothing to crop");
  }
}

Preprocess PreprocessFromJson(const std::string& name, const JsonField& field) {
  Preprocess preprocess;
  preprocess.name = WithoutControls(name);
  const JsonField size_field = field.At("size");
  const std::vector<JsonField> size = size_field.Elements();
  if (size.size() != 2) {
    size_field.Fail("expected two whole numbers (height, width)");
  }
  preprocess.height = size[0].PositiveInteger();
  preprocess.width = size[1].PositiveInteger();
  preprocess.scale = field.At("scale").Number();
  if (!(preprocess.scale > 0)) {
    field.At("scale").Fail("expected a number above 0");
  }
  preprocess.mean = field.At("mean").ThreeNumbers();
  preprocess.std = field.At("std").ThreeNumbers();
  if (!std::all_of(preprocess.std.begin(), preprocess.std.end(), [](double s) { return s > 0; })) {
    field.At("std").Fail("expected numbers above 0");
  }
  if (field.Has("filter")) {
    preprocess.filter = FilterFromJson(field.At("filter"));
  }
  if (field.Has("resize")) {
    ReadResize(field.At("resize"), preprocess);
  }
  preprocess.bgr = field.Has("bgr") && field.At("bgr").Boolean();
  return preprocess;
}

std::vector<Preprocess> PreprocessesFromJson(const JsonField& field) {
  std::vector<Preprocess> preprocesses;
  for (const auto& [name, entry] : field.Members()) {
    preprocesses.push_back(PreprocessFromJson(name, entry));
  }
  std::stable_partition(preprocesses.begin(), preprocesses.end(),
                        [](const Preprocess& p) { return p.name == "imagenet"; });
  return preprocesses;
}

std::string OptionalText(const JsonField& field, const std::string& key) {
  return field.Has(key) ? field.At(key).Text() : "";
}

Weights WeightsFromJson(const JsonField& field) {
  return {.source = OptionalText(field, "source"),
          .licence = OptionalText(field, "licence"),
          .digest = OptionalText(field, "digest")};
}

}  // namespace

Card ParseCard(const std::string& json, const std::string& origin) {
  const nlohmann::ordered_json document = JsonField::Parse(json, origin);
  const JsonField root(document, origin);
  const int version = root.At("schema_version").PositiveInteger();
  if (version != kSchemaVersion) {
    root.At("schema_version")
        .Fail("version " + std::to_string(version) + " is not known, only version 1");
  }
  Card card;
  card.name = OptionalText(root, "name");
  card.layer = OptionalText(root, "layer");
  if (root.Has("output_kind")) {
    card.output_kind = OutputKindFromJson(root.At("output_kind"));
  }
  if (root.Has("preprocess")) {
    card.preprocess = PreprocessesFromJson(root.At("preprocess"));
  }
  if (root.Has("labels")) {
    card.labels = LabelsFromJson(root.At("labels"));
  }
  if (root.Has("weights")) {
    card.weights = WeightsFromJson(root.At("weights"));
  }
  return card;
}

Card ReadCard(const std::filesystem::path& file) {
  return ParseCard(ReadSmallFile(file, "card"), "card '" + file.string() + "'");
}

}  // namespace gradcam

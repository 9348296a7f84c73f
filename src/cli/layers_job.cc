#include "cli/layers_job.h"

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/available_cores.h"
#include "cli/model_lookup.h"
#include "core/shape_text.h"
#include "core/text_columns.h"
#include "gradcam/card.h"
#include "gradcam/error.h"
#include "model/layer_list.h"
#include "model/torchscript_file.h"
#include "report/json_text.h"
#include "report/text.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

constexpr int kSchemaVersion = 1;

std::optional<Card> CardOf(const LayersArguments& arguments, const TorchScriptFile& file) {
  if (arguments.model.card) return ReadCard(*arguments.model.card);
  if (const std::optional<std::string>& json = file.card_json()) {
    return ParseCard(*json, "card in '" + file.path().string() + "'");
  }
  return std::nullopt;
}

InputSize SizeOf(const LayersArguments& arguments, const TorchScriptFile& file,
                 const std::optional<Card>& card) {
  if (arguments.input_size) return *arguments.input_size;
  if (card && !card->preprocess.empty()) {
    return {card->preprocess.front().height, card->preprocess.front().width};
  }
  if (const auto traced = file.traced_input_size()) return {traced->at(0), traced->at(1)};
  throw Error(ErrorKind::kUsage,
              "model '" + file.path().string() + "' does not tell the size of its input",
              "give it with --input-size, or a card with --card");
}

std::string ShapeColumn(const std::vector<std::int64_t>& shape) {
  return shape.empty() ? "-" : ShapeText(shape);
}

std::string CutColumn(const LayerInfo& layer) {
  if (!layer.refusal.empty()) return "no: " + OneLine(layer.refusal);
  if (!layer.in_branch) return "yes";
  return "yes, in a branch or loop: " + Printable(layer.name) +
         "#k is the k-th time it runs, from 0";
}

void WriteTable(const std::vector<LayerInfo>& layers, bool color) {
  std::vector<std::vector<std::string>> rows{{"  layer", "type", "shape", "can be cut"}};
  for (const LayerInfo& layer : layers) {
    rows.push_back({(layer.is_default ? "* " : "  ") + Printable(layer.name), Printable(layer.type),
                    ShapeColumn(layer.shape), CutColumn(layer)});
  }
  const std::vector<std::string> lines = TableLines(rows);
  std::cout << Styled(lines.front(), Style::kHeading, color) << '\n';
  for (std::size_t i = 0; i < layers.size(); ++i) {
    std::cout << Styled(lines[i + 1], Style::kHeading, color && layers[i].is_default) << '\n';
  }
}

nlohmann::ordered_json LayersToJson(const TorchScriptFile& file, const InputSize& size,
                                    const std::vector<LayerInfo>& layers) {
  nlohmann::ordered_json document{{"schema_version", kSchemaVersion},
                                  {"file", ToUtf8(file.path().filename().string())},
                                  {"input_size", {size.height, size.width}},
                                  {"layers", nlohmann::ordered_json::array()}};
  for (const LayerInfo& layer : layers) {
    nlohmann::ordered_json entry{{"name", ToUtf8(layer.name)}, {"type", ToUtf8(layer.type)}};
    if (layer.shape.empty()) {
      entry["shape"] = nullptr;
    } else {
      entry["shape"] = layer.shape;
    }
    entry["can_cut"] = layer.refusal.empty();
    if (layer.refusal.empty()) {
      entry["reason"] = nullptr;
    } else {
      entry["reason"] = ToUtf8(OneLine(layer.refusal));
    }
    entry["in_branch"] = layer.in_branch;
    entry["default"] = layer.is_default;
    document["layers"].push_back(std::move(entry));
  }
  return document;
}

}  // namespace

ExitCode PrintLayers(const LayersArguments& arguments, const Environment& environment,
                     const Messages& messages) {
  const fs::path path = FindModel(
      arguments.model.model, ModelPlaces(arguments.model.models_dir, environment, ProgramPath()));
  (void)UseThreads(arguments.threads, environment);
  const TorchScriptFile file(
      path, arguments.model.trust_model ? Trust::kEverything : Trust::kAllowListOnly);
  const std::optional<Card> card = CardOf(arguments, file);
  const InputSize size = SizeOf(arguments, file, card);
  messages.PrintDetail("model file '" + path.string() + "', input " + std::to_string(size.height) +
                       "x" + std::to_string(size.width));
  // The card's layer, where there is one, is what a run without --layer takes.
  const std::vector<LayerInfo> layers =
      ListLayers(file, size.height, size.width, card ? card->layer : "");
  if (arguments.talk.json) {
    std::cout << JsonText(LayersToJson(file, size, layers));
  } else {
    WriteTable(layers, UseColor(arguments.talk.color, STDOUT_FILENO, environment));
  }
  return kExitDone;
}

}  // namespace gradcam

#include "cli/models_job.h"

#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/model_lookup.h"
#include "core/text_columns.h"
#include "gradcam/card.h"
#include "gradcam/error.h"
#include "model/torchscript_file.h"
#include "report/json_text.h"
#include "report/text.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kSchemaVersion = 1;

// What is told of one model.
struct Row {
  KnownModel model;
  std::optional<Card> card;
  std::optional<std::string> problem;  // why card or file cannot be used
};

// Where the weights come from, if the card says so.
std::optional<std::string> WeightsOf(const Row& row) {
  if (!row.card || row.card->weights.source.empty()) return std::nullopt;
  return row.card->weights.source;
}

std::optional<Card> CardInside(const fs::path& file) {
  const TorchScriptFile model(file);
  const std::optional<std::string>& text = model.card_json();
  if (!text) return std::nullopt;
  return ParseCard(*text, "card in '" + file.string() + "'");
}

// The card inside the exported file is the one that a run uses; the one beside it is for models
// that are not exported yet.
Row Describe(const KnownModel& model) {
  Row row{.model = model, .card = {}, .problem = {}};
  try {
    if (model.file) row.card = CardInside(*model.file);
    if (!row.card && model.card) row.card = ReadCard(*model.card);
  } catch (const Error& error) {
    row.problem = error.what();
  }
  return row;
}

Json OrNull(const std::optional<std::string>& text) { return text ? Json(ToUtf8(*text)) : Json(); }

Json ToJson(const Row& row) {
  const std::optional<Card>& card = row.card;
  Json size;
  if (card && !card->preprocess.empty()) {
    size = {card->preprocess.front().height, card->preprocess.front().width};
  }
  Json entry{{"name", ToUtf8(row.model.name)}};
  entry["file"] = row.model.file ? Json(ToUtf8(row.model.file->string())) : Json();
  entry["card"] = row.model.card ? Json(ToUtf8(row.model.card->string())) : Json();
  entry["layer"] = card && !card->layer.empty() ? Json(ToUtf8(card->layer)) : Json();
  entry["input_size"] = size;
  entry["weights"] = OrNull(WeightsOf(row));
  entry["problem"] = OrNull(row.problem);
  return entry;
}

void WriteJson(const std::vector<Row>& rows, const std::vector<fs::path>& places) {
  Json document{
      {"schema_version", kSchemaVersion}, {"places", Json::array()}, {"models", Json::array()}};
  for (const fs::path& place : places) document["places"].push_back(ToUtf8(place.string()));
  for (const Row& row : rows) document["models"].push_back(ToJson(row));
  std::cout << JsonText(document);
}

std::vector<std::string> CellsOf(const Row& row) {
  std::string size = "-";
  if (row.card && !row.card->preprocess.empty()) {
    const Preprocess& first = row.card->preprocess.front();
    size = std::to_string(first.height) + "x" + std::to_string(first.width);
  }
  const bool has_layer = row.card && !row.card->layer.empty();
  return {
      Printable(row.model.name),
      row.model.file ? Printable(row.model.file->string()) : "not exported",
      has_layer ? Printable(row.card->layer) : "-", size,
      row.problem ? "problem: " + OneLine(*row.problem) : OneLine(WeightsOf(row).value_or("-"))};
}

void WriteTable(const std::vector<Row>& models, bool color) {
  std::vector<std::vector<std::string>> rows{{"name", "file", "layer", "input", "weights"}};
  for (const Row& model : models) rows.push_back(CellsOf(model));
  bool is_heading = true;
  for (const std::string& line : TableLines(rows)) {
    std::cout << Styled(line, Style::kHeading, is_heading && color) << '\n';
    is_heading = false;
  }
}

}  // namespace

ExitCode PrintModels(const ModelsArguments& arguments, const Environment& environment) {
  const std::vector<fs::path> places =
      ModelPlaces(arguments.models_dir, environment, ProgramPath());
  std::vector<Row> rows;
  for (const KnownModel& model : FindKnownModels(places)) rows.push_back(Describe(model));
  if (arguments.talk.json) {
    WriteJson(rows, places);
  } else {
    WriteTable(rows, UseColor(arguments.talk.color, STDOUT_FILENO, environment));
  }
  return kExitDone;
}

}  // namespace gradcam

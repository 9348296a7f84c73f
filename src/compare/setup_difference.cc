#include "compare/setup_difference.h"

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "report/picture_report.h"
#include "report/settings.h"
#include "report/text.h"

namespace gradcam {
namespace {

std::string Change(const std::string& what, const std::string& baseline,
                   const std::string& current) {
  return what + ": " + Printable(baseline) + " -> " + Printable(current);
}

using Setup = std::map<std::string, std::string>;

// What must be the same for results to be comparable, as text.
Setup SetupOf(const StoredReport& report) {
  const ModelInfo& model = report.run.model.info;
  Setup setup{{"layer", "'" + model.layer + "'"},
              {"layer shape", nlohmann::json(model.layer_shape).dump()},
              {"classes", std::to_string(model.classes)},
              {"score", NameOf(report.run.settings.explain.score)}};
  const nlohmann::ordered_json preprocess =
      SettingsToJson(report.run.settings, model).at("preprocess");
  for (const auto& [key, value] : preprocess.items()) {
    // Two names for the same numbers are no difference.
    if (key != "name") setup["preprocess." + key] = value.dump();
  }
  return setup;
}

std::string ValueIn(const Setup& setup, const std::string& key) {
  const auto found = setup.find(key);
  return found == setup.end() ? "nothing" : found->second;
}

// The names of the classes that a report lists.
std::map<int, std::string> LabelsIn(const PictureReport& report) {
  std::map<int, std::string> labels;
  for (const Prediction& prediction : report.top) labels[prediction.index] = prediction.label;
  for (const ClassReport& explained : report.explanations) {
    labels[explained.prediction.index] = explained.prediction.label;
  }
  return labels;
}

void CompareLabels(const PictureReport& baseline, const PictureReport& current,
                   std::vector<std::string>& differences) {
  const std::map<int, std::string> names = LabelsIn(current);
  for (const auto& [index, label] : LabelsIn(baseline)) {
    const auto other = names.find(index);
    if (other != names.end() && other->second != label) {
      differences.push_back(Change("label of class " + std::to_string(index), "'" + label + "'",
                                   "'" + other->second + "'"));
    }
  }
}

}  // namespace

SetupDifference CompareSetup(const StoredReport& baseline, const StoredReport& current) {
  SetupDifference result;
  const Setup before = SetupOf(baseline);
  const Setup after = SetupOf(current);
  std::set<std::string> keys;
  for (const auto& [key, value] : before) keys.insert(key);
  for (const auto& [key, value] : after) keys.insert(key);
  for (const std::string& key : keys) {
    const std::string old_value = ValueIn(before, key);
    const std::string new_value = ValueIn(after, key);
    if (old_value != new_value) result.differences.push_back(Change(key, old_value, new_value));
  }
  CompareLabels(baseline.picture, current.picture, result.differences);
  const std::string old_precision = NameOf(baseline.run.settings.precision);
  const std::string new_precision = NameOf(current.run.settings.precision);
  if (old_precision != new_precision) {
    result.notes.push_back(Change("precision", old_precision, new_precision));
  }
  if (baseline.picture.image.sha256 != current.picture.image.sha256) {
    result.notes.emplace_back("the picture itself is another: its file has another SHA-256");
  }
  result.same_model = baseline.run.model.sha256 == current.run.model.sha256;
  return result;
}

}  // namespace gradcam

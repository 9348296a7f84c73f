#include "compare/comparison_json.h"

#include <cerrno>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "core/file_handle.h"
#include "gradcam/error.h"
#include "report/json_text.h"
#include "report/path_json.h"
#include "report/settings.h"
#include "report/text.h"

namespace gradcam {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchemaVersion = 1;

Json LimitsToJson(const Limits& limits) {
  return {{"max_difference", limits.max_difference},
          {"max_rmse", limits.max_rmse},
          {"min_correlation", limits.min_correlation},
          {"min_iou", limits.min_iou},
          {"max_peak_shift", limits.max_peak_shift},
          {"max_probability_difference", limits.max_probability_difference}};
}

Json CountsToJson(const CompareSummary& summary) {
  Json counts{{"pictures", summary.pictures}, {"failed", summary.failed}};
  for (const FindingKind kind : kFindingKinds) counts[NameOf(kind)] = summary.count(kind);
  counts["other_model"] = summary.other_model;
  return counts;
}

Json ExtremeToJson(const std::optional<Extreme>& extreme) {
  if (!extreme) return nullptr;
  Json json = PathToJson("file", extreme->name + ".json");
  json["value"] = extreme->value;
  return json;
}

Json ExtremesToJson(const Extremes& extremes) {
  return {{"max_difference", ExtremeToJson(extremes.max_difference)},
          {"rmse", ExtremeToJson(extremes.rmse)},
          {"correlation", ExtremeToJson(extremes.correlation)},
          {"iou", ExtremeToJson(extremes.iou)},
          {"peak_shift", ExtremeToJson(extremes.peak_shift)},
          {"probability_difference", ExtremeToJson(extremes.probability_difference)}};
}

Json FindingToJson(const Finding& finding) {
  Json json{{"kind", NameOf(finding.kind)}, {"text", ToUtf8(finding.text)}};
  if (!finding.measure.empty()) json["measure"] = finding.measure;
  if (finding.side) json["side"] = NameOf(*finding.side);
  if (finding.class_index) json["class"] = *finding.class_index;
  if (finding.map) json["map"] = NameOf(*finding.map);
  if (finding.value) json["value"] = *finding.value;
  if (finding.limit) json["limit"] = *finding.limit;
  return json;
}

Json MeasuresToJson(const MapMeasures& measures) {
  return {{"max_difference", measures.max_difference},
          {"max_difference_at",
           {{"x", measures.max_difference_at.x}, {"y", measures.max_difference_at.y}}},
          {"rmse", measures.rmse},
          {"correlation", measures.correlation},
          {"iou", measures.iou},
          {"peak_shift", measures.peak_shift}};
}

Json MapToJson(const MapComparison& map) {
  return {{"form", NameOf(map.form)},
          {"baseline_status", NameOf(map.baseline_status)},
          {"current_status", NameOf(map.current_status)},
          {"measures", map.measures ? MeasuresToJson(*map.measures) : Json(nullptr)}};
}

Json ClassToJson(const ClassComparison& explained) {
  Json json{{"index", explained.index},
            {"label", explained.label.empty() ? Json(nullptr) : Json(explained.label)},
            {"baseline_probability", explained.baseline_probability},
            {"current_probability", explained.current_probability},
            {"maps", Json::object()}};
  for (const MapComparison& map : explained.maps) json["maps"][NameOf(map.kind)] = MapToJson(map);
  return json;
}

Json PictureToJson(const PictureComparison& picture) {
  Json json = PathToJson("file", picture.name + ".json");
  json["status"] = NameOf(picture.status);
  json["failed"] = picture.failed;
  json["findings"] = Json::array();
  for (const Finding& finding : picture.findings) {
    json["findings"].push_back(FindingToJson(finding));
  }
  json["notes"] = picture.notes;
  json["same_model"] = picture.same_model;
  json["max_probability_difference"] = picture.max_probability_difference
                                           ? Json(*picture.max_probability_difference)
                                           : Json(nullptr);
  json["classes"] = Json::array();
  for (const ClassComparison& explained : picture.classes) {
    json["classes"].push_back(ClassToJson(explained));
  }
  return json;
}

Json DocumentOf(const CompareSummary& summary, const ComparedPaths& paths, const Limits& limits) {
  Json json;
  json["schema_version"] = kSchemaVersion;
  json["baseline"] = ToUtf8(paths.baseline);
  json["current"] = ToUtf8(paths.current);
  json["passed"] = summary.failed == 0;
  json["limits"] = LimitsToJson(limits);
  json["counts"] = CountsToJson(summary);
  json["extremes"] = ExtremesToJson(summary.extremes);
  json["notes"] = summary.notes;
  return json;
}

// An element of an array that is a member of the document.
std::string ElementText(const Json& json) {
  std::string text = JsonText(json);
  text.pop_back();  // its line end
  std::string indented = "\n  ";
  for (const char c : text) {
    indented += c;
    if (c == '\n') indented += "  ";
  }
  return indented;
}

[[noreturn]] void FailFile(int error) {
  throw Error(ErrorKind::kOutput,
              "cannot keep what differs in a temporary file: " + SystemMessage(error));
}

}  // namespace

void ComparisonJson::Add(const PictureComparison& different) {
  if (!is_empty_) texts_ += ",";
  is_empty_ = false;
  texts_ += ElementText(PictureToJson(different));
  if (texts_.size() > most_in_memory_) MoveToFile();
}

void ComparisonJson::MoveToFile() {
  if (!file_) file_.reset(std::tmpfile());
  if (!file_ || std::fwrite(texts_.data(), 1, texts_.size(), file_.get()) != texts_.size()) {
    FailFile(errno);
  }
  texts_.clear();
}

void ComparisonJson::Write(const CompareSummary& summary, const ComparedPaths& paths,
                           const Limits& limits, std::ostream& out) {
  std::string document = JsonText(DocumentOf(summary, paths, limits));
  document.resize(document.rfind("\n}"));
  out << document << ",\n \"pictures\": [";
  if (file_) {
    if (std::fseek(file_.get(), 0, SEEK_SET) != 0) FailFile(errno);
    std::vector<char> piece(std::size_t{1} << 16U);
    while (const std::size_t size = std::fread(piece.data(), 1, piece.size(), file_.get())) {
      out.write(piece.data(), static_cast<std::streamsize>(size));
    }
    if (std::ferror(file_.get()) != 0) FailFile(EIO);
  }
  out << texts_ << (is_empty_ ? "" : "\n ") << "]\n}\n";
}

}  // namespace gradcam

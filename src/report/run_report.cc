#include "report/run_report.h"

#include <nlohmann/json.hpp>

#include "report/path_json.h"

namespace gradcam {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchemaVersion = 1;

Json StagesToJson(const StageTimes& times) {
  Json json;
  for (const Stage& stage : StagesOf(times)) json[stage.key] = stage.seconds;
  return json;
}

}  // namespace

std::vector<Stage> StagesOf(const StageTimes& times) {
  std::vector<Stage> stages = {{"decode", "decode", times.io.decode},
                               {"prepare", "prepare", times.explain.prepare},
                               {"features", "features", times.explain.features},
                               {"head", "head", times.explain.head},
                               {"gradient", "gradient", times.explain.gradient},
                               {"check", "check", times.explain.check},
                               {"write", "write", times.io.write},
                               {"network_wait", "network waited", times.io.network_wait},
                               {"io_wait", "I/O threads waited", times.io.io_wait}};
  if (times.explain.warm_up > 0) {
    stages.insert(stages.begin() + 2, {"warm_up", "warm-up", times.explain.warm_up});
  }
  return stages;
}

int Explained(const RunCounts& counts) { return counts.done + counts.left_out; }

double PicturesPerSecond(const RunReport& report) {
  return report.seconds > 0 ? Explained(report.counts) / report.seconds : 0;
}

Json ToJson(const Failure& failure) {
  Json json = PathToJson("file", failure.file);
  json["error"] = failure.error;
  if (!failure.hint.empty()) json["hint"] = failure.hint;
  return json;
}

Json ToJson(const RunReport& report, const RunContext& run) {
  Json json;
  json["schema_version"] = kSchemaVersion;
  json["tool"] = ToolToJson(run, report.engine, run.settings.precision);
  json["model"] = ModelToJson(run.model);
  json["settings"] = SettingsToJson(run.settings, run.model.info);
  json["settings_sha256"] = run.settings_sha256;
  json.update(PathsToJson("inputs", report.inputs));
  if (report.shard) {
    json["shard"] = {{"index", report.shard->number}, {"of", report.shard->count}};
  }
  json["counts"] = {{"pictures", report.counts.pictures},
                    {"done", report.counts.done},
                    {"failed", report.counts.failed},
                    {"skipped", report.counts.skipped}};
  if (report.counts.resumed > 0) json["counts"]["resumed"] = report.counts.resumed;
  if (report.counts.left_out > 0) json["counts"]["left_out"] = report.counts.left_out;
  if (report.counts.right + report.counts.wrong > 0) {
    json["counts"]["right"] = report.counts.right;
    json["counts"]["wrong"] = report.counts.wrong;
  }
  if (report.recoveries.halved > 0) json["counts"]["halved_batches"] = report.recoveries.halved;
  if (report.recoveries.redone_pictures > 0) {
    json["counts"]["redone_in_float32"] = report.recoveries.redone_pictures;
  }
  json["interrupted"] = report.interrupted;
  json["failures"] = FailuresToJson(report.failures);
  if (!report.notes.empty()) json["notes"] = report.notes;
  json["time"] = {{"started", report.started},
                  {"seconds", report.seconds},
                  {"pictures_per_second", PicturesPerSecond(report)}};
  if (report.stages) json["time"]["stages"] = StagesToJson(*report.stages);
  return json;
}

Json FailuresToJson(const std::vector<Failure>& failures) {
  Json list = Json::array();
  for (const Failure& failure : failures) list.push_back(ToJson(failure));
  return list;
}

}  // namespace gradcam

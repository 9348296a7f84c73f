#include "run/worker/answers.h"

#include <nlohmann/json.hpp>

#include "core/joined.h"
#include "report/json_text.h"
#include "run/temporary_name.h"

namespace gradcam {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchemaVersion = 1;

}  // namespace

std::string ReadyLine(const RunContext& run, Engine engine) {
  Json json;
  json["schema_version"] = kSchemaVersion;
  json["ready"] = true;
  json["tool"] = ToolToJson(run, engine, run.settings.precision);
  json["model"] = ModelToJson(run.model);
  json["settings"] = SettingsToJson(run.settings, run.model.info);
  json["settings_sha256"] = run.settings_sha256;
  json["temporary_files"] = TemporaryPrefix();
  return JsonLine(json);
}

std::string ErrorLine(const Request& request, const Error& error) {
  Json json;
  json["error"] = error.what();
  if (!error.hint().empty()) json["hint"] = error.hint();
  return "{\"id\":" + request.id + "," + JsonLine(json).substr(1);
}

void Answer::Add(const PictureReport& picture, const RunContext& run) {
  results_.push_back(JsonLine(ToJson(picture, run)));
}

void Answer::Add(const EarlierReport& earlier) {
  results_.push_back(OnOneLine(earlier.text));
  ++resumed_;
}

void Answer::Add(const Failure& failure) { failures_.push_back(JsonLine(ToJson(failure))); }

std::string Answer::Line(const Request& request) const {
  return "{\"id\":" + request.id + ",\"results\":[" + Joined(results_, ",") + "],\"failures\":[" +
         Joined(failures_, ",") + "]" +
         (resumed_ > 0 ? ",\"resumed\":" + std::to_string(resumed_) : "") + "}";
}

}  // namespace gradcam

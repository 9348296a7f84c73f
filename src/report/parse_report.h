#pragma once

#include <string>

#include "gradcam/error.h"
#include "report/picture_report.h"
#include "report/run_report.h"

namespace gradcam {

// A picture's report, read back: what ToJson(picture, run) was given, less what the JSON does not
// hold (labels and order of the classes asked for, folder). Numbers that are null are NaN.
struct StoredReport {
  PictureReport picture;
  RunContext run;
};

// A run.json, read back: the fields that a reader of results needs.
struct StoredRun {
  RunReport report;
  ToolReport tool;
  ModelReport model;
};

// A report of a schema version that this program does not read.
class OtherSchemaVersion : public Error {
 public:
  explicit OtherSchemaVersion(const std::string& message) : Error(ErrorKind::kInput, message) {}
};

// Whether `text` is JSON, but no report that gradcam wrote. A torn report is no JSON, so not
// foreign.
[[nodiscard]] bool IsForeignJson(const std::string& text);

// `origin` names the text in messages ("report 'a/cat.json'"). Both throw OtherSchemaVersion,
// or Error(kInput) that names the first wrong or missing field.
[[nodiscard]] StoredReport ParseReport(const std::string& text, const std::string& origin);
[[nodiscard]] StoredRun ParseRun(const std::string& text, const std::string& origin);

}  // namespace gradcam

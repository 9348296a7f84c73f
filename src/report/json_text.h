#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/picture_report.h"
#include "report/run_report.h"

namespace gradcam {

// `document` as JSON text, indented by 1, with a line end. Always valid: bytes that are no UTF-8
// become U+FFFD, numbers that are not finite become null.
[[nodiscard]] std::string JsonText(const nlohmann::ordered_json& document);

// The text of a picture's report and of run.json.
[[nodiscard]] std::string JsonText(const PictureReport& picture, const RunContext& run);
[[nodiscard]] std::string JsonText(const RunReport& report, const RunContext& run);

// The same on one line, without line end, as results.jsonl holds reports.
[[nodiscard]] std::string JsonLine(const nlohmann::ordered_json& document);
[[nodiscard]] std::string JsonLine(const PictureReport& picture, const RunContext& run);

// `text`, a report, on one line. Throws Error(kInput) if it is no JSON.
[[nodiscard]] std::string OnOneLine(const std::string& text);

}  // namespace gradcam

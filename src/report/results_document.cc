#include "report/results_document.h"

#include <nlohmann/json.hpp>

#include "report/json_text.h"

namespace gradcam {
namespace {

constexpr const char* kBegin = "{\n\"schema_version\": 1,\n\"results\": [";

}  // namespace

void ResultsDocument::Add(const PictureReport& picture, const RunContext& run) {
  Add(JsonLine(picture, run));
}

void ResultsDocument::Add(const std::string& report) {
  *out_ << (has_begun_ ? "," : kBegin) << '\n' << report;
  has_begun_ = true;
}

void ResultsDocument::Finish(const std::vector<Failure>& failures) {
  if (!has_begun_) *out_ << kBegin;
  *out_ << "],\n\"failures\": " << JsonLine(FailuresToJson(failures)) << "\n}\n";
}

}  // namespace gradcam

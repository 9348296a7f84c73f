#pragma once

#include <string>
#include <vector>

#include "report/picture_report.h"
#include "report/run_report.h"
#include "run/earlier_results.h"
#include "run/worker/request.h"

namespace gradcam {

// The lines that a worker writes, without their line ends: docs/schema/worker.schema.json.

// The first one: that it is ready, for what, and what the names of its temporary files begin with.
[[nodiscard]] std::string ReadyLine(const RunContext& run, Engine engine);

// Why `request` was not taken.
[[nodiscard]] std::string ErrorLine(const Request& request, const Error& error);

// What has become of the pictures of a request.
class Answer {
 public:
  void Add(const PictureReport& picture, const RunContext& run);
  // An earlier run had done it. Throws Error(kInput) if it is no JSON.
  void Add(const EarlierReport& earlier);
  void Add(const Failure& failure);

  [[nodiscard]] std::string Line(const Request& request) const;

 private:
  // JSON texts.
  std::vector<std::string> results_;
  std::vector<std::string> failures_;
  int resumed_ = 0;  // results of an earlier run
};

}  // namespace gradcam

#pragma once

#include <string>
#include <vector>

#include "report/parse_report.h"

namespace gradcam {

// What was not the same when two results were made, one sentence each.
struct SetupDifference {
  // Layer, layer shape, score, preprocessing, number of classes, labels: such results cannot be
  // compared.
  std::vector<std::string> differences;
  // What may differ: precision, and the bytes of the picture.
  std::vector<std::string> notes;
  bool same_model = true;  // by the SHA-256 of the file
};

[[nodiscard]] SetupDifference CompareSetup(const StoredReport& baseline,
                                           const StoredReport& current);

}  // namespace gradcam

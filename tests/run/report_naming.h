#pragma once

#include <string>
#include <vector>

#include "report/json_text.h"
#include "report/sample_report.h"

namespace gradcam {

// The report of some picture that has these files.
inline std::string ReportNaming(const std::vector<std::string>& files) {
  PictureReport picture = SamplePicture();
  picture.explanations.resize(1);
  picture.explanations[0].files.clear();
  for (const std::string& file : files) picture.explanations[0].files.push_back({"gradcam", file});
  return JsonText(picture, SampleContext());
}

}  // namespace gradcam

#pragma once

#include <string>

#include "report/picture_report.h"
#include "report/run_report.h"

namespace gradcam {

// Made-up results with numbers that are easy to recognise.
[[nodiscard]] RunContext SampleContext();
[[nodiscard]] PictureReport SamplePicture();
[[nodiscard]] RunReport SampleRun();

// The text of tests/data/report/`name`, which test_schemas.py validates as well.
[[nodiscard]] std::string SampleText(const std::string& name);

}  // namespace gradcam

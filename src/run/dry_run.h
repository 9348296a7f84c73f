#pragma once

#include <string>
#include <vector>

#include "report/settings.h"
#include "run/job_source.h"

namespace gradcam {

// The names of all files that a picture will have in its folder. A class that only the network can
// tell stands in angle brackets: "cat.<top>.gradcam.png".
[[nodiscard]] std::vector<std::string> NamesToWrite(const Job& job, const Settings& settings);

}  // namespace gradcam

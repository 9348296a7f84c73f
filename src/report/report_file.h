#pragma once

#include <filesystem>
#include <string>

namespace gradcam {

// The text of a report's file, which has at most 256 MiB. Throws std::system_error as ReadFile
// (core/read_file.h).
[[nodiscard]] std::string ReadReportFile(const std::filesystem::path& file);

}  // namespace gradcam

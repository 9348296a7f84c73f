#include "run/own_report.h"

#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

#include "core/read_file.h"
#include "report/picture_report.h"

namespace gradcam {

bool IsForeignReport(const std::filesystem::path& file) {
  constexpr std::uint64_t kLargestReport = std::uint64_t{256} << 20U;
  try {
    const std::vector<std::uint8_t> bytes = ReadFile(file, kLargestReport);
    return !bytes.empty() && !IsReport(std::string(bytes.begin(), bytes.end()));
  } catch (const std::system_error& error) {
    return error.code() != std::errc::no_such_file_or_directory;
  }
}

}  // namespace gradcam

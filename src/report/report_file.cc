#include "report/report_file.h"

#include <cstdint>
#include <vector>

#include "core/read_file.h"

namespace gradcam {

std::string ReadReportFile(const std::filesystem::path& file) {
  // Far above any report: a run.json that lists 100,000 failures is 20 MB.
  constexpr std::uint64_t kLargestReport = std::uint64_t{256} << 20U;
  const std::vector<std::uint8_t> bytes = ReadFile(file, kLargestReport);
  return {bytes.begin(), bytes.end()};
}

}  // namespace gradcam

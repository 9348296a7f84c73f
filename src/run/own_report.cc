#include "run/own_report.h"

#include <cstdint>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include "core/read_file.h"
#include "image/png.h"
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

bool IsForeignPicture(const std::filesystem::path& file) {
  constexpr std::size_t kHead = 100;
  std::ifstream stream(file, std::ios::binary);
  std::string head(kHead, '\0');
  stream.read(head.data(), kHead);
  head.resize(static_cast<std::size_t>(stream.gcount()));
  return std::filesystem::exists(file) && !head.empty() &&
         head.find(kPngSoftware) == std::string::npos;
}

}  // namespace gradcam

#include "run/own_report.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include "core/read_file.h"
#include "image/encode.h"
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
  // The head of a PNG or JPEG file says who made it, and the end of a WebP file.
  constexpr std::streamoff kPart = 100;
  std::ifstream stream(file, std::ios::binary);
  const auto read = [&stream] {
    std::vector<std::uint8_t> bytes(kPart);
    stream.read(reinterpret_cast<char*>(bytes.data()), kPart);
    bytes.resize(static_cast<std::size_t>(stream.gcount()));
    stream.clear();
    return bytes;
  };
  const std::vector<std::uint8_t> head = read();
  if (head.empty()) return false;
  if (IsMadeByGradcam(head)) return false;
  stream.seekg(0, std::ios::end);
  stream.seekg(std::max(std::streamoff{0}, std::streamoff{stream.tellg()} - kPart));
  return !IsMadeByGradcam(read());
}

}  // namespace gradcam

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace gradcam {

// Cuts the content of a file, which comes in pieces, into lines.
class LineSplitter {
 public:
  // `take` gets each line that this piece completes, without its line end, and where it begins.
  void Add(std::string_view piece,
           const std::function<void(std::uint64_t offset, std::string_view line)>& take);

  // What is behind the last line end, and where that begins.
  [[nodiscard]] const std::string& rest() const { return rest_; }
  [[nodiscard]] std::uint64_t rest_offset() const { return offset_; }

 private:
  std::string rest_;
  std::uint64_t offset_ = 0;
};

}  // namespace gradcam

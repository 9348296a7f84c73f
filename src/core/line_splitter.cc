#include "core/line_splitter.h"

#include <cstddef>

namespace gradcam {

void LineSplitter::Add(std::string_view piece,
                       const std::function<void(std::uint64_t, std::string_view)>& take) {
  rest_ += piece;
  std::size_t begin = 0;
  for (std::size_t end = rest_.find('\n'); end != std::string::npos;
       end = rest_.find('\n', begin)) {
    take(offset_ + begin, std::string_view(rest_).substr(begin, end - begin));
    begin = end + 1;
  }
  rest_.erase(0, begin);
  offset_ += begin;
}

}  // namespace gradcam

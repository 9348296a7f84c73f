#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "run/inputs/input_wait.h"

namespace gradcam {

// Lines of a list, read from a file or pipe as they come.
class LineSource {
 public:
  // `descriptor` is only read and stays the caller's; `separator` ends a line.
  LineSource(int descriptor, char separator) : descriptor_(descriptor), separator_(separator) {}

  // The next line without its separator; the last one needs none. Waits until it is whole. Nothing
  // at the end, and soon after a stop request. Throws std::system_error if it cannot be read, and
  // with EFBIG for a line of more than a MiB, which no list has; the next call goes on behind that
  // line.
  [[nodiscard]] std::optional<std::string> Next(const InputWait& wait);

 private:
  void SkipLine(const InputWait& wait);
  [[nodiscard]] bool Fill(const InputWait& wait);

  int descriptor_;
  char separator_;
  std::string buffer_;
  std::size_t begin_ = 0;     // of what has not been handed out
  bool is_too_long_ = false;  // the line at begin_: the next call goes on behind it
  bool at_end_ = false;
};

}  // namespace gradcam

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gradcam {

// A drawn line of text.
struct TextLine {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> ink;  // height * width, rows from the top: 0 paper ... 255 ink
};

// `text`, UTF-8, in a font without serifs that has ASCII only (ascii.h), its capitals 16 pixels
// high; cut short with "..." where it would be wider than `max_width` pixels. Throws Error(kOutput)
// if OpenCV cannot draw it.
[[nodiscard]] TextLine DrawTextLine(const std::string& text, int max_width);

}  // namespace gradcam

#include "image/text_line.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "gradcam/error.h"
#include "image/ascii.h"

namespace gradcam {
namespace {

constexpr int kCapHeight = 16;  // of capitals
// Text is drawn several times as large as it is shown: OpenCV's stroke fonts look coarse otherwise.
constexpr int kOversampling = 4;
constexpr int kFont = cv::FONT_HERSHEY_DUPLEX;

// Size and place of a line of oversampled text.
struct TextBox {
  double scale = 1;
  int thickness = 1;
  cv::Size size;
  int baseline = 0;
};

TextBox Measure(const std::string& text) {
  TextBox box;
  box.thickness = kOversampling + kOversampling / 2;
  box.scale = cv::getFontScaleFromHeight(kFont, kCapHeight * kOversampling, box.thickness);
  box.size = cv::getTextSize(text, kFont, box.scale, box.thickness, &box.baseline);
  return box;
}

// The longest start of `text`, with "..." if it is not the whole, that is at most `width` wide.
std::string Shorten(std::string text, int width) {
  if (Measure(text).size.width <= width * kOversampling) {
    return text;
  }
  while (!text.empty() && Measure(text + "...").size.width > width * kOversampling) {
    text.pop_back();
  }
  return text + "...";
}

// uint8, one channel: 0 for paper, 255 for ink.
cv::Mat Draw(const std::string& text) {
  const TextBox box = Measure(text);
  const int pad = box.thickness;
  const auto round_up = [](int n) { return (n + kOversampling - 1) / kOversampling; };
  const cv::Size shown(round_up(box.size.width + 2 * pad),
                       round_up(box.size.height + box.baseline + 2 * pad));
  cv::Mat large = cv::Mat::zeros(shown * kOversampling, CV_8UC1);
  cv::putText(large, text, {pad, pad + box.size.height}, kFont, box.scale, cv::Scalar(255),
              box.thickness, cv::LINE_AA);
  cv::Mat small;
  cv::resize(large, small, shown, 0, 0, cv::INTER_AREA);
  return small;
}

}  // namespace

TextLine DrawTextLine(const std::string& text, int max_width) {
  try {
    const cv::Mat drawn = Draw(Shorten(ToAscii(text), max_width));
    return {drawn.cols, drawn.rows, {drawn.begin<std::uint8_t>(), drawn.end<std::uint8_t>()}};
  } catch (const cv::Exception& error) {
    throw Error(ErrorKind::kOutput, "cannot draw text: " + error.err);
  }
}

}  // namespace gradcam

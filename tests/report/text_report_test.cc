#include "report/text_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "report/sample_report.h"

namespace gradcam {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Text(const PictureReport& picture, Color color) {
  std::ostringstream out;
  WriteText(picture, SampleContext(), color, out);
  return out.str();
}

TEST(TextReport, ShowsPredictionsMapsAndFiles) {
  EXPECT_EQ(Text(SamplePicture(), Color::kOff),
            R"(a/cat.jpg  800x600, vgg16 at layer 'block5_conv3'
  rank  index  label                             probability
     1    285  Egyptian cat                       75.0000 %
     2    281  -                                  12.5000 %
  explained: 285 Egyptian cat (chosen by top, logodds)
    gradcam   ok, peak at (412, 230)
    saliency  all_zero: the map is 0 everywhere; drawn as 0
  explained: 281 - (chosen by index, logodds)
    gradcam   nonfinite: the map holds NaN or infinity; drawn as 0
    saliency  flat: the map is the same everywhere; drawn as 1
  wrote out/a/cat.285.gradcam.png
  wrote out/a/cat.285.saliency.npy
  wrote out/a/cat.json
)");
}

TEST(TextReport, KeepsColumnsUnderLabelsOutsideAscii) {
  PictureReport picture = SamplePicture();
  picture.top[0].label = "\xC3\xA9tag\xC3\xA8re";  // 7 characters of 9 bytes
  EXPECT_THAT(Text(picture, Color::kOff),
              HasSubstr("285  \xC3\xA9tag\xC3\xA8re" + std::string(25, ' ') + "   75.0000 %"));
}

TEST(TextReport, SendsNoControlCharactersOfNamesAndLabelsToTheTerminal) {
  PictureReport picture = SamplePicture();
  picture.image.file = "a\n\x1b[31m.jpg";
  picture.top[0].label = "cat\x1b]0;title\x07";
  const std::string text = Text(picture, Color::kOff);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\x07")));
  EXPECT_THAT(text, HasSubstr("a\xEF\xBF\xBD\xEF\xBF\xBD[31m.jpg"));
}

TEST(TextReport, IsColouredOnlyIfAsked) {
  EXPECT_THAT(Text(SamplePicture(), Color::kOff), Not(HasSubstr("\x1b[")));
  EXPECT_THAT(Text(SamplePicture(), Color::kOn), HasSubstr("\x1b[33mall_zero"));
}

TEST(TextReport, SumsUpARunInOneLine) {
  std::ostringstream out;
  WriteText(SampleRun(), out);
  EXPECT_EQ(out.str(), "2 of 3 pictures done, 1 failed, 4 other files skipped (0.5 pictures/s)\n");
}

TEST(TextReport, TellsTheTimeOfAPictureInEachStageAndWhoWaited) {
  StageTimes stages;
  stages.explain.features = 0.4;
  stages.io = {.decode = 0.02, .write = 0.04, .network_wait = 0.1, .io_wait = 0.5};
  std::ostringstream out;
  WriteText(stages, 10, out);
  EXPECT_EQ(out.str(),
            "a picture: decode 2.00 ms, prepare 0.00 ms, features 40.00 ms, head 0.00 ms, gradient "
            "0.00 ms, check 0.00 ms, write 4.00 ms, network waited 10.00 ms, I/O threads waited "
            "50.00 ms\n");
  std::ostringstream nothing_explained;
  WriteText(stages, 0, nothing_explained);
  EXPECT_THAT(nothing_explained.str(), testing::StartsWith("in all: decode 20.00 ms,"));
}

}  // namespace
}  // namespace gradcam

#include "run/dry_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gradcam {
namespace {

using testing::ElementsAre;

Job CatJob() {
  Job job;
  job.stem = "cat";
  return job;
}

TEST(NamesToWrite, AreThoseThatAreAskedFor) {
  EXPECT_THAT(NamesToWrite(CatJob(), {}),
              ElementsAre("cat.gradcam.png", "cat.saliency.png", "cat.gradcam-overlay.png",
                          "cat.saliency-overlay.png", "cat.json"));
}

TEST(NamesToWrite, HaveTheFormatThatIsAskedFor) {
  Settings settings;
  settings.outputs = {Output::kGradcam, Output::kGradcamOverlay, Output::kPanel, Output::kRaw};
  settings.render.format = ImageFormat::kWebp;
  EXPECT_THAT(NamesToWrite(CatJob(), settings),
              ElementsAre("cat.gradcam.png", "cat.gradcam-overlay.webp", "cat.panel.webp",
                          "cat.gradcam.npy", "cat.saliency.npy"));
}

TEST(NamesToWrite, HaveTheClassIfThereAreSeveral) {
  Settings settings;
  settings.outputs = {Output::kGradcam, Output::kInput};
  settings.explain.classes = {
      {}, {ClassTarget::By::kIndex, 281, ""}, {ClassTarget::By::kLabel, 0, "tiger cat"}};
  EXPECT_THAT(NamesToWrite(CatJob(), settings),
              ElementsAre("cat.<top>.gradcam.png", "cat.281.gradcam.png",
                          "cat.<tiger cat>.gradcam.png", "cat.input.png"));
}

}  // namespace
}  // namespace gradcam

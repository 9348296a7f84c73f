#include "report/sample_report.h"

#include <fstream>
#include <sstream>

namespace gradcam {

RunContext SampleContext() {
  RunContext context;
  context.tool = {"0.1.0", "2.11.0"};
  context.model.file = "vgg16.pt";
  context.model.sha256 = std::string(64, 'a');
  ModelInfo& info = context.model.info;
  info.name = "vgg16";
  info.layer = "block5_conv3";
  info.layer_shape = {512, 14, 14};
  info.output_kind = OutputKind::kSoftmax;
  info.classes = 1000;
  info.preprocess.name = "imagenet";
  info.preprocess.height = 224;
  info.preprocess.width = 192;
  info.preprocess.mean = {123.68, 116.779, 103.939};
  info.preprocess.bgr = true;
  context.settings.explain.classes = {ClassTarget{}, {ClassTarget::By::kIndex, 281, ""}};
  context.settings_sha256 = std::string(64, 'b');
  return context;
}

PictureReport SamplePicture() {
  PictureReport picture;
  picture.image = {"a/cat.jpg", std::string(64, 'c'), 800, 600, 6, {0, 4, 800, 592}};
  const Prediction egyptian{285, "Egyptian cat", "n02124075", 0.75, 11.25};
  const Prediction tabby{281, "", "", 0.125, 9.5};
  picture.top = {egyptian, tabby};
  ClassReport first;
  first.prediction = egyptian;
  first.gradcam = {{MapStatus::kOk, -0.5, 2.25, 0.25}, Point{412, 230}, 14, 12};
  first.saliency = {{MapStatus::kAllZero, 0, 0, 0}, std::nullopt, 14, 12};
  first.files = {{"gradcam", "cat.285.gradcam.png"}, {"saliency_raw", "cat.285.saliency.npy"}};
  ClassReport second;
  second.prediction = tabby;
  second.chosen_by = ClassTarget::By::kIndex;
  second.gradcam = {{MapStatus::kNonfinite, 0, 1, 0.5}, std::nullopt, 14, 12};
  second.saliency = {{MapStatus::kFlat, 3, 3, 3}, std::nullopt, 14, 12};
  picture.explanations = {first, second};
  picture.folder = "out/a";
  picture.report_file = "cat.json";
  return picture;
}

RunReport SampleRun() {
  RunReport run;
  run.inputs = {"photos", "@list.txt"};
  run.counts = {3, 2, 1, 4};
  run.failures = {{"b/torn.jpg", "cannot read image 'photos/b/torn.jpg': it ends too early", ""}};
  run.started = "2024-05-06T07:08:09Z";
  run.seconds = 4;
  return run;
}

std::string SampleText(const std::string& name) {
  std::ifstream file(std::string(GRADCAM_TEST_DATA) + "/report/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace gradcam

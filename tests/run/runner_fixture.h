#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "gradcam/draw.h"
#include "run/fake_explainer.h"
#include "run/runner.h"
#include "run/temporary_folder.h"

namespace gradcam {

// Keeps all that a run tells.
class Listener final : public RunObserver {
 public:
  void OnPicture(const PictureReport& picture, const RunContext& run) override {
    pictures.push_back(picture);
    context = run;
    if (on_picture) on_picture();
  }
  void OnEarlier(const std::string& report) override { earlier.push_back(report); }
  void OnFailure(const Failure& failure) override { failures.push_back(failure); }
  void OnProgress(const RunCounts& counts) override { progress.push_back(counts); }
  void OnWarning(const std::string& text) override { warnings.push_back(text); }
  void OnNote(const std::string& text) override { notes.push_back(text); }

  std::vector<PictureReport> pictures;
  RunContext context;
  std::vector<std::string> earlier;
  std::vector<Failure> failures;
  std::vector<RunCounts> progress;
  std::vector<std::string> warnings;
  std::vector<std::string> notes;
  std::function<void()> on_picture;
};

// Runs over pictures in a folder of its own, explained by FakeExplainer.
class RunnerTest : public testing::Test {
 protected:
  RunnerTest() { options_.output = folder_ / "out"; }

  // A grey picture of 8 x 4 pixels.
  void WritePicture(const std::string& name) {
    const std::vector<std::uint8_t> png =
        EncodePng(Image{8, 4, std::vector<std::uint8_t>(std::size_t{8} * 4 * 3, 100)});
    folder_.Write(name, std::string(png.begin(), png.end()));
  }

  Plan PlanOf(const std::vector<std::string>& inputs) {
    options_.inputs.clear();
    for (const std::string& input : inputs) options_.inputs.push_back((folder_ / input).string());
    return MakePlan(options_, /*standard_input=*/-1);
  }

  RunReport RunOn(const std::vector<std::string>& inputs) { return RunPlan(PlanOf(inputs)); }

  RunReport RunPlan(Plan plan) {
    return gradcam::Run(explainer_, {"fake.pt", [this] { return model_sha256_; }}, options_,
                        std::move(plan), listener_, stop_.get_token());
  }

  nlohmann::json Json(const std::string& name) {
    return nlohmann::json::parse(Content(folder_ / name));
  }

  TemporaryFolder folder_;
  std::string model_sha256_ = std::string(64, 'd');
  RunOptions options_;
  FakeExplainer explainer_;
  Listener listener_;
  std::stop_source stop_;
};

}  // namespace gradcam

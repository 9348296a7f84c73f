#include "run/runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <thread>

#include "gradcam/draw.h"
#include "gradcam/error.h"
#include "image/decode.h"
#include "report/json_text.h"
#include "report/text.h"
#include "run/runner_fixture.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::ThrowsMessage;
using testing::UnorderedElementsAre;

TEST_F(RunnerTest, WritesAllFilesOfOnePicture) {
  WritePicture("cat.png");
  options_.settings.outputs = {Output::kGradcam,
                               Output::kSaliency,
                               Output::kGradcamOverlay,
                               Output::kSaliencyOverlay,
                               Output::kPanel,
                               Output::kRaw,
                               Output::kJson};
  const RunReport report = RunOn({"cat.png"});
  EXPECT_EQ(report.counts.done, 1);
  EXPECT_THAT(FilesBelow(options_.output),
              UnorderedElementsAre("cat.gradcam.png", "cat.saliency.png", "cat.gradcam-overlay.png",
                                   "cat.saliency-overlay.png", "cat.panel.png", "cat.gradcam.npy",
                                   "cat.saliency.npy", "cat.json", "run.json"));
  const auto json = Json("out/cat.json");
  const auto& explanation = json["explanations"][0];
  EXPECT_EQ(explanation["gradcam"]["status"], "ok");
  EXPECT_EQ(explanation["gradcam"]["min"], -1);
  EXPECT_EQ(explanation["gradcam"]["max"], 3);
  EXPECT_EQ(explanation["gradcam"]["mean"], 0.75);
  // Cells are 4 x 2 pixels with their centres at (1.5, 0.5), (5.5, 0.5), ...; the largest cell is
  // the lower right one, from whose centre on the border is clamped: its first full pixel is (6,
  // 3).
  EXPECT_EQ(explanation["gradcam"]["peak"], (nlohmann::json{{"x", 6}, {"y", 3}}));
  EXPECT_EQ(explanation["saliency"]["peak"], (nlohmann::json{{"x", 0}, {"y", 0}}));
  EXPECT_EQ(explanation["files"]["gradcam_overlay"], "cat.gradcam-overlay.png");
  EXPECT_EQ(explanation["files"].size(), 7U);
  EXPECT_EQ(json["image"]["file"], "cat.png");
  EXPECT_EQ(json["model"]["sha256"], std::string(64, 'd'));
}

TEST_F(RunnerTest, DrawsTheMapOfTheExplanation) {
  WritePicture("cat.png");
  static_cast<void>(RunOn({"cat.png"}));
  const std::string png = Content(folder_ / "out/cat.gradcam.png");
  const std::vector<std::uint8_t> bytes(png.begin(), png.end());
  const Image heatmap = DecodePicture(bytes, "heatmap", {}).image;
  ASSERT_EQ(heatmap.width, 8);
  ASSERT_EQ(heatmap.height, 4);
  const Palette& jet = PaletteOf(Colormap::kJet);
  // Top left: -1 is drawn as 0. Bottom right: the maximum.
  EXPECT_EQ(heatmap.rgb[0], jet[0][0]);
  EXPECT_EQ(heatmap.rgb[2], jet[0][2]);
  EXPECT_EQ(heatmap.rgb[heatmap.rgb.size() - 3], jet[255][0]);
  EXPECT_EQ(heatmap.rgb[heatmap.rgb.size() - 1], jet[255][2]);
}

TEST_F(RunnerTest, GivesEqualBytesOnEveryRun) {
  WritePicture("cat.png");
  static_cast<void>(RunOn({"cat.png"}));
  const std::string first = Content(folder_ / "out/cat.json");
  options_.output = folder_ / "other";
  static_cast<void>(RunOn({"cat.png"}));
  EXPECT_EQ(Content(folder_ / "other/cat.json"), first);
}

TEST_F(RunnerTest, PutsTheClassIntoTheNamesOfSeveral) {
  WritePicture("cat.png");
  options_.settings.outputs = {Output::kGradcam, Output::kJson};
  options_.settings.explain.classes = {ClassTarget{},
                                       {ClassTarget::By::kIndex, 2, ""},
                                       {ClassTarget::By::kIndex, 1, ""}};  // the top one again
  static_cast<void>(RunOn({"cat.png"}));
  EXPECT_THAT(
      FilesBelow(options_.output),
      UnorderedElementsAre("cat.1.gradcam.png", "cat.2.gradcam.png", "cat.json", "run.json"));
  EXPECT_THAT(Json("out/cat.json")["explanations"], SizeIs(2));
}

TEST_F(RunnerTest, APictureWhoseFileAnotherOneReplacesHasNoReportAnyMore) {
  options_.settings.outputs = {Output::kGradcam, Output::kJson};
  WritePicture("cat.png");
  WritePicture("cat.2.png");
  const auto run = [this](const std::vector<std::string>& pictures, bool several) {
    options_.settings.explain.classes = {ClassTarget{}};
    if (several) options_.settings.explain.classes.push_back({ClassTarget::By::kIndex, 2, ""});
    EXPECT_EQ(RunOn(pictures).counts.failed, 0);
  };
  run({"cat.png"}, true);
  run({"cat.2.png"}, false);
  EXPECT_FALSE(fs::exists(folder_ / "out/cat.json"));
  run({"cat.png"}, true);
  EXPECT_FALSE(fs::exists(folder_ / "out/cat.2.json"));
  // In one run each has its own.
  run({"cat.2.png", "cat.png"}, false);
  EXPECT_THAT(FilesBelow(options_.output),
              UnorderedElementsAre("cat.2.gradcam.png", "cat.2.json", "cat.gradcam.png", "cat.json",
                                   "run.json"));
  run({"cat.2.png", "cat.png"}, true);
  EXPECT_THAT(
      FilesBelow(options_.output),
      UnorderedElementsAre("cat.2.1.gradcam.png", "cat.2.2.gradcam.png", "cat.2.json",
                           "cat.1.gradcam.png", "cat.2.gradcam.png", "cat.json", "run.json"));
}

TEST_F(RunnerTest, RemovesOlderOutputsOfThePictureFirst) {
  WritePicture("cat.png");
  options_.settings.explain.classes = {ClassTarget{}, {ClassTarget::By::kIndex, 2, ""}};
  static_cast<void>(RunOn({"cat.png"}));
  folder_.Write("out/dog.gradcam.png", "another picture's");
  options_.settings.explain.classes = {ClassTarget{}};
  options_.settings.outputs = {Output::kGradcam};
  static_cast<void>(RunOn({"cat.png"}));
  EXPECT_THAT(FilesBelow(options_.output),
              UnorderedElementsAre("cat.gradcam.png", "dog.gradcam.png", "run.json"));
}

TEST_F(RunnerTest, NeverReplacesAReportThatItDidNotWrite) {
  WritePicture("cat.png");
  folder_.Write("out/cat.json", R"({"shapes": []})");
  const RunReport report = RunOn({"cat.png"});
  ASSERT_THAT(report.failures, SizeIs(1));
  EXPECT_THAT(report.failures[0].error, HasSubstr("cat.json' was not written by gradcam"));
  EXPECT_EQ(Content(folder_ / "out/cat.json"), R"({"shapes": []})");
  EXPECT_THAT(FilesBelow(options_.output), UnorderedElementsAre("cat.json", "run.json"));
}

TEST_F(RunnerTest, GoesOnAfterABadPicture) {
  folder_.Write("photos/a.png", "");
  folder_.Write("photos/b.png", "no picture");
  WritePicture("photos/c.png");
  const RunReport report = RunOn({"photos", "missing.png"});
  EXPECT_EQ(report.counts.pictures, 4);
  EXPECT_EQ(report.counts.done, 1);
  EXPECT_EQ(report.counts.failed, 3);
  ASSERT_THAT(listener_.failures, SizeIs(3));
  EXPECT_EQ(listener_.failures[0].file, "a.png");
  EXPECT_EQ(listener_.failures[2].error,
            "cannot read image '" + (folder_ / "missing.png").string() + "': no such file");
  const auto json = Json("out/run.json");
  EXPECT_EQ(json["counts"]["failed"], 3);
  EXPECT_EQ(json["failures"][1]["file"], "b.png");
  EXPECT_EQ(json["interrupted"], false);
}

TEST_F(RunnerTest, SaysWhatAFolderInAListIs) {
  WritePicture("cat.png");
  fs::create_directories(folder_ / "dog.png");
  folder_.Write("list.txt", (folder_ / "cat.png").string() + "\n" + (folder_ / "dog.png").string());
  const FileHandle in = FileWith("");
  options_.inputs = {"@" + (folder_ / "list.txt").string()};
  const RunReport report =
      gradcam::Run(explainer_, {"fake.pt", [] { return std::string(); }}, options_,
                   MakePlan(options_, in.get()), listener_, stop_.get_token());
  ASSERT_THAT(report.failures, SizeIs(1));
  EXPECT_THAT(report.failures[0].error, HasSubstr("dog.png': it is a folder"));
}

TEST_F(RunnerTest, WritesOnlyTheRunReportIfNoPictureCanBeRead) {
  folder_.Write("a.png", "no picture");
  const RunReport report = RunOn({"a.png", "missing.png"});
  EXPECT_EQ(report.counts.failed, 2);
  EXPECT_THAT(FilesBelow(options_.output), UnorderedElementsAre("run.json"));
  EXPECT_THAT(Json("out/run.json")["failures"], SizeIs(2));
}

TEST_F(RunnerTest, AnOutputFolderThatCannotBeMadeIsAnErrorOfTheRun) {
  WritePicture("a.png");
  const FileHandle in = FileWith("");
  options_.inputs = {(folder_ / "a.png").string()};
  Plan plan = MakePlan(options_, in.get());
  folder_.Write("out", "a file where the folder should be");
  EXPECT_THAT(
      [&] {
        static_cast<void>(gradcam::Run(explainer_, {"fake.pt", [] { return std::string(); }},
                                       options_, std::move(plan), listener_, stop_.get_token()));
      },
      ThrowsMessage<Error>(HasSubstr("cannot make output folder")));
}

TEST_F(RunnerTest, WarnsOfScoresThatAreNotFinite) {
  WritePicture("a.png");
  explainer_.best_logit = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(RunOn({"a.png"}).counts.done, 1);
  EXPECT_THAT(listener_.warnings,
              Contains(HasSubstr("a.png': the network's scores are not finite")));
}

TEST_F(RunnerTest, RemovesOlderOutputsOfAPictureThatFailsNow) {
  WritePicture("a.png");
  WritePicture("b.png");
  static_cast<void>(RunOn({"a.png", "b.png"}));
  folder_.Write("a.png", "torn");
  options_.settings.outputs = {Output::kJson};
  static_cast<void>(RunOn({"a.png", "b.png"}));
  EXPECT_THAT(FilesBelow(options_.output), UnorderedElementsAre("b.json", "run.json"));
}

TEST_F(RunnerTest, GivesTheExplainerAsManyPicturesAsItWants) {
  for (const char* name : {"a.png", "b.png", "c.png", "d.png", "e.png"}) WritePicture(name);
  folder_.Write("bad.png", "no picture");
  explainer_.next_batch = 2;
  const RunReport report = RunOn({"a.png", "bad.png", "b.png", "c.png", "d.png", "e.png"});
  EXPECT_THAT(explainer_.batches, ElementsAre(2, 2, 1));
  EXPECT_EQ(report.counts.done, 5);
  EXPECT_EQ(report.counts.failed, 1);
  ASSERT_THAT(listener_.pictures, SizeIs(5));
  EXPECT_EQ(listener_.pictures[2].image.file, "c.png");
}

TEST_F(RunnerTest, PreparesTheNextBatchWhileOneIsComputed) {
  for (const char* name : {"a.png", "b.png", "c.png", "d.png"}) WritePicture(name);
  explainer_.next_batch = 2;
  explainer_.on_explain = [&](int call) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (call == 1 && explainer_.prepared < 4 && std::chrono::steady_clock::now() < until) {
      std::this_thread::yield();
    }
    EXPECT_EQ(explainer_.prepared.load(), 4);
  };
  EXPECT_EQ(RunOn({"a.png", "b.png", "c.png", "d.png"}).counts.done, 4);
  EXPECT_THAT(explainer_.batches, ElementsAre(2, 2));
}

TEST_F(RunnerTest, ABatchThatFailsIsDoneOneByOne) {
  for (const char* name : {"a.png", "b.png", "c.png"}) WritePicture(name);
  explainer_.next_batch = 3;
  // The batch, and then its second picture alone.
  explainer_.on_explain = [](int call) {
    if (call == 1 || call == 3) throw Error(ErrorKind::kModel, "the model cannot take this");
  };
  const RunReport report = RunOn({"a.png", "b.png", "c.png"});
  EXPECT_THAT(explainer_.batches, ElementsAre(1, 1));
  EXPECT_EQ(report.counts.done, 2);
  ASSERT_THAT(report.failures, SizeIs(1));
  EXPECT_EQ(report.failures[0].file, "b.png");
}

TEST_F(RunnerTest, FailFastStopsInsideABatch) {
  for (const char* name : {"a.png", "b.png", "c.png", "d.png"}) WritePicture(name);
  explainer_.next_batch = 4;
  options_.fail_fast = true;
  explainer_.on_explain = [](int call) {
    if (call == 1 || call == 3) throw Error(ErrorKind::kModel, "the model cannot take this");
  };
  const RunReport report = RunOn({"a.png", "b.png", "c.png", "d.png"});
  EXPECT_EQ(report.counts.done, 1);
  ASSERT_THAT(report.failures, SizeIs(1));
  EXPECT_EQ(report.failures[0].file, "b.png");
}

TEST_F(RunnerTest, ReportsNotesAndTheTimeOfEachStageIfAsked) {
  WritePicture("a.png");
  explainer_.notes = {"engine x was passed over"};
  options_.timing = true;
  const RunReport report = RunOn({"a.png"});
  EXPECT_THAT(listener_.notes, ElementsAre("engine x was passed over"));
  ASSERT_TRUE(report.stages);
  EXPECT_GT(report.stages->io.decode, 0);
  EXPECT_GT(report.stages->io.write, 0);
  const auto json = Json("out/run.json");
  EXPECT_EQ(json["notes"][0], "engine x was passed over");
  EXPECT_TRUE(json["time"]["stages"].contains("features"));
}

TEST_F(RunnerTest, StopsAtTheFirstBadPictureIfAsked) {
  folder_.Write("photos/a.png", "no picture");
  WritePicture("photos/b.png");
  options_.fail_fast = true;
  const RunReport report = RunOn({"photos"});
  EXPECT_EQ(report.counts.failed, 1);
  EXPECT_EQ(report.counts.done, 0);
  EXPECT_EQ(explainer_.explained, 0);
}

TEST_F(RunnerTest, CountsEveryStatusButOkAsAFailureIfStrict) {
  WritePicture("cat.png");
  explainer_.saliency = Map{2, 2, {0, 0, 0, 0}};
  RunReport report = RunOn({"cat.png"});
  EXPECT_EQ(report.counts.failed, 0);
  options_.strict = true;
  report = RunOn({"cat.png"});
  EXPECT_EQ(report.counts.failed, 1);
  EXPECT_EQ(report.counts.done, 0);
  EXPECT_THAT(report.failures[0].error, HasSubstr("the saliency map of class 1 is all_zero"));
  EXPECT_TRUE(fs::exists(folder_ / "out/cat.json"));
}

TEST_F(RunnerTest, EndsWithAnErrorIfTheFirstPictureShowsThatTheRunCannotWork) {
  WritePicture("photos/a.png");
  WritePicture("photos/b.png");
  explainer_.on_explain = [](int) { throw Error(ErrorKind::kUsage, "no class 'unicorn'"); };
  EXPECT_THROW(static_cast<void>(RunOn({"photos"})), Error);
  EXPECT_FALSE(fs::exists(options_.output));
  EXPECT_EQ(explainer_.explained, 1);
}

TEST_F(RunnerTest, GoesOnIfOnlyTheFirstPictureUpsetsTheModel) {
  WritePicture("photos/a.png");
  WritePicture("photos/b.png");
  explainer_.on_explain = [](int call) {
    if (call == 1) throw Error(ErrorKind::kModel, "custom error of the model");
  };
  const RunReport report = RunOn({"photos"});
  EXPECT_EQ(report.counts.done, 1);
  ASSERT_THAT(report.failures, SizeIs(1));
  EXPECT_EQ(report.failures[0].error, "custom error of the model");
}

TEST_F(RunnerTest, EndsWithTheFirstErrorIfTheModelFailsAtTwoPictures) {
  for (const char* name : {"photos/a.png", "photos/b.png", "photos/c.png"}) WritePicture(name);
  explainer_.on_explain = [](int call) {
    throw Error(ErrorKind::kModel, "failure " + std::to_string(call));
  };
  try {
    static_cast<void>(RunOn({"photos"}));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "failure 1");
  }
  EXPECT_EQ(explainer_.explained, 2);
  EXPECT_FALSE(fs::exists(options_.output));
}

TEST_F(RunnerTest, FailsALaterPictureThatTheModelCannotTake) {
  for (const char* name : {"photos/a.png", "photos/b.png", "photos/c.png"}) WritePicture(name);
  explainer_.on_explain = [](int call) {
    if (call == 2) throw Error(ErrorKind::kModel, "out of memory");
    if (call == 3) throw std::runtime_error("something else");
  };
  const RunReport report = RunOn({"photos"});
  EXPECT_EQ(report.counts.done, 1);
  ASSERT_THAT(report.failures, SizeIs(2));
  EXPECT_EQ(report.failures[0].error, "out of memory");
  EXPECT_THAT(report.failures[1].error, HasSubstr("c.png': something else"));
}

TEST_F(RunnerTest, EndsWithWhatIsDoneWhenTheDeviceIsLost) {
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) {
    WritePicture("photos/" + std::string(name) + ".png");
  }
  explainer_.next_batch = 2;
  explainer_.on_explain = [](int call) {
    if (call > 1) throw Error(ErrorKind::kDevice, "the device no longer answers", "--resume");
  };
  const RunReport report = RunOn({"photos"});
  EXPECT_EQ(report.counts.pictures, 6);
  EXPECT_EQ(report.counts.done, 2);
  EXPECT_EQ(report.counts.failed, 1);  // the others were not tried
  ASSERT_THAT(listener_.failures, SizeIs(1));
  EXPECT_EQ(listener_.failures[0].file, "c.png");
  EXPECT_EQ(explainer_.explained, 3);  // the batch that failed, and its first picture alone
  EXPECT_EQ(Json("out/run.json")["counts"]["done"], 2);
}

TEST_F(RunnerTest, ADeviceThatIsLostBeforeAnythingIsDoneIsTheRunsError) {
  WritePicture("photos/a.png");
  WritePicture("photos/b.png");
  explainer_.on_explain = [](int) { throw Error(ErrorKind::kDevice, "no longer answers"); };
  EXPECT_THROW(static_cast<void>(RunOn({"photos"})), Error);
  EXPECT_FALSE(std::filesystem::exists(options_.output));
}

TEST_F(RunnerTest, ReportsWhatWasPutRight) {
  WritePicture("cat.png");
  explainer_.recovered = {.halved = 2, .redone_pictures = 3};
  static_cast<void>(RunOn({"cat.png"}));
  const auto counts = Json("out/run.json")["counts"];
  EXPECT_EQ(counts["halved_batches"], 2);
  EXPECT_EQ(counts["redone_in_float32"], 3);
  explainer_.recovered = {};
  static_cast<void>(RunOn({"cat.png"}));
  EXPECT_FALSE(Json("out/run.json")["counts"].contains("halved_batches"));
}

TEST_F(RunnerTest, ChecksTheCutOnTheFirstOfSeveralPictures) {
  WritePicture("photos/a.png");
  WritePicture("photos/b.png");
  static_cast<void>(RunOn({"photos/a.png"}));
  EXPECT_EQ(explainer_.checked, 0);
  static_cast<void>(RunOn({"photos"}));
  EXPECT_EQ(explainer_.checked, 1);
  options_.self_check = SelfCheck::kOff;
  static_cast<void>(RunOn({"photos"}));
  EXPECT_EQ(explainer_.checked, 1);
  options_.self_check = SelfCheck::kOn;
  static_cast<void>(RunOn({"photos"}));
  EXPECT_EQ(explainer_.checked, 3);
}

TEST_F(RunnerTest, WritesNothingIfTheCutFailsItsCheck) {
  WritePicture("cat.png");
  options_.self_check = SelfCheck::kOn;
  explainer_.on_check = [](int) { throw Error(ErrorKind::kModel, "scores differ"); };
  EXPECT_THROW(static_cast<void>(RunOn({"cat.png"})), Error);
  EXPECT_FALSE(fs::exists(options_.output));
}

TEST_F(RunnerTest, FinishesWhatTheNetworkHasWhenInterrupted) {
  WritePicture("photos/a.png");
  WritePicture("photos/b.png");
  WritePicture("photos/c.png");
  explainer_.on_explain = [this](int call) {
    if (call == 2) stop_.request_stop();
  };
  options_.settings.outputs = {Output::kJson};
  const RunReport report = RunOn({"photos"});
  EXPECT_TRUE(report.interrupted);
  EXPECT_EQ(report.counts.done, 2);
  EXPECT_EQ(report.counts.failed, 0);
  EXPECT_THAT(FilesBelow(options_.output), UnorderedElementsAre("a.json", "b.json", "run.json"));
  EXPECT_EQ(Json("out/run.json")["interrupted"], true);
}

TEST_F(RunnerTest, RemovesTheReportOfAnEarlierRunBeforeItWritesAnything) {
  WritePicture("photos/a.png");
  static_cast<void>(RunOn({"photos"}));
  listener_.on_picture = [this] { EXPECT_FALSE(fs::exists(folder_ / "out/run.json")); };
  static_cast<void>(RunOn({"photos"}));
  EXPECT_TRUE(fs::exists(folder_ / "out/run.json"));
}

// It was put together from all shards, before one of them was repaired.
TEST_F(RunnerTest, AShardRemovesTheReportOfTheWholeRunIfItCanBeMadeAgain) {
  WritePicture("photos/a.png");
  WritePicture("photos/b.png");
  const fs::path of_all = folder_ / "out/run.json";
  static_cast<void>(RunOn({"photos"}));
  options_.shard = Shard{1, 2};
  for (int time = 0; time < 2; ++time) static_cast<void>(RunOn({"photos"}));
  EXPECT_TRUE(fs::exists(of_all));  // there is no report of shard 2
  options_.shard = Shard{2, 2};
  for (int time = 0; time < 2; ++time) static_cast<void>(RunOn({"photos"}));
  EXPECT_FALSE(fs::exists(of_all));
  EXPECT_TRUE(fs::exists(folder_ / "out/run.1-of-2.json"));
  EXPECT_TRUE(fs::exists(folder_ / "out/run.2-of-2.json"));
}

TEST_F(RunnerTest, AShardThatExplainsNothingRemovesTheReportOfTheWholeRunAsWell) {
  WritePicture("photos/a.png");
  options_.shard = Shard{1, 1};
  static_cast<void>(RunOn({"photos"}));
  fs::copy_file(folder_ / "out/run.1-of-1.json", folder_ / "out/run.json");
  options_.resume = true;
  EXPECT_EQ(RunOn({"photos"}).counts.resumed, 1);
  EXPECT_FALSE(fs::exists(folder_ / "out/run.json"));
}

TEST_F(RunnerTest, AShardLeavesARunReportOfAnotherProgram) {
  WritePicture("photos/a.png");
  options_.shard = Shard{1, 1};
  static_cast<void>(RunOn({"photos"}));
  folder_.Write("out/run.json", "{}");
  static_cast<void>(RunOn({"photos"}));
  EXPECT_TRUE(fs::exists(folder_ / "out/run.json"));
}

TEST_F(RunnerTest, FailsAPictureWhoseFilesCannotBeWrittenAndLeavesNoneOfThem) {
  WritePicture("cat.png");
  WritePicture("dog.png");
  fs::create_directories(folder_ /
                         "out/cat.saliency-overlay.png");  // in the way of the last picture
  const RunReport report = RunOn({"cat.png", "dog.png"});
  EXPECT_EQ(report.counts.done, 1);
  ASSERT_THAT(report.failures, SizeIs(1));
  EXPECT_EQ(report.failures[0].file, "cat.png");
  EXPECT_FALSE(fs::exists(folder_ / "out/cat.gradcam.png"));
  EXPECT_TRUE(fs::exists(folder_ / "out/dog.json"));
}

TEST_F(RunnerTest, APictureFailsForAnOutputFolderThatIsRemovedAndTheRunGoesOn) {
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "h"}) {
    WritePicture("photos/" + std::string(name) + ".png");
  }
  options_.settings.outputs = {Output::kGradcam, Output::kJson, Output::kJsonl};
  listener_.on_picture = [this] {
    if (listener_.pictures.size() == 1) fs::rename(options_.output, folder_ / "gone");
  };
  const RunReport report = RunOn({"photos"});
  EXPECT_EQ(report.counts.done + report.counts.failed, 8);
  ASSERT_GT(report.counts.failed, 0);
  EXPECT_EQ(report.failures[0].file, "b.png");
  // One for the folder; others may have been written at that moment.
  const std::string removed =
      "output folder " + Quoted(options_.output) + " was removed or renamed during ";
  EXPECT_EQ(std::ranges::count_if(
                report.failures,
                [&](const Failure& failure) { return failure.error.starts_with(removed); }),
            1);
  // What is done, but for the first one, is there.
  std::set<std::string> files = {"run.json"};
  std::string lines;
  for (std::size_t i = 1; i < listener_.pictures.size(); ++i) {
    const PictureReport& picture = listener_.pictures[i];
    files.insert({picture.report_file, FilesOf(picture).front().name});
    lines += JsonLine(picture, listener_.context) + "\n";
  }
  if (!lines.empty()) files.insert("results.jsonl");
  EXPECT_EQ(FilesBelow(options_.output), files);
  if (!lines.empty()) {
    EXPECT_EQ(Content(folder_ / "out/results.jsonl"), lines);
  }
}

TEST_F(RunnerTest, APictureWhoseFileIsRemovedBeforeItIsNotedFails) {
  explainer_.next_batch = 2;
  for (const char* name : {"photos/a.png", "photos/b.png"}) WritePicture(name);
  options_.settings.outputs = {Output::kGradcam, Output::kJson};
  listener_.on_picture = [this] {
    while (!fs::exists(options_.output / "b.json")) std::this_thread::yield();
    fs::remove(options_.output / "b.gradcam.png");
  };
  const RunReport report = RunOn({"photos"});
  EXPECT_EQ(report.counts.done, 1);
  ASSERT_EQ(report.counts.failed, 1);
  EXPECT_THAT(report.failures[0].error, HasSubstr("b.gradcam.png' was removed during the run"));
  EXPECT_FALSE(fs::exists(options_.output / "b.json"));
}

TEST_F(RunnerTest, OnePictureFailsForResultsThatAreRemoved) {
  for (const char* name : {"photos/a.png", "photos/b.png", "photos/c.png"}) WritePicture(name);
  options_.settings.outputs = {Output::kJsonl};
  listener_.on_picture = [this] {
    if (listener_.pictures.size() == 1) fs::remove(options_.output / "results.jsonl");
  };
  const RunReport report = RunOn({"photos"});
  EXPECT_EQ(report.counts.done, 2);
  ASSERT_EQ(report.counts.failed, 1);
  EXPECT_EQ(report.failures[0].file, "b.png");
  EXPECT_THAT(report.failures[0].error,
              HasSubstr("results.jsonl' was removed or renamed during the run"));
  EXPECT_EQ(Content(options_.output / "results.jsonl"),
            JsonLine(listener_.pictures.back(), listener_.context) + "\n");
}

TEST_F(RunnerTest, AFolderThatIsRemovedBehindTheLastPictureIsAFailureOfItsOwn) {
  WritePicture("a.png");
  listener_.on_picture = [this] { fs::rename(options_.output, folder_ / "gone"); };
  const RunReport report = RunOn({"a.png"});
  EXPECT_EQ(report.counts.done, 1);
  ASSERT_EQ(report.counts.failed, 1);
  EXPECT_EQ(report.failures[0].file, options_.output);
  EXPECT_EQ(FilesBelow(options_.output), std::set<std::string>{"run.json"});
}

TEST_F(RunnerTest, PassesWarningsOn) {
  WritePicture("cat.png");
  explainer_.warnings = {"the layer is 'features'"};
  static_cast<void>(RunOn({"cat.png", "cat.png"}));
  EXPECT_THAT(listener_.warnings,
              UnorderedElementsAre(HasSubstr("given more than once"), "the layer is 'features'"));
}

TEST_F(RunnerTest, NamesTheInputsAsGivenAndNoAbsolutePathInReports) {
  WritePicture("photos/a/cat.png");
  static_cast<void>(RunOn({"photos"}));
  EXPECT_EQ(Json("out/run.json")["inputs"][0], (folder_ / "photos").string());
  EXPECT_THAT(Content(folder_ / "out/a/cat.json"),
              testing::Not(HasSubstr(folder_.path().string())));
  EXPECT_EQ(Json("out/a/cat.json")["image"]["file"], "a/cat.png");
}

}  // namespace
}  // namespace gradcam

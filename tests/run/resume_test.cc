// --resume and --write jsonl of a whole run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "gradcam/error.h"
#include "run/dry_run.h"
#include "run/runner_fixture.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class ResumeTest : public RunnerTest {
 protected:
  ResumeTest() {
    for (const char* name : {"photos/a.png", "photos/b.png", "photos/c.png"}) WritePicture(name);
    options_.settings.outputs = {Output::kGradcam, Output::kJson};
  }

  RunReport Resume() {
    options_.resume = true;
    explainer_.explained = 0;
    listener_.pictures.clear();
    return RunOn({"photos"});
  }

  RunReport RunOnList(const std::string& list) {
    options_.inputs = {list};
    return RunPlan(MakePlan(options_, /*standard_input=*/-1));
  }

  RunReport ResumeList(const std::string& list) {
    options_.resume = true;
    return RunOnList(list);
  }

  // The pictures that were explained again: those that a preview had told.
  std::vector<std::string> Redone() {
    const std::vector<std::string> expected = LeftByPreview();
    static_cast<void>(Resume());
    std::vector<std::string> names;
    for (const PictureReport& picture : listener_.pictures) names.push_back(picture.image.file);
    EXPECT_EQ(names, expected);
    return names;
  }

  ResumePreview Preview() {
    return {{"fake.pt", [this] { return model_sha256_; }}, explainer_.info(), options_};
  }

  // The pictures that a run would not skip.
  std::vector<std::string> LeftByPreview() {
    const auto before = FilesBelow(options_.output);
    const ResumePreview preview = Preview();
    const Plan plan = PlanOf({"photos"});
    std::vector<std::string> names;
    while (const std::optional<JobOrFailure> next = plan.jobs->Next({})) {
      const Job& job = std::get<Job>(*next);
      if (!preview.Skips(job)) names.push_back(job.name);
    }
    EXPECT_EQ(FilesBelow(options_.output), before);
    return names;
  }

  // The pictures of results.jsonl, in its order.
  std::vector<std::string> Lines() {
    std::vector<std::string> names;
    std::ifstream in(folder_ / "out/results.jsonl");
    for (std::string line; std::getline(in, line);) {
      names.push_back(nlohmann::json::parse(line)["image"]["file"]);
    }
    return names;
  }

  // While another run is at work in the same folder.
  void RunBeside() {
    FakeExplainer explainer;
    Listener listener;
    static_cast<void>(gradcam::Run(explainer, {"fake.pt", [this] { return model_sha256_; }},
                                   options_, MakePlan(options_, /*standard_input=*/-1), listener,
                                   {}));
  }

  // As an error of the whole run.
  static auto RefusesResults() {
    return testing::Throws<Error>(testing::AllOf(
        testing::Property(&Error::kind, ErrorKind::kUsage),
        testing::Property(&Error::what,
                          HasSubstr("results.jsonl' is being written by another run"))));
  }

  void FailAt(int picture) {
    explainer_.on_explain = [picture](int call) {
      if (call == picture) throw Error(ErrorKind::kModel, "out of memory");
    };
  }
};

TEST_F(ResumeTest, SkipsWhatIsCompleteWithoutTheNetwork) {
  static_cast<void>(RunOn({"photos"}));
  const auto before = Json("out/run.json");
  const RunReport report = Resume();
  EXPECT_EQ(report.counts.resumed, 3);
  EXPECT_EQ(report.counts.done, 0);
  EXPECT_EQ(explainer_.explained, 0);
  const auto after = Json("out/run.json");
  EXPECT_EQ(after["counts"]["resumed"], 3);
  EXPECT_EQ(after["model"], before["model"]);
  EXPECT_EQ(after["settings_sha256"], before["settings_sha256"]);
}

TEST_F(ResumeTest, WithoutItEverythingIsDoneAgain) {
  static_cast<void>(RunOn({"photos"}));
  EXPECT_EQ(RunOn({"photos"}).counts.done, 3);
}

TEST_F(ResumeTest, DoesWhatHasNoReport) {
  static_cast<void>(RunOn({"photos"}));
  fs::remove(folder_ / "out/b.json");
  EXPECT_THAT(Redone(), ElementsAre("b.png"));
  EXPECT_TRUE(fs::exists(folder_ / "out/b.json"));
}

TEST_F(ResumeTest, DoesAgainWhatLacksAFile) {
  static_cast<void>(RunOn({"photos"}));
  fs::remove(folder_ / "out/a.gradcam.png");
  folder_.Write("out/c.gradcam.png", "");  // as power loss may leave it
  EXPECT_THAT(Redone(), ElementsAre("a.png", "c.png"));
}

TEST_F(ResumeTest, DoesAgainWhatWasMadeFromOtherBytes) {
  static_cast<void>(RunOn({"photos"}));
  const Image other{8, 4, std::vector<std::uint8_t>(std::size_t{8} * 4 * 3, 200)};
  const std::vector<std::uint8_t> png = EncodePng(other);
  folder_.Write("photos/b.png", std::string(png.begin(), png.end()));
  EXPECT_THAT(Redone(), ElementsAre("b.png"));
}

TEST_F(ResumeTest, DoesAgainWhatHasTheReportOfAnotherPictureOrAnEmptyOne) {
  static_cast<void>(RunOn({"photos"}));
  const std::string report = Content(folder_ / "out/b.json");
  folder_.Write("out/b.json", Content(folder_ / "out/a.json"));
  folder_.Write("out/c.json", "");
  EXPECT_THAT(Redone(), ElementsAre("b.png", "c.png"));
  EXPECT_EQ(Content(folder_ / "out/b.json"), report);
}

TEST_F(ResumeTest, DoesAllAgainWithOtherSettings) {
  static_cast<void>(RunOn({"photos"}));
  options_.settings.render.alpha = 0.25;
  EXPECT_THAT(Redone(), SizeIs(3));
  options_.settings.deterministic = true;
  EXPECT_THAT(Redone(), SizeIs(3));
  EXPECT_THAT(Redone(), IsEmpty());
}

TEST_F(ResumeTest, DoesAllAgainWithAnotherModel) {
  static_cast<void>(RunOn({"photos"}));
  model_sha256_ = std::string(64, 'e');
  EXPECT_THAT(Redone(), SizeIs(3));
}

TEST_F(ResumeTest, APreviewHeedsOnly) {
  folder_.Write("list.csv", "path,class\n" + (folder_ / "photos/a.png").string() + ",1\n");
  const std::string list = "@" + (folder_ / "list.csv").string();
  static_cast<void>(RunOnList(list));
  const Plan plan = MakePlan(options_, /*standard_input=*/-1);
  const auto next = plan.jobs->Next({});
  ASSERT_TRUE(next);
  const Job& job = std::get<Job>(*next);
  EXPECT_TRUE(Preview().Skips(job));
  options_.only = Only::kWrong;
  EXPECT_FALSE(Preview().Skips(job));
}

TEST_F(ResumeTest, APreviewSaysWhatCannotBeRead) {
  const Plan plan = PlanOf({"photos"});
  const auto next = plan.jobs->Next({});
  ASSERT_TRUE(next);
  fs::remove(folder_ / "photos/a.png");
  EXPECT_THAT([&] { static_cast<void>(Preview().Skips(std::get<Job>(*next))); },
              testing::ThrowsMessage<Error>(HasSubstr("a.png")));
}

TEST_F(ResumeTest, KnowsAllFilesOfSeveralClasses) {
  options_.settings.explain.classes = {ClassTarget{}, {ClassTarget::By::kIndex, 2, ""}};
  static_cast<void>(RunOn({"photos"}));
  EXPECT_THAT(Redone(), IsEmpty());
  fs::remove(folder_ / "out/b.2.gradcam.png");
  EXPECT_THAT(Redone(), ElementsAre("b.png"));
}

TEST_F(ResumeTest, TakesAnErrorOfTheNetworkForThePicturesOwnIfOthersWereDone) {
  static_cast<void>(RunOn({"photos"}));
  fs::remove(folder_ / "out/b.json");
  FailAt(1);
  const RunReport report = Resume();
  EXPECT_EQ(report.counts.resumed, 2);
  ASSERT_THAT(report.failures, SizeIs(1));
  EXPECT_EQ(report.failures[0].file, "b.png");
  EXPECT_FALSE(fs::exists(folder_ / "out/b.gradcam.png"));
}

TEST_F(ResumeTest, DoesAgainWhatTheEndOfAMachineHasLeftWithoutContent) {
  for (const std::string& content : {std::string(), std::string(500, '\0')}) {
    static_cast<void>(RunOn({"photos/a.png", "photos/b.png"}));
    folder_.Write("out/b.gradcam.png", content);
    options_.resume = true;
    EXPECT_EQ(RunOn({"photos/a.png", "photos/b.png"}).counts.resumed, 1);
    EXPECT_NE(Content(folder_ / "out/b.gradcam.png"), content);
    options_.resume = false;
  }
}

TEST_F(ResumeTest, LeavesResultsOfAPictureAloneThatCannotBeReadAnyMore) {
  options_.settings.outputs = {Output::kGradcam, Output::kJson, Output::kJsonl};
  static_cast<void>(RunOn({"photos/a.png", "photos/b.png", "photos/c.png"}));
  const auto before = FilesBelow(options_.output);
  const auto expect_all_kept = [&] {
    EXPECT_EQ(FilesBelow(options_.output), before);
    EXPECT_THAT(Lines(), ElementsAre("a.png", "b.png", "c.png"));
  };
  fs::rename(folder_ / "photos/b.png", folder_ / "b.png");
  options_.resume = true;
  RunReport report = RunOn({"photos/a.png", "photos/b.png", "photos/c.png"});
  EXPECT_EQ(report.counts.resumed, 2);
  EXPECT_EQ(report.counts.failed, 1);
  expect_all_kept();
  // The whole disk is missing.
  fs::rename(folder_ / "photos", folder_ / "elsewhere");
  report = RunOn({"photos/a.png", "photos/b.png", "photos/c.png"});
  EXPECT_EQ(report.counts.failed, 3);
  expect_all_kept();
  // Another picture, which cannot be decoded, has no results.
  fs::rename(folder_ / "elsewhere", folder_ / "photos");
  folder_.Write("photos/b.png", "no picture");
  EXPECT_EQ(RunOn({"photos/a.png", "photos/b.png", "photos/c.png"}).counts.failed, 1);
  EXPECT_FALSE(fs::exists(folder_ / "out/b.json"));
  EXPECT_THAT(Lines(), ElementsAre("a.png", "c.png"));
}

TEST_F(ResumeTest, CountsWhatWasDoneEarlierInItsSummary) {
  folder_.Write("list.csv", "path,class\n" + (folder_ / "photos/a.png").string() + ",1\n" +
                                (folder_ / "photos/b.png").string() + ",2\n");
  explainer_.saliency = Map{2, 2, {0, 0, 0, 0}};
  const std::string list = "@" + (folder_ / "list.csv").string();
  const RunReport first = RunOnList(list);
  const RunReport again = ResumeList(list);
  EXPECT_EQ(again.counts.resumed, 2);
  EXPECT_EQ(again.counts.right, 1);
  EXPECT_EQ(again.counts.wrong, 1);
  ASSERT_THAT(again.summary.classes, SizeIs(1));
  EXPECT_EQ(again.summary.classes.at(1).pictures, 2);
  EXPECT_EQ(again.summary.degenerate, first.summary.degenerate);
}

TEST_F(ResumeTest, OnlyIsAskedOfWhatWasDoneEarlierToo) {
  folder_.Write("list.csv", "path,class\n" + (folder_ / "photos/a.png").string() + ",1\n" +
                                (folder_ / "photos/b.png").string() + ",2\n");
  const std::string list = "@" + (folder_ / "list.csv").string();
  static_cast<void>(RunOnList(list));
  options_.only = Only::kWrong;
  const RunReport report = ResumeList(list);
  EXPECT_EQ(report.counts.resumed, 1);
  EXPECT_EQ(report.counts.left_out, 1);
  EXPECT_FALSE(fs::exists(folder_ / "out/a.json"));
  EXPECT_TRUE(fs::exists(folder_ / "out/b.json"));
}

TEST_F(ResumeTest, AFolderThatCannotBeListedCostsNoLine) {
  options_.settings.outputs = {Output::kJsonl};
  WritePicture("photos/locked/d.png");
  static_cast<void>(RunOn({"photos"}));
  options_.resume = true;
  Plan plan = PlanOf({"photos/a.png", "photos/b.png", "photos/c.png"});
  plan.failures.push_back({"locked", "cannot list folder", ""});
  EXPECT_EQ(RunPlan(std::move(plan)).counts.resumed, 3);
  EXPECT_THAT(Lines(), ElementsAre("a.png", "b.png", "c.png", "locked/d.png"));
}

TEST_F(ResumeTest, AResultAmongTheInputsIsAFailedPictureAndNoMore) {
  options_.settings.outputs = {Output::kGradcam, Output::kJsonl};
  static_cast<void>(RunOn({"photos"}));
  options_.resume = true;
  const RunReport report = RunOn({"photos/a.png", "out/a.gradcam.png", "photos/b.png"});
  EXPECT_EQ(report.counts.pictures, 3);
  EXPECT_EQ(report.counts.resumed, 2);
  EXPECT_EQ(report.counts.failed, 1);
  ASSERT_THAT(report.failures, SizeIs(1));
  EXPECT_EQ(report.failures[0].file, folder_ / "out/a.gradcam.png");
  EXPECT_THAT(Lines(), ElementsAre("a.png", "b.png"));
  EXPECT_TRUE(fs::exists(folder_ / "out/a.gradcam.png"));
}

TEST_F(ResumeTest, StrictLooksAtWhatWasDoneEarlierToo) {
  explainer_.saliency = Map{2, 2, {0, 0, 0, 0}};
  static_cast<void>(RunOn({"photos"}));
  options_.strict = true;
  const RunReport report = Resume();
  EXPECT_EQ(report.counts.failed, 3);
  EXPECT_EQ(report.counts.resumed, 0);
  EXPECT_EQ(explainer_.explained, 0);
}

TEST_F(ResumeTest, ResultsHoldTheReportsInTheOrderOfTheInputs) {
  options_.settings.outputs = {Output::kJson, Output::kJsonl};
  options_.io_threads = 4;
  static_cast<void>(RunOn({"photos/c.png", "photos/a.png", "photos/b.png"}));
  EXPECT_THAT(Lines(), ElementsAre("c.png", "a.png", "b.png"));
  std::ifstream in(folder_ / "out/results.jsonl");
  std::string line;
  std::getline(in, line);
  EXPECT_EQ(nlohmann::json::parse(line), Json("out/c.json"));
}

TEST_F(ResumeTest, ResultsOfAShardHaveItsName) {
  options_.settings.outputs = {Output::kJsonl};
  options_.shard = Shard{2, 3};
  static_cast<void>(RunOn({"photos"}));
  EXPECT_THAT(FilesBelow(options_.output), ElementsAre("results.2-of-3.jsonl", "run.2-of-3.json"));
}

TEST_F(ResumeTest, ResultsOfAnEarlierRunDoNotOutliveItsFiles) {
  options_.settings.outputs = {Output::kGradcam, Output::kJsonl};
  static_cast<void>(RunOn({"photos"}));
  const Settings first = options_.settings;
  options_.settings.outputs = {Output::kGradcam, Output::kJson};
  options_.settings.render.colormap = Colormap::kTurbo;
  static_cast<void>(RunOn({"photos"}));
  EXPECT_FALSE(fs::exists(folder_ / "out/results.jsonl"));
  options_.settings = first;
  EXPECT_THAT(Redone(), SizeIs(3));
  // What gradcam did not write stays.
  folder_.Write("out/results.jsonl", "mine");
  options_.settings.outputs = {Output::kJson};
  static_cast<void>(RunOn({"photos"}));
  EXPECT_EQ(Content(folder_ / "out/results.jsonl"), "mine");
}

TEST_F(ResumeTest, GoesOnFromResultsAlone) {
  options_.settings.outputs = {Output::kJsonl};
  FailAt(3);
  static_cast<void>(RunOn({"photos"}));
  EXPECT_THAT(Lines(), ElementsAre("a.png", "b.png"));
  explainer_.on_explain = [](int) {};
  EXPECT_THAT(Redone(), ElementsAre("c.png"));
  EXPECT_THAT(Lines(), ElementsAre("a.png", "b.png", "c.png"));
  EXPECT_THAT(Redone(), IsEmpty());
}

TEST_F(ResumeTest, MakesAMissingLineOfTheReport) {
  options_.settings.outputs = {Output::kJson, Output::kJsonl};
  static_cast<void>(RunOn({"photos"}));
  const std::string lines = Content(folder_ / "out/results.jsonl");
  folder_.Write("out/results.jsonl", lines.substr(0, lines.size() / 2));
  EXPECT_THAT(Redone(), IsEmpty());
  EXPECT_EQ(Content(folder_ / "out/results.jsonl"), lines);
  fs::remove(folder_ / "out/results.jsonl");
  EXPECT_THAT(Redone(), IsEmpty());
  EXPECT_EQ(Content(folder_ / "out/results.jsonl"), lines);
}

TEST_F(ResumeTest, ALineBetweenOthersComesIntoItsPlace) {
  options_.settings.outputs = {Output::kJsonl};
  FailAt(2);
  static_cast<void>(RunOn({"photos"}));
  EXPECT_THAT(Lines(), ElementsAre("a.png", "c.png"));
  explainer_.on_explain = [](int) {};
  EXPECT_THAT(Redone(), ElementsAre("b.png"));
  EXPECT_THAT(Lines(), ElementsAre("a.png", "b.png", "c.png"));
}

TEST_F(ResumeTest, InterruptedItKeepsTheLinesThatItDidNotReach) {
  options_.settings.outputs = {Output::kJsonl};
  FailAt(1);
  static_cast<void>(RunOn({"photos"}));
  ASSERT_THAT(Lines(), ElementsAre("b.png", "c.png"));
  explainer_.on_explain = [this](int) { stop_.request_stop(); };
  EXPECT_TRUE(Resume().interrupted);
  EXPECT_THAT(Lines(), ElementsAre("a.png", "b.png", "c.png"));
}

TEST_F(ResumeTest, AForeignResultsFileIsAnErrorOfTheRun) {
  options_.settings.outputs = {Output::kJsonl};
  folder_.Write("out/results.jsonl", "{\"path\": \"a.jpg\"}\n");
  EXPECT_THAT(
      [&] { static_cast<void>(RunOn({"photos"})); },
      testing::ThrowsMessage<Error>(HasSubstr("results.jsonl' was not written by gradcam")));
  EXPECT_THAT(
      [&] { static_cast<void>(Preview()); },
      testing::ThrowsMessage<Error>(HasSubstr("results.jsonl' was not written by gradcam")));
}

TEST_F(ResumeTest, ResultsThatAreRemovedBeforeAnythingIsComputedAreMissed) {
  static_cast<void>(RunOn({"photos"}));
  fs::remove(folder_ / "out/b.json");
  explainer_.on_explain = [this](int) {
    if (!fs::exists(folder_ / "gone")) fs::rename(folder_ / "out", folder_ / "gone");
  };
  const RunReport report = Resume();
  ASSERT_GT(report.counts.failed, 0);
  EXPECT_EQ(report.failures[0].file, "b.png");
  EXPECT_THAT(report.failures[0].error, HasSubstr("was removed or renamed during the run"));
  // It was looked up before, and fails, or after, and is computed.
  if (report.counts.failed == 1) {
    EXPECT_TRUE(fs::exists(folder_ / "out/c.json"));
  } else {
    EXPECT_EQ(report.failures[1].file, "c.png");
    EXPECT_THAT(report.failures[1].error, HasSubstr("c.png' were removed during the run"));
  }
}

TEST_F(ResumeTest, AForeignFileInThePlaceOfTheResultsStaysAndEndsTheRun) {
  options_.settings.outputs = {Output::kJsonl};
  FailAt(1);
  static_cast<void>(RunOn({"photos"}));
  explainer_.on_explain = [this](int) {
    fs::rename(folder_ / "out/results.jsonl", folder_ / "gone");
    folder_.Write("out/results.jsonl", "precious");
  };
  EXPECT_THAT(
      [&] { static_cast<void>(Resume()); },
      testing::ThrowsMessage<Error>(HasSubstr("results.jsonl' has appeared since the run began")));
  EXPECT_EQ(Content(folder_ / "out/results.jsonl"), "precious");
}

TEST_F(ResumeTest, ARunBesideAnotherThatWritesTheSameResultsIsRefused) {
  options_.settings.outputs = {Output::kGradcam, Output::kJsonl};
  static_cast<void>(RunOn({"photos"}));
  for (const bool resume : {false, true}) {
    options_.resume = resume;
    explainer_.on_explain = [this](int call) {
      if (call == 1) {
        EXPECT_THAT([&] { RunBeside(); }, RefusesResults());
      }
    };
    explainer_.explained = 0;
    fs::remove(folder_ / "out/a.gradcam.png");  // something is left to do
    EXPECT_EQ(RunOn({"photos"}).counts.failed, 0);
    EXPECT_GT(explainer_.explained, 0);
    EXPECT_THAT(Lines(), ElementsAre("a.png", "b.png", "c.png"));
  }
}

TEST_F(ResumeTest, OfTwoRunsThatStartWithoutAFolderOneDoesAllAndTheOtherIsRefused) {
  options_.settings.outputs = {Output::kGradcam, Output::kJson, Output::kJsonl};
  for (const bool resume : {false, true}) {
    options_.resume = resume;
    fs::remove_all(options_.output);
    std::set<std::string> files;
    explainer_.on_explain = [&](int) {
      if (!files.empty()) return;
      RunBeside();
      files = FilesBelow(options_.output);
    };
    EXPECT_THAT([&] { static_cast<void>(RunOn({"photos"})); },
                testing::Throws<Error>(testing::Property(&Error::kind, ErrorKind::kUsage)));
    EXPECT_THAT(files, SizeIs(8));
    EXPECT_EQ(FilesBelow(options_.output), files);
    EXPECT_THAT(Lines(), ElementsAre("a.png", "b.png", "c.png"));
  }
}

TEST_F(ResumeTest, DoesNotReplaceWhatAnotherRunWroteInThePlaceOfItsOwnResults) {
  options_.settings.outputs = {Output::kJsonl};
  listener_.on_picture = [this] {
    fs::remove(folder_ / "out/results.jsonl");
    RunBeside();
  };
  EXPECT_THAT([&] { static_cast<void>(RunOn({"photos"})); },
              testing::Throws<Error>(testing::Property(&Error::kind, ErrorKind::kUsage)));
  EXPECT_THAT(Lines(), ElementsAre("a.png", "b.png", "c.png"));
}

TEST_F(ResumeTest, ADiskThatDoesNotAnswerHasLostNoResults) {
  for (const char* name : {"more/a.png", "more/b/b.png", "more/c.png"}) WritePicture(name);
  options_.settings.outputs = {Output::kGradcam, Output::kJsonl};
  options_.io_threads = 1;  // so that the results of b have been looked up when c is prepared
  static_cast<void>(RunOn({"more"}));
  ASSERT_THAT(Lines(), ElementsAre("a.png", "b/b.png", "c.png"));
  for (const char* name : {"out/a.gradcam.png", "out/c.gradcam.png"}) fs::remove(folder_ / name);
  options_.resume = true;
  explainer_.explained = 0;
  explainer_.prepared = 0;
  explainer_.on_explain = [this](int call) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (call == 1 && explainer_.prepared < 2 && std::chrono::steady_clock::now() < until) {
      std::this_thread::yield();
    }
    if (call != 1) return;
    fs::rename(folder_ / "out/b", folder_ / "away");
    fs::create_symlink(std::string(300, 'x'), folder_ / "out/b");  // cannot be followed
  };
  const RunReport report = RunOn({"more"});
  ASSERT_EQ(report.counts.failed, 1);
  EXPECT_EQ(report.failures[0].file, "b/b.png");
  EXPECT_THAT(report.failures[0].error, HasSubstr("cannot read the earlier"));
  EXPECT_THAT(Lines(), ElementsAre("a.png", "b/b.png", "c.png"));
}

TEST_F(ResumeTest, APictureWhoseLineCannotBeWrittenFailsAndLeavesNoFile) {
  options_.settings.outputs = {Output::kGradcam, Output::kJson, Output::kJsonl};
  listener_.on_picture = [this] { fs::remove(folder_ / "out/results.jsonl"); };
  const RunReport report = RunOn({"photos"});
  EXPECT_EQ(report.counts.done, 2);
  ASSERT_EQ(report.counts.failed, 2);  // b, and behind c the run
  EXPECT_EQ(report.failures[0].file, "b.png");
  EXPECT_EQ(report.failures[1].file, options_.output);
  for (const Failure& failure : report.failures) {
    EXPECT_THAT(failure.error, HasSubstr("results.jsonl' was removed or renamed during the run"));
  }
  EXPECT_FALSE(fs::exists(folder_ / "out/b.json"));
  EXPECT_FALSE(fs::exists(folder_ / "out/b.gradcam.png"));
}

}  // namespace
}  // namespace gradcam

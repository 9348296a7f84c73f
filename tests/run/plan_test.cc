#include "run/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "gradcam/draw.h"
#include "gradcam/error.h"
#include "run/npy.h"
#include "run/output_names.h"
#include "run/report_naming.h"
#include "run/temporary_folder.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;
using testing::UnorderedElementsAre;

constexpr const char* kOwnReport = R"({"tool": {"name": "gradcam"}})";

// The head of a PNG file of gradcam.
std::string OwnPicture() {
  const auto png = EncodePng(Image{1, 1, {0, 0, 0}});
  return {png.begin(), png.end()};
}

class PlanTest : public testing::Test {
 protected:
  PlanTest() { options_.output = folder_ / "out"; }

  // The jobs of a plan that has no failures.
  std::vector<Job> JobsOf(const std::vector<std::string>& inputs) {
    options_.inputs.clear();
    for (const std::string& input : inputs) options_.inputs.push_back((folder_ / input).string());
    const FileHandle in = FileWith("");
    const Plan plan = MakePlan(options_, in.get());
    std::vector<Job> jobs;
    while (auto next = plan.jobs->Next({})) jobs.push_back(std::get<Job>(std::move(*next)));
    EXPECT_EQ(plan.jobs->total(), jobs.size());
    return jobs;
  }

  // "message | hint"
  std::string UsageError(const std::vector<std::string>& inputs) {
    try {
      static_cast<void>(JobsOf(inputs));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      return std::string(error.what()) + " | " + error.hint();
    }
    return "no error";
  }

  // The names of the pictures of a plan, or "refused FILE" for a result of an earlier run.
  static std::vector<std::string> HandedOut(const Plan& plan) {
    std::vector<std::string> pictures;
    while (const auto next = plan.jobs->Next({})) {
      const auto* failure = std::get_if<Failure>(&*next);
      pictures.push_back(failure ? "refused " + failure->file : std::get<Job>(*next).name);
    }
    return pictures;
  }

  void ExplainSeveralClasses() { options_.settings.explain.classes.resize(2); }

  TemporaryFolder folder_;
  RunOptions options_;
};

TEST_F(PlanTest, KeepsTheFoldersBelowAnInputFolder) {
  folder_.Write("photos/a/cat.jpg", "x");
  folder_.Write("photos/dog.jpg", "x");
  const std::vector<Job> jobs = JobsOf({"photos"});
  ASSERT_EQ(jobs.size(), 2U);
  EXPECT_EQ(jobs[0].folder, folder_ / "out/a");
  EXPECT_EQ(jobs[0].stem, "cat");
  EXPECT_EQ(jobs[1].folder, folder_ / "out");
  EXPECT_FALSE(fs::exists(folder_ / "out"));
}

TEST_F(PlanTest, RefusesTwoPicturesWithOneOutputName) {
  folder_.Write("photos/cat.jpg", "x");
  folder_.Write("photos/cat.png", "x");
  const std::string error = UsageError({"photos"});
  EXPECT_THAT(error, HasSubstr("photos/cat.jpg'"));
  EXPECT_THAT(error, HasSubstr("photos/cat.png'"));
  EXPECT_THAT(error, HasSubstr("out/cat.*'"));
  EXPECT_THAT(error, HasSubstr("--keep-ext"));
  options_.keep_extension = true;
  EXPECT_EQ(JobsOf({"photos"})[1].stem, "cat.png");
}

TEST_F(PlanTest, DoesNotOfferKeepExtWhereItCannotHelp) {
  const std::string error = UsageError({"a/cat.jpg", "b/cat.jpg"});
  EXPECT_THAT(error, HasSubstr("a/cat.jpg' and"));
  EXPECT_THAT(error, testing::Not(HasSubstr("--keep-ext")));
}

TEST_F(PlanTest, RefusesAPictureWhoseReportWouldBeThatOfTheRun) {
  EXPECT_THAT(UsageError({"run.jpg"}), HasSubstr("the report of the whole run"));
  options_.keep_extension = true;
  EXPECT_EQ(JobsOf({"run.jpg"}).size(), 1U);
}

TEST_F(PlanTest, RefusesFoldersCalledLikeFilesOfTheRun) {
  for (const char* name :
       {"run.json", "run.2-of-4.json", "results.jsonl", "results.1-of-2.jsonl"}) {
    const TemporaryFolder photos;
    photos.Write(std::string(name) + "/a/cat.jpg", "x");
    options_.inputs = {photos.path().string()};
    const auto plan = [this] { static_cast<void>(MakePlan(options_, /*standard_input=*/-1)); };
    EXPECT_THAT(plan, testing::ThrowsMessage<Error>(HasSubstr(
                          std::string("out/") + name + "' would be both a folder and a file")));
  }
  folder_.Write("photos/a/run.json/cat.jpg", "x");
  folder_.Write("photos/run.5-of-4.json/cat.jpg", "x");
  EXPECT_EQ(JobsOf({"photos"}).size(), 2U);
}

TEST_F(PlanTest, RefusesAFolderCalledLikeAFileOfAPicture) {
  folder_.Write("photos/a/cat.json/b/dog.jpg", "x");
  folder_.Write("photos/a/cat.png", "x");
  folder_.Write("photos/cat.png", "x");
  EXPECT_THAT(UsageError({"photos"}),
              HasSubstr("photos/a/cat.png': '" + (folder_ / "out/a/cat.json").string() +
                        "' would be both a folder and a file of results | rename the folder"));
  options_.settings.outputs = {Output::kGradcam};
  EXPECT_EQ(JobsOf({"photos"}).size(), 3U);
}

TEST_F(PlanTest, RefusesToWriteIntoAFolderThatItReads) {
  folder_.Write("photos/cat.jpg", "x");
  options_.output = folder_ / "photos";
  EXPECT_THAT(UsageError({"photos"}), HasSubstr("is a folder that pictures are read from"));
  fs::create_directory_symlink("photos", folder_ / "link");
  options_.output = folder_ / "link";
  EXPECT_THAT(UsageError({"photos"}), HasSubstr("is a folder that pictures are read from"));
}

TEST_F(PlanTest, RefusesToWriteIntoAFolderThatItReadsThroughALinkInTheOutputFolder) {
  folder_.Write("photos/a/cat.jpg", "x");
  fs::create_directories(folder_ / "out");
  fs::create_directory_symlink("../photos/a", folder_ / "out/a");
  EXPECT_THAT(UsageError({"photos"}), HasSubstr("out/a' is a folder that pictures are read from"));
}

TEST_F(PlanTest, TakesAnOutputFolderInsideAnInputFolder) {
  folder_.Write("photos/cat.jpg", "x");
  folder_.Write("photos/out/cat.panel.png", OwnPicture());
  options_.output = folder_ / "photos/out";
  const std::vector<Job> jobs = JobsOf({"photos"});
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_THAT(jobs[0].stale, ElementsAre("cat.panel.png"));
}

TEST_F(PlanTest, NeverReplacesAPictureThatGradcamDidNotMake) {
  folder_.Write("out/cat.gradcam.png", "a photo of the user");
  EXPECT_THAT(UsageError({"cat.jpg"}),
              HasSubstr("out/cat.gradcam.png' was not written by gradcam"));
}

TEST_F(PlanTest, NeverReplacesWhatItCannotLookInto) {
  fs::create_directories(folder_ / "out");
  ASSERT_EQ(::mkfifo((folder_ / "out/cat.gradcam.png").c_str(), 0600), 0);  // nobody writes to it
  EXPECT_THAT(UsageError({"cat.jpg"}),
              HasSubstr("out/cat.gradcam.png' was not written by gradcam"));
  fs::remove(folder_ / "out/cat.gradcam.png");
  fs::create_symlink("cat.gradcam.png", folder_ / "out/cat.gradcam.png");
  EXPECT_THAT(UsageError({"cat.jpg"}),
              HasSubstr("out/cat.gradcam.png' was not written by gradcam"));
}

TEST_F(PlanTest, FindsDrawingsOfOtherFormats) {
  for (const ImageFormat format : {ImageFormat::kPng, ImageFormat::kJpg}) {
    const auto bytes = EncodeImage(Image{1, 1, {0, 0, 0}}, format);
    folder_.Write("out/" + OutputName("cat", {}, FileKind::kPanel, format),
                  std::string(bytes.begin(), bytes.end()));
  }
  EXPECT_THAT(JobsOf({"cat.jpg"})[0].stale, UnorderedElementsAre("cat.panel.png", "cat.panel.jpg"));
  folder_.Write("out/cat.gradcam-overlay.webp", std::string(300, 'x'));
  EXPECT_THAT(UsageError({"cat.jpg"}),
              HasSubstr("cat.gradcam-overlay.webp' was not written by gradcam"));
}

TEST_F(PlanTest, RefusesResultsOfAnEarlierRunHoweverTheyAreNamed) {
  folder_.Write("cat.png", "x");
  folder_.Write("out/a/cat.gradcam.png", OwnPicture());
  folder_.Write("out/photo.png", "x");
  fs::create_directory_symlink("out", folder_ / "link");
  const std::string result = (folder_ / "link/a/cat.gradcam.png").string();
  folder_.Write("list", (folder_ / "cat.png").string() + "\n" + result + "\n" +
                            (folder_ / "out/photo.png").string() + "\n");
  options_.inputs = {"@" + (folder_ / "list").string(), (folder_ / "out/a").string()};
  const Plan plan = MakePlan(options_, /*standard_input=*/-1);
  EXPECT_EQ(plan.jobs->total(), 4U);
  EXPECT_THAT(plan.failures, IsEmpty());
  EXPECT_THAT(HandedOut(plan),
              ElementsAre("cat.png", "refused " + result, "out/photo.png",
                          "refused " + (folder_ / "out/a/cat.gradcam.png").string()));
  EXPECT_THAT(UsageError({"link/a/cat.gradcam.png"}),
              HasSubstr("is a result in the output folder; not explained | leave"));
  options_.output = folder_ / "other";
  EXPECT_EQ(JobsOf({"link/a/cat.gradcam.png"}).size(), 1U);
}

TEST_F(PlanTest, NeedsAPicture) {
  folder_.Write("photos/note.txt", "x");
  EXPECT_THAT(UsageError({"photos"}), HasSubstr("no picture found"));
}

TEST_F(PlanTest, NeedsAFolderAsOutput) {
  folder_.Write("out", "a file");
  EXPECT_THAT(UsageError({"cat.jpg"}), HasSubstr("out' is not a folder"));
}

TEST_F(PlanTest, NeverReplacesAnInput) {
  folder_.Write("out/cat.panel.png", "x");
  EXPECT_THAT(UsageError({"out/cat.panel.png", "cat.jpg"}), HasSubstr("replace its own input"));
  EXPECT_EQ(JobsOf({"out/cat.panel.png", "dog.jpg"}).size(), 2U);
}

TEST_F(PlanTest, NeverReplacesAnInputThatIsReachedThroughALink) {
  folder_.Write("out/cat.281.gradcam.png", "");
  fs::create_symlink("out/cat.281.gradcam.png", folder_ / "other.png");
  ExplainSeveralClasses();
  EXPECT_THAT(UsageError({"other.png", "cat.jpg"}), HasSubstr("replace its own input"));
}

TEST_F(PlanTest, RefusesToReplaceANumpyFileThatIsNoMap) {
  folder_.Write("out/cat.gradcam.npy", "mine");
  EXPECT_THAT([&] { static_cast<void>(JobsOf({"cat.jpg"})); },
              ThrowsMessage<Error>(HasSubstr("cat.gradcam.npy' was not written by gradcam")));
}

TEST_F(PlanTest, FindsOlderOutputsOfAllKindsAndClasses) {
  for (const char* name :
       {"cat.json", "cat.gradcam.png", "cat.281.gradcam.png", "cat.7.saliency.npy",
        "cat.281.panel.png", "cat.png", "cat.x.gradcam.png", "cats.json", "dog.gradcam.png",
        "cat.281.json", "cat.7.gradcam.jpg"}) {
    folder_.Write(std::string("out/") + name, OwnPicture());
  }
  const std::vector<std::uint8_t> map = EncodeNpy(Map{2, 1, {1, 2}});
  folder_.Write("out/cat.7.saliency.npy", std::string(map.begin(), map.end()));
  // cat.281.json says whose its files are.
  folder_.Write("out/cat.281.json", ReportNaming({"cat.281.gradcam.png"}));
  EXPECT_THAT(JobsOf({"cat.jpg"})[0].stale,
              UnorderedElementsAre("cat.json", "cat.gradcam.png", "cat.7.saliency.npy",
                                   "cat.281.panel.png"));
  fs::remove(folder_ / "out/cat.281.json");
  EXPECT_THAT(JobsOf({"cat.jpg"})[0].stale,
              UnorderedElementsAre("cat.json", "cat.gradcam.png", "cat.7.saliency.npy",
                                   "cat.281.gradcam.png", "cat.281.panel.png"));
}

TEST_F(PlanTest, GivesNamesWithANumberToThePictureThatTheRunGivesThemTo) {
  folder_.Write("out/cat.1.gradcam.png", "");
  folder_.Write("out/cat.1.json", ReportNaming({"cat.1.gradcam.png"}));
  std::vector<Job> jobs = JobsOf({"cat.jpg", "cat.1.jpg"});
  EXPECT_THAT(jobs[0].stale, IsEmpty());
  EXPECT_THAT(jobs[1].stale, UnorderedElementsAre("cat.1.gradcam.png", "cat.1.json"));
  // With several classes cat.jpg writes cat.1.gradcam.png, and cat.1.jpg must not remove it.
  ExplainSeveralClasses();
  jobs = JobsOf({"cat.jpg", "cat.1.jpg"});
  EXPECT_THAT(jobs[0].stale, ElementsAre("cat.1.gradcam.png"));
  EXPECT_THAT(jobs[1].stale, ElementsAre("cat.1.json"));
  // And the other way round.
  folder_.Write("out/cat.json", ReportNaming({"cat.1.gradcam.png"}));
  options_.settings.explain.classes.resize(1);
  jobs = JobsOf({"cat.jpg", "cat.1.jpg"});
  EXPECT_THAT(jobs[0].stale, ElementsAre("cat.json"));
  EXPECT_THAT(jobs[1].stale, UnorderedElementsAre("cat.1.gradcam.png", "cat.1.json"));
}

TEST_F(PlanTest, LeavesTheFileOfAClassToThePictureWhoseReportNamesIt) {
  for (const bool several : {false, true}) {
    if (several) ExplainSeveralClasses();
    folder_.Write("out/cat.1.gradcam.png", OwnPicture());
    folder_.Write("out/cat.json", ReportNaming({"cat.1.gradcam.png"}));
    EXPECT_THAT(JobsOf({"cat.1.jpg"})[0].stale, IsEmpty());
    folder_.Write("out/cat.json", ReportNaming({"cat.gradcam.png"}));
    EXPECT_THAT(JobsOf({"cat.1.jpg"})[0].stale, ElementsAre("cat.1.gradcam.png"));
    folder_.Write("out/cat.json", R"({"schema_version": 2, "tool")");  // nobody knows what it names
    EXPECT_THAT(JobsOf({"cat.1.jpg"})[0].stale, IsEmpty());
    fs::remove(folder_ / "out/cat.json");
    EXPECT_THAT(JobsOf({"cat.1.jpg"})[0].stale, ElementsAre("cat.1.gradcam.png"));
  }
}

TEST_F(PlanTest, HandsOutTheShareOfAShard) {
  for (const char* name : {"a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"}) {
    folder_.Write(std::string("photos/") + name, "x");
  }
  folder_.Write("out/d.gradcam.png", OwnPicture());
  const auto stems = [this](std::size_t number, std::size_t count) {
    options_.shard = Shard{number, count};
    std::vector<std::string> names;
    for (const Job& job : JobsOf({"photos"})) names.push_back(job.stem);
    return names;
  };
  EXPECT_THAT(stems(1, 2), ElementsAre("a", "c", "e"));
  EXPECT_THAT(stems(2, 2), ElementsAre("b", "d"));
  EXPECT_THAT(stems(5, 5), ElementsAre("e"));
  EXPECT_THAT(stems(6, 6), IsEmpty());
  options_.shard = Shard{2, 2};
  EXPECT_THAT(JobsOf({"photos"})[1].stale, ElementsAre("d.gradcam.png"));
}

// The first to run has removed a result by the time that the second lists the pictures.
TEST_F(PlanTest, ShardsShareAListThatNamesResults) {
  const std::string result = (folder_ / "out/a.gradcam.png").string();
  folder_.Write("out/a.gradcam.png", OwnPicture());
  folder_.Write("out/c.panel.png", OwnPicture());
  options_.inputs = {result};
  for (const char* name : {"a.png", "b.png", "c.png", "d.png"}) {
    options_.inputs.push_back((folder_ / name).string());
  }
  const auto plan_of = [this](std::size_t number) {
    options_.shard = Shard{number, 2};
    return MakePlan(options_, /*standard_input=*/-1);
  };
  EXPECT_EQ(plan_of(1).jobs->total(), 3U);
  EXPECT_THAT(HandedOut(plan_of(1)), ElementsAre("refused " + result, "b.png", "d.png"));
  fs::remove(result);
  const Plan second = plan_of(2);
  EXPECT_EQ(second.jobs->total(), 2U);
  EXPECT_EQ(std::get<Job>(second.jobs->Next({}).value()).name, "a.png");
  EXPECT_THAT(std::get<Job>(second.jobs->Next({}).value()).stale, ElementsAre("c.panel.png"));
}

// Neither by names that its outputs would have nor as an input that must not be replaced.
TEST_F(PlanTest, ARefusedResultIsInNoPicturesWay) {
  const std::string in_list = (folder_ / "out/run.2-of-3.json/a.panel.png").string();
  const std::string alone = (folder_ / "out/b.panel.png").string();
  folder_.Write("out/run.2-of-3.json/a.panel.png", OwnPicture());
  folder_.Write("out/b.panel.png", OwnPicture());
  folder_.Write("list", in_list + "\n");
  options_.root = options_.output.string();
  options_.inputs = {"@" + (folder_ / "list").string(), alone, (folder_ / "b.panel.jpg").string(),
                     (folder_ / "b.jpg").string()};
  EXPECT_THAT(HandedOut(MakePlan(options_, /*standard_input=*/-1)),
              ElementsAre("refused " + in_list, "refused " + alone, "b.panel.jpg", "b.jpg"));
}

TEST_F(PlanTest, RefusesListOptionsWithoutAList) {
  options_.root = "photos";
  EXPECT_THAT(UsageError({"cat.jpg"}), HasSubstr("--root is for lists"));
  options_.root.reset();
  options_.null_separated = true;
  EXPECT_THAT(UsageError({"cat.jpg"}), HasSubstr("--null is for lists"));
}

TEST_F(PlanTest, KeepsTheReportsOfShardsFree) {
  EXPECT_THAT(UsageError({"run.2-of-4.jpg"}), HasSubstr("'run.2-of-4.json', the report"));
  EXPECT_EQ(JobsOf({"run.2-of-x.jpg"}).size(), 1U);
}

TEST_F(PlanTest, ReplacesTheReportOfAnEarlierRunButNobodyElsesFile) {
  folder_.Write("out/run.json", kOwnReport);
  EXPECT_EQ(JobsOf({"cat.jpg"}).size(), 1U);
  folder_.Write("out/run.json", R"({"epochs": 3})");
  EXPECT_THAT(UsageError({"cat.jpg"}), HasSubstr("run.json' was not written by gradcam"));
}

}  // namespace
}  // namespace gradcam

#include "run/streamed_jobs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gradcam/draw.h"
#include "gradcam/error.h"
#include "run/report_naming.h"
#include "run/temporary_folder.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class StreamedJobsTest : public testing::Test {
 protected:
  StreamedJobsTest() {
    options_.output = folder_ / "out";
    options_.inputs = {"@-"};
    options_.root = folder_.path().string();
  }

  void ReadFrom(const std::string& list) {
    file_ = FileWith(list);
    jobs_.emplace(options_, file_.get());
  }

  std::optional<Job> NextJob() {
    auto next = jobs_->Next({});
    if (!next) return std::nullopt;
    if (const auto* failure = std::get_if<Failure>(&*next)) {
      ADD_FAILURE() << failure->error;
      return std::nullopt;
    }
    return std::get<Job>(*next);
  }

  Failure NextFailure() {
    auto next = jobs_->Next({});
    if (!next || !std::holds_alternative<Failure>(*next)) return {"", "no failure", ""};
    return std::get<Failure>(*next);
  }

  [[nodiscard]] std::string Path(const std::string& name) const {
    return (folder_ / name).string();
  }

  TemporaryFolder folder_;
  RunOptions options_;
  FileHandle file_{-1};
  std::optional<StreamedJobs> jobs_;
};

TEST_F(StreamedJobsTest, AreNamedBelowTheRoot) {
  ReadFrom(Path("a/cat.jpg") + "\n" + Path("dog.jpg") + "\n");
  const auto cat = NextJob();
  ASSERT_TRUE(cat);
  EXPECT_EQ(cat->name, "a/cat.jpg");
  EXPECT_EQ(cat->folder, folder_ / "out/a");
  EXPECT_EQ(cat->stem, "cat");
  EXPECT_EQ(NextJob().value().folder, folder_ / "out");
  EXPECT_FALSE(NextJob());
  EXPECT_FALSE(jobs_->total());
}

TEST_F(StreamedJobsTest, AreNamedBelowTheWorkingFolderOrElseTheRootOfAll) {
  options_.root.reset();
  ReadFrom("a/cat.jpg\n/nowhere/dog.jpg\n");
  EXPECT_EQ(NextJob().value().name, "a/cat.jpg");
  EXPECT_EQ(NextJob().value().name, "nowhere/dog.jpg");
}

TEST_F(StreamedJobsTest, FailOutsideOfTheRoot) {
  ReadFrom("/nowhere/cat.jpg\n" + Path("dog.jpg") + "\n");
  EXPECT_THAT(NextFailure().error,
              HasSubstr("list on stdin, line 1: picture '/nowhere/cat.jpg' is not below the root"));
  EXPECT_EQ(NextJob().value().stem, "dog");
}

TEST_F(StreamedJobsTest, AreDoneOnceWithAWarning) {
  ReadFrom(Path("cat.jpg") + "\n" + Path("./cat.jpg") + "\n" + Path("dog.jpg") + "\n");
  EXPECT_EQ(NextJob().value().stem, "cat");
  EXPECT_THAT(jobs_->TakeWarnings(), IsEmpty());
  EXPECT_EQ(NextJob().value().stem, "dog");
  EXPECT_THAT(jobs_->TakeWarnings(), ElementsAre(HasSubstr("cat.jpg' is given more than once")));
}

TEST_F(StreamedJobsTest, FailWhereTheNameIsTaken) {
  ReadFrom(Path("cat.jpg") + "\n" + Path("cat.png") + "\n" + Path("run.png") + "\n");
  EXPECT_EQ(NextJob().value().stem, "cat");
  const Failure failure = NextFailure();
  EXPECT_THAT(failure.file, HasSubstr("cat.png"));
  EXPECT_THAT(failure.error, HasSubstr("out/cat.*', as an earlier picture does"));
  EXPECT_THAT(failure.hint, HasSubstr("--keep-ext"));
  EXPECT_THAT(NextFailure().error, HasSubstr("the report of the whole run"));
  EXPECT_FALSE(NextJob());
}

TEST_F(StreamedJobsTest, FailWhereAFolderWouldBeAFile) {
  ReadFrom(Path("run.json/cat.jpg") + "\n" + Path("a/cat.jpg") + "\n" + Path("a/cat.json/b/x.jpg") +
           "\n" + Path("dog.json/y.jpg") + "\n" + Path("dog.jpg") + "\n" + Path("dog.json/z.jpg") +
           "\n");
  const std::string problem = "' would be both a folder and a file of results";
  EXPECT_THAT(NextFailure().error, HasSubstr("out/run.json" + problem));
  EXPECT_EQ(NextJob().value().stem, "cat");
  EXPECT_THAT(NextFailure().error, HasSubstr("out/a/cat.json" + problem));
  EXPECT_EQ(NextJob().value().stem, "y");
  EXPECT_THAT(NextFailure().error, HasSubstr("out/dog.json" + problem));
  EXPECT_EQ(NextJob().value().stem, "z");
}

TEST_F(StreamedJobsTest, FailWithALineThatIsWrong) {
  ReadFrom("path,class\n" + Path("cat.jpg") + ",7\nx\n" + Path("dog.jpg") + ",dog\n");
  EXPECT_EQ(NextJob().value().truth.value().index, 7);
  EXPECT_THAT(NextFailure().error, HasSubstr("list on stdin, line 3: the number of fields"));
  EXPECT_EQ(NextJob().value().truth.value().label, "dog");
}

TEST_F(StreamedJobsTest, FailForAClassThatTheModelDoesNotHave) {
  ReadFrom("path,class\n" + Path("cat.jpg") + ",zzz\n" + Path("dog.jpg") + ",dog\n" +
           Path("cow.jpg") + ",2\n");
  jobs_->CheckClasses({{"", "cat"}, {"", "dog"}});
  const Failure failure = NextFailure();
  EXPECT_EQ(failure.file, Path("cat.jpg"));
  EXPECT_EQ(failure.error, "list on stdin, line 2: no class is called 'zzz'");
  EXPECT_THAT(failure.hint, HasSubstr("nearest labels"));
  EXPECT_EQ(NextJob().value().stem, "dog");
  EXPECT_THAT(NextFailure().error, HasSubstr("line 4: class 2 is not there"));
}

TEST_F(StreamedJobsTest, NeedAPicture) {
  EXPECT_THROW(ReadFrom("\n\n"), Error);
  EXPECT_THROW(ReadFrom("path,label\na.jpg,1\n"), Error);
}

TEST_F(StreamedJobsTest, FindTheirOlderOutputs) {
  const auto png = EncodePng(Image{1, 1, {0, 0, 0}});
  const std::string own(png.begin(), png.end());
  for (const char* name : {"cat.json", "cat.gradcam.png", "cat.7.saliency.png", "cat.x.panel.png",
                           "cats.json", "dog.panel.png"}) {
    folder_.Write(std::string("out/") + name, own);
  }
  ReadFrom(Path("cat.jpg") + "\n" + Path("cow.jpg") + "\n" + Path("dog.jpg") + "\n");
  EXPECT_THAT(NextJob().value().stale,
              UnorderedElementsAre("cat.json", "cat.gradcam.png", "cat.7.saliency.png"));
  EXPECT_THAT(NextJob().value().stale, IsEmpty());
  EXPECT_THAT(NextJob().value().stale, ElementsAre("dog.panel.png"));
}

TEST_F(StreamedJobsTest, FindOlderOutputsInEachFolder) {
  for (const char* name : {"out/a/cat.7.gradcam.npy", "out/a/cat.7.json", "out/b/cat.gradcam.npy",
                           "out/b/cat.07.gradcam.npy", "out/b/cat.json.json"}) {
    folder_.Write(name, "");
  }
  folder_.Write("out/a/cat.7.json", ReportNaming({"cat.7.gradcam.npy"}));
  ReadFrom(Path("b/cat.jpg") + "\n" + Path("a/cat.jpg") + "\n" + Path("a/cat.7.jpg") + "\n");
  EXPECT_THAT(NextJob().value().stale, ElementsAre("cat.gradcam.npy"));
  // Those of cat.7.jpg, by its report.
  EXPECT_THAT(NextJob().value().stale, IsEmpty());
  EXPECT_THAT(NextJob().value().stale, UnorderedElementsAre("cat.7.gradcam.npy", "cat.7.json"));
}

TEST_F(StreamedJobsTest, LeaveAloneWhatAnEarlierPictureOfTheRunWrites) {
  folder_.Write("out/cat.1.gradcam.png", "");
  ReadFrom(Path("cat.1.jpg") + "\n" + Path("cat.jpg") + "\n");
  EXPECT_THAT(NextJob().value().stale, ElementsAre("cat.1.gradcam.png"));
  EXPECT_THAT(NextJob().value().stale, IsEmpty());
  options_.settings.explain.classes.resize(2);
  ReadFrom(Path("cat.jpg") + "\n" + Path("cat.1.jpg") + "\n");
  EXPECT_THAT(NextJob().value().stale, ElementsAre("cat.1.gradcam.png"));
  EXPECT_THAT(NextJob().value().stale, IsEmpty());
}

TEST_F(StreamedJobsTest, FailForResultsOfAnEarlierRun) {
  const auto png = EncodePng(Image{1, 1, {0, 0, 0}});
  folder_.Write("out/cat.panel.png", std::string(png.begin(), png.end()));
  folder_.Write("out/photo.panel.png", "x");
  ReadFrom(Path("cat.jpg") + "\n" + Path("out/cat.panel.png") + "\n" + Path("out/photo.panel.png") +
           "\n");
  EXPECT_EQ(NextJob().value().name, "cat.jpg");
  EXPECT_THAT(NextFailure().error,
              HasSubstr("out/cat.panel.png' is a result in the output folder"));
  EXPECT_EQ(NextJob().value().name, "out/photo.panel.png");
}

TEST_F(StreamedJobsTest, FailForResultsOfTheSameRun) {
  ReadFrom(Path("cat.jpg") + "\n" + Path("out/cat.panel.png") + "\n");
  ASSERT_FALSE(fs::exists(folder_ / "out"));
  EXPECT_EQ(NextJob().value().name, "cat.jpg");
  const auto png = EncodePng(Image{1, 1, {0, 0, 0}});
  folder_.Write("out/cat.panel.png", std::string(png.begin(), png.end()));
  EXPECT_THAT(NextFailure().error, HasSubstr("is a result in the output folder"));
}

TEST_F(StreamedJobsTest, NeverReplaceTheUsersFiles) {
  folder_.Write("out/cat.gradcam.png", "a photo of the user");
  folder_.Write("out/dog.panel.png", "");
  options_.output = folder_ / "out";
  ReadFrom(Path("cat.jpg") + "\n" + Path("link.png") + "\n");
  EXPECT_THAT(NextFailure().error, HasSubstr("cat.gradcam.png' was not written by gradcam"));
  fs::create_symlink("out/link.panel.png", folder_ / "link.png");
  folder_.Write("out/link.panel.png", "");
  ReadFrom(Path("link.png") + "\n");
  EXPECT_THAT(NextFailure().error, HasSubstr("replace its own input"));
}

}  // namespace
}  // namespace gradcam

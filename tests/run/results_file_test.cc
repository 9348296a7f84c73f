#include "run/results_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "gradcam/error.h"
#include "report/json_text.h"
#include "report/sample_report.h"
#include "run/temporary_folder.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

// The report of a picture, with any text to tell it from another of the same picture.
std::string LineOf(const std::string& name, const std::string& digest = "") {
  PictureReport picture = SamplePicture();
  picture.image.file = name;
  if (!digest.empty()) picture.image.sha256 = digest;
  return JsonLine(picture, SampleContext());
}

class ResultsFileTest : public testing::Test {
 protected:
  void WriteLines(const std::vector<std::string>& names, const std::string& rest = "") {
    std::string text;
    for (const std::string& name : names) text += LineOf(name) + "\n";
    folder_.Write("results.jsonl", text + rest);
  }

  void ExpectLines(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    EXPECT_EQ(Content(folder_ / "results.jsonl"), text);
    EXPECT_THAT(FilesBelow(folder_.path()), UnorderedElementsAre("results.jsonl"));
  }

  ResultsFile Open(OldLines old_lines) { return {folder_ / "results.jsonl", old_lines}; }

  // An error of the whole run.
  static auto Refuses(const std::string& problem) {
    return testing::Throws<Error>(
        testing::AllOf(testing::Property(&Error::kind, ErrorKind::kUsage),
                       testing::Property(&Error::what, HasSubstr(problem))));
  }

  // Of a run that begins now.
  void ExpectRefusal() {
    for (const OldLines old_lines : {OldLines::kReplace, OldLines::kKeep}) {
      EXPECT_THAT([&] { static_cast<void>(Open(old_lines)); },
                  Refuses("is being written by another run"));
    }
  }

  TemporaryFolder folder_;
};

TEST_F(ResultsFileTest, HoldsALineAPicture) {
  ResultsFile results = Open(OldLines::kReplace);
  EXPECT_FALSE(fs::exists(folder_ / "results.jsonl"));
  results.Add("a", LineOf("a"));
  ExpectLines({LineOf("a")});  // at once
  results.Add("b", LineOf("b"));
  results.Finish(/*is_complete=*/true);
  ExpectLines({LineOf("a"), LineOf("b")});
}

TEST_F(ResultsFileTest, ReplacesAnOlderFileWithTheFirstLine) {
  WriteLines({"x", "y"});
  ResultsFile results = Open(OldLines::kReplace);
  EXPECT_EQ(results.Find("x"), "");
  ExpectLines({LineOf("x"), LineOf("y")});
  results.Add("a", LineOf("a"));
  results.Finish(true);
  ExpectLines({LineOf("a")});
}

TEST_F(ResultsFileTest, RemovesAnOlderFileIfNothingIsDone) {
  WriteLines({"x"});
  ResultsFile results = Open(OldLines::kReplace);
  results.Drop("a");
  results.Finish(true);
  EXPECT_FALSE(fs::exists(folder_ / "results.jsonl"));
}

TEST_F(ResultsFileTest, KeepsLinesAndGoesOnBehindThem) {
  WriteLines({"a", "b"});
  ResultsFile results = Open(OldLines::kKeep);
  EXPECT_EQ(results.Find("b"), LineOf("b"));
  EXPECT_EQ(results.Find("c"), "");
  results.Add("a", LineOf("a"));
  results.Add("b", LineOf("b"));
  results.Add("c", LineOf("c"));
  ExpectLines({LineOf("a"), LineOf("b"), LineOf("c")});
  results.Finish(true);
  ExpectLines({LineOf("a"), LineOf("b"), LineOf("c")});
}

TEST_F(ResultsFileTest, CutsATornLastLine) {
  WriteLines({"a"}, LineOf("b").substr(0, 100));
  ResultsFile results = Open(OldLines::kKeep);
  EXPECT_EQ(results.Find("b"), "");
  results.Add("a", LineOf("a"));
  results.Add("b", LineOf("b"));
  results.Finish(true);
  ExpectLines({LineOf("a"), LineOf("b")});
}

TEST_F(ResultsFileTest, LosesDamagedLines) {
  const std::string torn = LineOf("b").substr(0, 60);
  const std::string zeros(60, '\0');
  for (const std::string& damaged : {torn, zeros, zeros + torn.substr(20)}) {
    folder_.Write("results.jsonl", LineOf("a") + "\n" + damaged + "\n" + LineOf("c") + "\n");
    {
      ResultsFile results = Open(OldLines::kKeep);
      EXPECT_EQ(results.Find("c"), LineOf("c"));
      results.Add("a", LineOf("a"));
      results.Add("b", LineOf("b"));
      results.Add("c", LineOf("c"));
      results.Finish(/*is_complete=*/true);
    }
    ExpectLines({LineOf("a"), LineOf("b"), LineOf("c")});
    folder_.Write("results.jsonl", damaged + "\n");
    {
      ResultsFile results = Open(OldLines::kKeep);
      results.Add("a", LineOf("a"));
      results.Finish(true);
    }
    ExpectLines({LineOf("a")});
  }
}

TEST_F(ResultsFileTest, CutsATornLastLineOnlyOnceItIsWritten) {
  const std::string torn = LineOf("b").substr(0, LineOf("b").size() - 1);
  WriteLines({"a"}, torn);
  {
    const ResultsFile results = Open(OldLines::kKeep);
    EXPECT_EQ(Content(folder_ / "results.jsonl"), LineOf("a") + "\n" + torn);
  }
  {
    ResultsFile results = Open(OldLines::kKeep);
    results.Add("a", LineOf("a"));
    results.Finish(true);
    ExpectLines({LineOf("a")});
  }
  // A shorter line than the torn one.
  WriteLines({"a"}, torn + std::string(100, 'x'));
  ResultsFile results = Open(OldLines::kKeep);
  results.Add("b", LineOf("b"));
  ExpectLines({LineOf("a"), LineOf("b")});
}

TEST_F(ResultsFileTest, CutsATornOnlyLineAndLosesItIfNothingFollows) {
  WriteLines({}, LineOf("b").substr(0, 100));
  ResultsFile results = Open(OldLines::kKeep);
  results.Add("a", LineOf("a"));
  results.Finish(true);
  ExpectLines({LineOf("a")});
}

TEST_F(ResultsFileTest, PutsNewLinesInTheirPlaceAtTheEnd) {
  WriteLines({"a", "c"});
  ResultsFile results = Open(OldLines::kKeep);
  results.Add("a", LineOf("a"));
  results.Add("b", LineOf("b"));
  ExpectLines({LineOf("a"), LineOf("c"), LineOf("b")});  // nothing is lost if it is killed now
  results.Add("c", LineOf("c"));
  results.Finish(true);
  ExpectLines({LineOf("a"), LineOf("b"), LineOf("c")});
}

TEST_F(ResultsFileTest, ReplacesALineThatIsAnotherNow) {
  WriteLines({"a", "b"});
  ResultsFile results = Open(OldLines::kKeep);
  const std::string changed = LineOf("a", std::string(64, 'e'));
  results.Add("a", changed);
  results.Add("b", LineOf("b"));
  results.Finish(true);
  ExpectLines({changed, LineOf("b")});
}

TEST_F(ResultsFileTest, DropsLinesOfPicturesThatFailedOrAreGone) {
  WriteLines({"a", "b", "c"});
  ResultsFile results = Open(OldLines::kKeep);
  results.Drop("a");
  results.Add("c", LineOf("c"));
  results.Finish(true);
  ExpectLines({LineOf("c")});
}

TEST_F(ResultsFileTest, KeepsTheLineOfAPictureInItsPlace) {
  WriteLines({"b", "a"});
  ResultsFile results = Open(OldLines::kKeep);
  results.Keep("a");
  results.Keep("b");
  results.Keep("c");
  results.Finish(true);
  ExpectLines({LineOf("a"), LineOf("b")});
}

TEST_F(ResultsFileTest, IsOnlyReadWithoutALock) {
  WriteLines({"a", "b"}, "{\"schema_version\": 1, torn");
  const std::string before = Content(folder_ / "results.jsonl");
  {
    const ResultsFile writer = Open(OldLines::kKeep);
    const ResultsFile reader = Open(OldLines::kRead);
    EXPECT_EQ(reader.Find("b"), LineOf("b"));
    EXPECT_EQ(reader.Find("c"), "");
  }
  const ResultsFile reader = Open(OldLines::kRead);
  EXPECT_EQ(Open(OldLines::kKeep).Find("a"), LineOf("a"));  // nor keeps a run from writing
  EXPECT_EQ(Content(folder_ / "results.jsonl"), before);
}

TEST_F(ResultsFileTest, IsWrittenByOneRunAtATime) {
  {
    ResultsFile first = Open(OldLines::kReplace);
    first.Add("a", LineOf("a"));
    ExpectRefusal();
    first.Finish(true);
    ExpectRefusal();
  }
  {
    const ResultsFile kept = Open(OldLines::kKeep);
    ExpectRefusal();
  }
  EXPECT_EQ(Open(OldLines::kKeep).Find("a"), LineOf("a"));
}

TEST_F(ResultsFileTest, AnOlderFileThatWillBeReplacedIsTakenFromTheStart) {
  WriteLines({"x"});
  {
    ResultsFile first = Open(OldLines::kReplace);
    ExpectRefusal();
    first.Add("a", LineOf("a"));
    ExpectRefusal();
  }
  EXPECT_EQ(Open(OldLines::kKeep).Find("a"), LineOf("a"));
}

TEST_F(ResultsFileTest, OfTwoRunsThatFoundNoFileTheSecondToBeginIsRefused) {
  for (const OldLines old_lines : {OldLines::kReplace, OldLines::kKeep}) {
    fs::remove(folder_ / "results.jsonl");
    ResultsFile second = Open(old_lines);
    ResultsFile third = Open(old_lines);
    {
      ResultsFile first = Open(old_lines);
      first.Add("a", LineOf("a"));
      EXPECT_THAT([&] { second.Add("b", LineOf("b")); },
                  Refuses("is being written by another run"));
      first.Finish(true);
    }
    EXPECT_THAT([&] { third.Add("c", LineOf("c")); }, Refuses("has appeared since the run began"));
    third.Finish(true);
    ExpectLines({LineOf("a")});
  }
}

TEST_F(ResultsFileTest, NeverRemovesWhatWasNotThereAtTheStart) {
  for (const bool had_older : {false, true}) {
    if (had_older) WriteLines({"x"});
    ResultsFile results = Open(OldLines::kReplace);
    fs::remove(folder_ / "results.jsonl");
    folder_.Write("results.jsonl", "precious");
    EXPECT_THAT([&] { results.Add("a", LineOf("a")); },
                Refuses("has appeared since the run began"));
    results.Finish(true);
    EXPECT_EQ(Content(folder_ / "results.jsonl"), "precious");
  }
}

TEST_F(ResultsFileTest, AnOlderFileThatIsGoneByTheFirstLineIsNotMissed) {
  WriteLines({"x"});
  ResultsFile results = Open(OldLines::kReplace);
  fs::remove(folder_ / "results.jsonl");
  results.Add("a", LineOf("a"));
  results.Finish(true);
  ExpectLines({LineOf("a")});
}

TEST_F(ResultsFileTest, LeavesAnotherNameOfTheOlderFileAlone) {
  WriteLines({"x"});
  fs::create_hard_link(folder_ / "results.jsonl", folder_ / "backup");
  ResultsFile results = Open(OldLines::kReplace);
  results.Add("a", LineOf("a"));
  results.Finish(true);
  EXPECT_EQ(Content(folder_ / "backup"), LineOf("x") + "\n");
  EXPECT_EQ(Content(folder_ / "results.jsonl"), LineOf("a") + "\n");
}

TEST_F(ResultsFileTest, KeepsLinesOfPicturesThatWereNotReached) {
  WriteLines({"a", "c", "d"});
  ResultsFile results = Open(OldLines::kKeep);
  results.Drop("a");
  results.Add("b", LineOf("b"));
  results.Finish(/*is_complete=*/false);
  ExpectLines({LineOf("b"), LineOf("c"), LineOf("d")});
}

TEST_F(ResultsFileTest, OfALineThatIsThereTwiceTheLastCounts) {
  const std::string changed = LineOf("a", std::string(64, 'e'));
  WriteLines({"a", "b"}, changed + "\n");
  ResultsFile results = Open(OldLines::kKeep);
  EXPECT_EQ(results.Find("a"), changed);
  results.Add("a", changed);
  results.Add("b", LineOf("b"));
  results.Finish(true);
  ExpectLines({changed, LineOf("b")});
}

TEST_F(ResultsFileTest, ReadsLinesLongerThanAPiece) {
  PictureReport picture = SamplePicture();
  picture.image.file = "long";
  picture.explanations.resize(10'000, picture.explanations.front());
  const std::string line = JsonLine(picture, SampleContext());
  ASSERT_GT(line.size(), std::size_t{2} << 20U);
  folder_.Write("results.jsonl", LineOf("a") + "\n" + line + "\n" + LineOf("b") + "\n");
  const ResultsFile results = Open(OldLines::kKeep);
  EXPECT_EQ(results.Find("long"), line);
  EXPECT_EQ(results.Find("b"), LineOf("b"));
}

TEST_F(ResultsFileTest, NeverReplacesAForeignFile) {
  for (const char* text :
       {"{\"path\": \"a.jpg\"}\n", "some text", "\n", "{\"schema_version\": 1, \"metric\": 0.5}\n",
        "{\"schema_version\": 2, \"tool\": {\"name\": \"gradcam\"}}\n"}) {
    folder_.Write("results.jsonl", text);
    for (const OldLines old_lines : {OldLines::kReplace, OldLines::kKeep, OldLines::kRead}) {
      EXPECT_THAT([&] { static_cast<void>(Open(old_lines)); },
                  testing::ThrowsMessage<Error>(HasSubstr("was not written by gradcam")))
          << text;
    }
    EXPECT_EQ(Content(folder_ / "results.jsonl"), text);
  }
}

TEST_F(ResultsFileTest, ReplacesALinkAndNotWhatItLeadsTo) {
  folder_.Write("precious", "text");
  for (const OldLines old_lines : {OldLines::kReplace, OldLines::kKeep}) {
    fs::remove(folder_ / "results.jsonl");
    fs::create_symlink("precious", folder_ / "results.jsonl");
    ResultsFile results = Open(old_lines);
    results.Add("a", LineOf("a"));
    results.Finish(true);
    EXPECT_EQ(Content(folder_ / "precious"), "text");
    EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(folder_ / "results.jsonl")));
    EXPECT_EQ(Content(folder_ / "results.jsonl"), LineOf("a") + "\n");
  }
}

TEST_F(ResultsFileTest, SaysThatItWasRemovedDuringTheRun) {
  ResultsFile results = Open(OldLines::kReplace);
  EXPECT_TRUE(results.IsInPlace());
  results.Add("a", LineOf("a"));
  EXPECT_TRUE(results.IsInPlace());
  fs::rename(folder_ / "results.jsonl", folder_ / "moved");
  EXPECT_FALSE(results.IsInPlace());
  WriteLines({"a"});
  EXPECT_FALSE(results.IsInPlace());
  fs::remove(folder_ / "moved");
  EXPECT_THAT([&] { results.Add("b", LineOf("b")); },
              testing::ThrowsMessage<Error>(HasSubstr("removed during the run")));
}

}  // namespace
}  // namespace gradcam

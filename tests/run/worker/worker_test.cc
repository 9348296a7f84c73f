#include "run/worker/worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "gradcam/draw.h"
#include "gradcam/error.h"
#include "report/text.h"
#include "run/fake_explainer.h"
#include "run/temporary_folder.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::ThrowsMessage;
using testing::UnorderedElementsAre;

class WorkerTest : public testing::Test {
 protected:
  WorkerTest() {
    options_.output = folder_ / "out";
    options_.root = folder_.path().string();
    options_.settings.outputs = {Output::kGradcam, Output::kJson};
  }

  void WritePicture(const std::string& name, std::uint8_t grey = 100) {
    const std::vector<std::uint8_t> png =
        EncodePng(Image{8, 4, std::vector<std::uint8_t>(std::size_t{8} * 4 * 3, grey)});
    folder_.Write(name, std::string(png.begin(), png.end()));
  }

  [[nodiscard]] std::string Path(const std::string& name) const {
    return (folder_ / name).string();
  }

  // A request for one picture, with its line end.
  [[nodiscard]] std::string RequestFor(const std::string& name, json more = json::object()) const {
    more["image"] = Path(name);
    return more.dump() + "\n";
  }

  WorkerEnd Run(int requests) {
    const WorkerTalk talk{.answer =
                              [this](const std::string& line) {
                                const std::lock_guard lock(mutex_);
                                lines_.push_back(json::parse(line));
                                changed_.notify_all();
                                return lines_.size() < unread_from_;
                              },
                          .warn = [this](const std::string& text) { warnings_.push_back(text); },
                          .note = [](const std::string&) {},
                          .fail = [this](const Error& error) { ends_.push_back(error.what()); }};
    return RunWorker(explainer_, {"fake.pt", [] { return std::string(64, 'd'); }}, options_,
                     requests, talk, stop_.get_token());
  }

  // All answers to `requests`, behind the line that says "ready".
  std::vector<json> AnswersTo(const std::string& requests) {
    lines_.clear();
    const FileHandle file = FileWith(requests);
    EXPECT_EQ(Run(file.get()), WorkerEnd::kNoMoreRequests);
    return {lines_.begin() + 1, lines_.end()};
  }

  // The same of requests that are sent one by one, each when the one before is answered; before
  // that `between` is told how many are.
  std::vector<json> AnswersInTurn(const std::vector<std::string>& names,
                                  const std::function<void(std::size_t answered)>& between) {
    lines_.clear();
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw std::system_error(errno, std::generic_category());
    const FileHandle out(ends[0]);
    FileHandle in(ends[1]);
    std::thread worker([&] { EXPECT_EQ(Run(out.get()), WorkerEnd::kNoMoreRequests); });
    for (std::size_t answered = 0; answered < names.size(); ++answered) {
      WaitForLines(answered + 1);  // the first one says "ready"
      between(answered);
      const std::string request = RequestFor(names[answered]);
      EXPECT_EQ(::write(in.get(), request.data(), request.size()),
                static_cast<ssize_t>(request.size()));
    }
    in = FileHandle(-1);
    worker.join();
    return {lines_.begin() + 1, lines_.end()};
  }

  void WaitForLines(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return lines_.size() >= count; });
  }

  TemporaryFolder folder_;
  RunOptions options_;
  FakeExplainer explainer_;
  std::stop_source stop_;
  std::mutex mutex_;  // guards lines_
  std::condition_variable changed_;
  std::vector<json> lines_;
  std::size_t unread_from_ = 1'000'000;  // this line and later ones cannot be written
  std::vector<std::string> warnings_;
  std::vector<std::string> ends_;  // why it ended
};

TEST_F(WorkerTest, SaysFirstThatItIsReady) {
  EXPECT_THAT(AnswersTo(""), IsEmpty());
  const json& ready = lines_.at(0);
  EXPECT_EQ(ready["ready"], true);
  EXPECT_EQ(ready["model"]["file"], "fake.pt");
  EXPECT_EQ(ready["settings_sha256"].get<std::string>().size(), 64U);
  EXPECT_EQ(ready["temporary_files"].get<std::string>().rfind(".gradcam-", 0), 0U);
  EXPECT_EQ(explainer_.explained, 1);  // a grey picture
  EXPECT_FALSE(fs::exists(options_.output));
}

TEST_F(WorkerTest, IsNotReadyIfTheModelCannotExplain) {
  explainer_.on_explain = [](int) { throw Error(ErrorKind::kUsage, "class 77 is not there"); };
  const FileHandle file = FileWith(RequestFor("cat.png"));
  EXPECT_THAT([&] { static_cast<void>(Run(file.get())); },
              ThrowsMessage<Error>(HasSubstr("class 77")));
  EXPECT_THAT(lines_, IsEmpty());
}

TEST_F(WorkerTest, AnswersEachRequestInItsTurn) {
  WritePicture("a/cat.png");
  WritePicture("dog.png");
  const auto answers =
      AnswersTo(RequestFor("a/cat.png", {{"id", 1}}) + "nonsense\n\n" +
                RequestFor("none.png", {{"id", "x"}}) + RequestFor("dog.png", {{"id", {3}}}));
  ASSERT_THAT(answers, SizeIs(4));
  EXPECT_EQ(answers[0]["id"], 1);
  EXPECT_EQ(answers[0]["results"][0]["image"]["file"], "a/cat.png");
  EXPECT_THAT(answers[0]["failures"], IsEmpty());
  EXPECT_EQ(answers[1]["id"], nullptr);
  EXPECT_THAT(answers[1]["error"].get<std::string>(), HasSubstr("no valid JSON"));
  EXPECT_EQ(answers[2]["id"], "x");
  EXPECT_THAT(answers[2]["results"], IsEmpty());
  EXPECT_EQ(answers[2]["failures"][0]["file"], "none.png");
  EXPECT_THAT(answers[2]["failures"][0]["error"].get<std::string>(), HasSubstr("cannot read"));
  EXPECT_EQ(answers[3]["id"], json({3}));
  EXPECT_EQ(answers[3]["results"][0]["image"]["file"], "dog.png");
  EXPECT_THAT(FilesBelow(options_.output), UnorderedElementsAre("a/cat.gradcam.png", "a/cat.json",
                                                                "dog.gradcam.png", "dog.json"));
}

TEST_F(WorkerTest, AnswersSeveralPicturesAtOnce) {
  WritePicture("cat.png");
  WritePicture("dog.png");
  const json request = {
      {"id", 1},
      {"images",
       {Path("cat.png"), Path("none.png"), {{"image", Path("dog.png")}, {"name", "x/y.png"}}}}};
  const auto answers = AnswersTo(request.dump());  // without a line end
  ASSERT_THAT(answers, SizeIs(1));
  ASSERT_THAT(answers[0]["results"], SizeIs(2));
  EXPECT_EQ(answers[0]["results"][1]["image"]["file"], "x/y.png");
  ASSERT_THAT(answers[0]["failures"], SizeIs(1));
  EXPECT_TRUE(fs::exists(options_.output / "x/y.json"));
}

TEST_F(WorkerTest, ExplainsWaitingPicturesTogether) {
  explainer_.next_batch = 4;
  std::string requests;
  for (int i = 0; i < 8; ++i) {
    const std::string name = std::to_string(i) + ".png";
    WritePicture(name);
    requests += RequestFor(name);
  }
  EXPECT_THAT(AnswersTo(requests), SizeIs(8));
  EXPECT_THAT(explainer_.batches, ElementsAre(1, 4, 4));
}

TEST_F(WorkerTest, DoesNotLetARequestWaitForTheNext) {
  explainer_.next_batch = 8;
  WritePicture("cat.png");
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) throw std::system_error(errno, std::generic_category());
  const FileHandle out(ends[0]);
  FileHandle in(ends[1]);
  std::thread worker([&] { EXPECT_EQ(Run(out.get()), WorkerEnd::kNoMoreRequests); });
  for (std::size_t answered = 1; answered < 4; ++answered) {
    WaitForLines(answered);  // would wait for ever if the worker waited for more
    // An empty line and the beginning of another request are no reason to wait either.
    const std::string request =
        (answered == 1 ? "{" : "") + RequestFor("cat.png").substr(1) + "\n{";
    EXPECT_EQ(::write(in.get(), request.data(), request.size()),
              static_cast<ssize_t>(request.size()));
  }
  WaitForLines(4);
  in = FileHandle(-1);
  worker.join();
  ASSERT_THAT(lines_, SizeIs(5));
  EXPECT_THAT(lines_[3]["results"], SizeIs(1));
  EXPECT_TRUE(lines_[4].contains("error"));  // "{"
}

TEST_F(WorkerTest, EndsWithWhatTheNetworkHasWhenStopped) {
  explainer_.next_batch = 2;
  for (const char* name : {"0.png", "1.png", "2.png", "3.png"}) WritePicture(name);
  explainer_.on_explain = [&](int call) {
    if (call == 2) stop_.request_stop();  // the first of the pictures
  };
  const FileHandle file =
      FileWith(RequestFor("0.png", {{"id", 0}}) + RequestFor("1.png", {{"id", 1}}) +
               RequestFor("2.png") + RequestFor("3.png"));
  EXPECT_EQ(Run(file.get()), WorkerEnd::kInterrupted);
  ASSERT_THAT(lines_, SizeIs(3));
  EXPECT_EQ(lines_[1]["id"], 0);
  EXPECT_EQ(lines_[2]["id"], 1);
  EXPECT_THAT(FilesBelow(options_.output), SizeIs(4));
}

TEST_F(WorkerTest, EndsWhenNobodyReads) {
  explainer_.next_batch = 1;
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    WritePicture(std::to_string(i) + ".png");
    requests += RequestFor(std::to_string(i) + ".png");
  }
  unread_from_ = 2;
  const FileHandle file = FileWith(requests);
  EXPECT_EQ(Run(file.get()), WorkerEnd::kUnread);
  EXPECT_THAT(lines_, SizeIs(2));
  EXPECT_LT(explainer_.explained, 50);
}

TEST_F(WorkerTest, GoesOnAfterAnErrorOfTheModel) {
  for (const char* name : {"0.png", "1.png", "2.png"}) WritePicture(name);
  explainer_.on_explain = [](int call) {
    if (call == 2 || call == 3) throw Error(ErrorKind::kModel, "does not like it");
  };
  const auto answers = AnswersTo(RequestFor("0.png") + RequestFor("1.png") + RequestFor("2.png"));
  ASSERT_THAT(answers, SizeIs(3));
  EXPECT_EQ(answers[0]["failures"][0]["error"], "does not like it");
  EXPECT_EQ(answers[1]["failures"][0]["error"], "does not like it");
  EXPECT_THAT(answers[2]["results"], SizeIs(1));
}

TEST_F(WorkerTest, RefusesALineOfMoreThanAMebibyteOnly) {
  WritePicture("cat.png");
  const auto answers = AnswersTo(RequestFor(std::string(1'200'000, 'x')) + RequestFor("cat.png"));
  ASSERT_THAT(answers, SizeIs(2));
  EXPECT_THAT(answers[0]["error"].get<std::string>(), HasSubstr("longer than a MiB"));
  EXPECT_THAT(answers[1]["results"], SizeIs(1));
}

TEST_F(WorkerTest, DoesNotLetTwoPicturesWriteTheSameFilesAtOnce) {
  explainer_.next_batch = 4;
  WritePicture("cat.png");
  WritePicture("dog.png");
  const json request = {{"images",
                         {{{"image", Path("cat.png")}, {"name", "x.png"}},
                          {{"image", Path("dog.png")}, {"name", "x.png"}}}}};
  const auto answers = AnswersTo(request.dump() + "\n");
  EXPECT_THAT(answers.at(0)["results"], SizeIs(1));
  ASSERT_THAT(answers.at(0)["failures"], SizeIs(1));
  EXPECT_THAT(answers.at(0)["failures"][0]["error"].get<std::string>(),
              HasSubstr("that is not finished"));
  EXPECT_TRUE(fs::exists(options_.output / "x.json"));  // the first one's, untouched
}

TEST_F(WorkerTest, RefusesAFolderInThePlaceOfTheFilesOfRuns) {
  WritePicture("a.png");
  const std::vector<std::string> files = {"run.json", "run.1-of-2.json", "results.jsonl",
                                          "results.1-of-2.jsonl"};
  std::string requests;
  for (const std::string& file : files)
    requests += RequestFor("a.png", {{"name", file + "/x.png"}});
  const auto answers = AnswersTo(requests);
  ASSERT_THAT(answers, SizeIs(files.size()));
  for (std::size_t i = 0; i < files.size(); ++i) {
    ASSERT_THAT(answers[i]["failures"], SizeIs(1)) << files[i];
    EXPECT_THAT(answers[i]["failures"][0]["error"].get<std::string>(),
                HasSubstr("would be both a folder and a file of results"));
    EXPECT_FALSE(fs::exists(options_.output / files[i]));
  }
}

TEST_F(WorkerTest, MayBeAskedForAPictureAgain) {
  WritePicture("cat.png");
  EXPECT_THAT(AnswersTo(RequestFor("cat.png")).at(0)["results"], SizeIs(1));
  WritePicture("cat.png", 200);
  EXPECT_THAT(AnswersTo(RequestFor("cat.png")).at(0)["results"], SizeIs(1));
}

TEST_F(WorkerTest, RemovesOlderOutputsOfThePicture) {
  WritePicture("cat.png");
  options_.settings.explain.classes.push_back({ClassTarget::By::kIndex, 2, ""});
  static_cast<void>(AnswersTo(RequestFor("cat.png")));
  EXPECT_THAT(FilesBelow(options_.output), Contains("cat.2.gradcam.png"));
  options_.settings.explain.classes.pop_back();
  static_cast<void>(AnswersTo(RequestFor("cat.png")));
  EXPECT_THAT(FilesBelow(options_.output), UnorderedElementsAre("cat.gradcam.png", "cat.json"));
  fs::remove(folder_ / "cat.png");
  EXPECT_THAT(AnswersTo(RequestFor("cat.png")).at(0)["failures"], SizeIs(1));
  EXPECT_THAT(FilesBelow(options_.output), IsEmpty());  // they would pass for its results
}

TEST_F(WorkerTest, ReplacesNothingThatIsNotItsOwn) {
  WritePicture("cat.png");
  folder_.Write("out/cat.json", R"({"somebody": "else's"})");
  EXPECT_THAT(AnswersTo(RequestFor("cat.png")).at(0)["failures"][0]["error"].get<std::string>(),
              HasSubstr("was not written by gradcam"));
  EXPECT_EQ(Content(options_.output / "cat.json"), R"({"somebody": "else's"})");
  WritePicture("out/dog.gradcam.png");
  EXPECT_THAT(AnswersTo(RequestFor("out/dog.gradcam.png", {{"name", "dog.png"}}))
                  .at(0)["failures"][0]["error"]
                  .get<std::string>(),
              HasSubstr("would replace its own input"));
  EXPECT_THAT(AnswersTo(RequestFor("cat.png", {{"name", "run.png"}}))
                  .at(0)["failures"][0]["error"]
                  .get<std::string>(),
              HasSubstr("report of the whole run"));
}

TEST_F(WorkerTest, TakesOverEarlierResultsWithResume) {
  WritePicture("cat.png");
  WritePicture("dog.png");
  const auto first = AnswersTo(RequestFor("cat.png"));
  EXPECT_FALSE(first.at(0).contains("resumed"));
  options_.resume = true;
  explainer_.explained = 0;
  const auto answers = AnswersTo(RequestFor("cat.png") + RequestFor("dog.png"));
  EXPECT_EQ(explainer_.explained, 2);  // the grey one and dog.png
  EXPECT_EQ(answers.at(0)["resumed"], 1);
  EXPECT_EQ(answers.at(0)["results"], first.at(0)["results"]);
  EXPECT_FALSE(answers.at(1).contains("resumed"));
}

TEST_F(WorkerTest, KeepsEarlierResultsOfAPictureThatCannotBeReadWithResume) {
  WritePicture("cat.png");
  static_cast<void>(AnswersTo(RequestFor("cat.png")));
  const auto before = FilesBelow(options_.output);
  options_.resume = true;
  fs::rename(folder_ / "cat.png", folder_ / "elsewhere.png");
  EXPECT_THAT(AnswersTo(RequestFor("cat.png")).at(0)["failures"], SizeIs(1));
  EXPECT_EQ(FilesBelow(options_.output), before);
  // Another picture, which cannot be decoded, has no results.
  folder_.Write("cat.png", "no picture");
  EXPECT_THAT(AnswersTo(RequestFor("cat.png")).at(0)["failures"], SizeIs(1));
  EXPECT_THAT(FilesBelow(options_.output), IsEmpty());
}

TEST_F(WorkerTest, APictureFailsForAnOutputFolderThatIsRemovedAndTheNextOneGoesWell) {
  const std::vector<std::string> names = {"a.png", "b.png", "c.png", "d.png"};
  for (const std::string& name : names) WritePicture(name);
  const auto answers = AnswersInTurn(names, [this](std::size_t answered) {
    if (answered == 1) fs::rename(options_.output, folder_ / "gone");
  });
  ASSERT_THAT(answers, SizeIs(4));
  EXPECT_THAT(answers[0]["results"], SizeIs(1));
  ASSERT_THAT(answers[1]["failures"], SizeIs(1));
  EXPECT_EQ(answers[1]["failures"][0]["file"], "b.png");
  EXPECT_EQ(answers[1]["failures"][0]["error"],
            "output folder " + Quoted(options_.output) + " was removed or renamed during the run");
  EXPECT_THAT(answers[2]["results"], SizeIs(1));
  EXPECT_THAT(answers[3]["results"], SizeIs(1));
  EXPECT_THAT(FilesBelow(options_.output),
              UnorderedElementsAre("c.gradcam.png", "c.json", "d.gradcam.png", "d.json"));
}

TEST_F(WorkerTest, AFolderThatAnotherWorkerMadeAgainIsNotTheOneThatWasRemoved) {
  for (const char* name : {"a.png", "b.png"}) WritePicture(name);
  const auto answers = AnswersInTurn({"a.png", "b.png"}, [this](std::size_t answered) {
    if (answered != 1) return;
    fs::rename(options_.output, folder_ / "gone");
    folder_.Write("out/other.json", "another worker's");
  });
  EXPECT_THAT(answers.at(1)["failures"], SizeIs(1));
  EXPECT_THAT(FilesBelow(options_.output), ElementsAre("other.json"));
}

TEST_F(WorkerTest, EarlierResultsThatAreRemovedWithTheFolderFail) {
  for (const char* name : {"a.png", "b.png", "c.png"}) WritePicture(name);
  static_cast<void>(AnswersTo(RequestFor("a.png") + RequestFor("b.png")));
  options_.resume = true;
  fs::copy(options_.output, folder_ / "copy");
  // b.json is found in the copy.
  const auto answers = AnswersInTurn({"a.png", "b.png", "c.png"}, [this](std::size_t answered) {
    if (answered != 1) return;
    fs::rename(options_.output, folder_ / "gone");
    fs::rename(folder_ / "copy", options_.output);
  });
  EXPECT_EQ(answers.at(0)["resumed"], 1);
  ASSERT_THAT(answers.at(1)["failures"], SizeIs(1));
  EXPECT_THAT(answers.at(1)["failures"][0]["error"].get<std::string>(),
              HasSubstr("was removed or renamed"));
  EXPECT_THAT(answers.at(2)["results"], SizeIs(1));
}

// The grey picture and one more go well.
void LoseDevice(int call) {
  if (call > 2) throw Error(ErrorKind::kDevice, "device 'cuda:0' no longer answers");
}

TEST_F(WorkerTest, EndsWhenTheDeviceIsLostAndAnswersWhatWasFinishedBefore) {
  for (const char* name : {"a.png", "b.png", "c.png"}) WritePicture(name);
  static_cast<void>(AnswersTo(RequestFor("b.png")));
  lines_.clear();
  explainer_.explained = 0;
  explainer_.on_explain = LoseDevice;
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const FileHandle out(ends[0]);
  const FileHandle in(ends[1]);  // open: more requests may come
  const std::string requests =
      RequestFor("a.png") + RequestFor("b.png") + RequestFor("missing.png") + RequestFor("c.png");
  ASSERT_EQ(::write(in.get(), requests.data(), requests.size()),
            static_cast<ssize_t>(requests.size()));
  EXPECT_EQ(Run(out.get()), WorkerEnd::kDeviceLost);
  EXPECT_THAT(ends_, ElementsAre("device 'cuda:0' no longer answers"));
  ASSERT_THAT(lines_, SizeIs(2));  // ready, a.png
  EXPECT_THAT(lines_.at(1)["results"], SizeIs(1));
  // b.json is an earlier run's: by now another worker may be at it.
  EXPECT_THAT(FilesBelow(options_.output),
              UnorderedElementsAre("a.gradcam.png", "a.json", "b.gradcam.png", "b.json"));
}

TEST_F(WorkerTest, DoesNotAnswerARequestThatTheLostDeviceLeftIncomplete) {
  WritePicture("a.png");
  WritePicture("b.png");
  explainer_.on_explain = LoseDevice;
  const FileHandle file = FileWith(json{{"images", {Path("a.png"), Path("b.png")}}}.dump() + "\n");
  EXPECT_EQ(Run(file.get()), WorkerEnd::kDeviceLost);
  EXPECT_THAT(lines_, SizeIs(1));  // ready
  EXPECT_TRUE(fs::exists(options_.output / "a.json"));
}

TEST_F(WorkerTest, ExplainsTheTrueClassThatARequestNames) {
  WritePicture("cat.png");
  options_.settings.explain.classes = {{ClassTarget::By::kTruth, 0, ""}};
  const auto answers =
      AnswersTo(RequestFor("cat.png", {{"class", 2}}) + RequestFor("cat.png", {{"name", "b.png"}}));
  EXPECT_EQ(answers.at(0)["results"][0]["explanations"][0]["class"]["index"], 2);
  EXPECT_EQ(answers.at(0)["results"][0]["correct"], false);
  EXPECT_THAT(answers.at(1)["failures"][0]["error"].get<std::string>(),
              HasSubstr("has no true class"));
}

}  // namespace
}  // namespace gradcam

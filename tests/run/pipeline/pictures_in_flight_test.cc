#include "run/pipeline/pictures_in_flight.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gradcam {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Kind = IoTask::Kind;

// Pictures called by letters, in limits of 100 bytes, of which a batch takes 50.
class PicturesInFlightTest : public testing::Test {
 protected:
  static FlightLimits Limits() {
    return {.pictures_open = 2,
            .pictures_read = 2,
            .file_memory = 20,
            .memory = 100,
            .batch_memory = 50};
  }

  void List(const std::string& names) {
    for (const char name : names) pictures_.Add(JobNamed(std::string(1, name)));
  }

  static Job JobNamed(const std::string& name) {
    Job job;
    job.name = name;
    return job;
  }

  PictureInFlight& Take(Kind kind, const std::string& name) {
    const auto task = pictures_.TakeTask();
    EXPECT_TRUE(task.has_value());
    EXPECT_EQ(task->kind, kind);
    EXPECT_EQ(task->picture->job.name, name);
    return *task->picture;
  }

  void Open(const std::string& name, std::size_t file_memory = 0) {
    pictures_.FinishOpen(Take(Kind::kOpen, name),
                         {.file = {FileHandle(-1), 0}, .memory = file_memory});
  }

  PictureInFlight& OpenAndTakeRead(const std::string& name, std::size_t file_memory = 0) {
    Open(name, file_memory);
    return Take(Kind::kRead, name);
  }

  PictureInFlight& Read(const std::string& name, std::size_t memory) {
    PictureInFlight& picture = OpenAndTakeRead(name);
    PictureFile file;
    file.pixel_memory = memory;
    pictures_.FinishRead(picture, file);
    return picture;
  }

  void Decode(const std::string& name, std::size_t memory) {
    LoadedPicture loaded;
    loaded.picture.image.rgb.resize(memory);
    pictures_.FinishDecode(Take(Kind::kDecode, name), loaded);
  }

  void ReadAndDecode(const std::string& name, std::size_t memory) {
    Read(name, memory);
    Decode(name, memory);
  }

  void Write(PictureInFlight& picture) {
    pictures_.Write(picture, {});
    pictures_.End(Take(Kind::kWrite, picture.job.name), PictureReport{});
  }

  static std::vector<std::string> NamesOf(const PicturesInFlight::Batch& batch) {
    std::vector<std::string> names;
    for (const PictureInFlight* picture : batch) names.push_back(picture->job.name);
    return names;
  }

  std::string PopName() {
    const auto ended = pictures_.PopEnded();
    return ended ? ended->job.name : "";
  }

  PicturesInFlight pictures_{Limits()};
};

TEST_F(PicturesInFlightTest, TakesAPictureFromTheListToTheEnd) {
  List("a");
  pictures_.CloseList();
  EXPECT_THAT(pictures_.TakeBatch(1), IsEmpty());
  ReadAndDecode("a", 10);
  const auto batch = pictures_.TakeBatch(1);
  ASSERT_THAT(NamesOf(batch), ElementsAre("a"));
  EXPECT_FALSE(pictures_.HasTask());
  Write(*batch[0]);
  EXPECT_FALSE(pictures_.IsOver());
  EXPECT_EQ(PopName(), "a");
  EXPECT_TRUE(pictures_.IsOver());
}

TEST_F(PicturesInFlightTest, ABatchIsInOrderWhicheverPictureIsDecodedFirst) {
  List("ab");
  PictureInFlight& a = OpenAndTakeRead("a");
  Read("b", 10);
  EXPECT_FALSE(pictures_.HasTask());  // memory is given in order
  pictures_.FinishRead(a, {});
  PictureInFlight& first = Take(Kind::kDecode, "a");
  Decode("b", 10);
  EXPECT_THAT(pictures_.TakeBatch(1), IsEmpty());
  pictures_.FinishDecode(first, {});
  EXPECT_THAT(NamesOf(pictures_.TakeBatch(2)), ElementsAre("a", "b"));
}

TEST_F(PicturesInFlightTest, PicturesComeOutInOrderWhicheverIsWrittenFirst) {
  List("abc");
  for (const char* name : {"a", "b"}) ReadAndDecode(name, 10);
  const auto batch = pictures_.TakeBatch(2);
  Write(*batch[1]);
  pictures_.End(OpenAndTakeRead("c"), Error(ErrorKind::kInput, "no picture"));
  EXPECT_EQ(PopName(), "");
  Write(*batch[0]);
  EXPECT_EQ(PopName(), "a");
  EXPECT_EQ(PopName(), "b");
  EXPECT_EQ(PopName(), "c");
}

TEST_F(PicturesInFlightTest, ABatchWaitsForPicturesThatMayCome) {
  List("ab");
  ReadAndDecode("a", 10);
  EXPECT_THAT(pictures_.TakeBatch(3), IsEmpty());
  ReadAndDecode("b", 10);
  EXPECT_THAT(pictures_.TakeBatch(3), IsEmpty());
  pictures_.CloseList();
  EXPECT_THAT(NamesOf(pictures_.TakeBatch(3)), ElementsAre("a", "b"));
}

TEST_F(PicturesInFlightTest, ABatchDoesNotWaitForAPictureThatNobodyHasNamed) {
  List("ab");
  ReadAndDecode("a", 10);
  pictures_.SetListWaits(true);
  EXPECT_THAT(pictures_.TakeBatch(3), IsEmpty());  // b is on its way
  ReadAndDecode("b", 10);
  EXPECT_THAT(NamesOf(pictures_.TakeBatch(3)), ElementsAre("a", "b"));
}

TEST_F(PicturesInFlightTest, ABatchLeavesOutWhatFailed) {
  List("abc");
  ReadAndDecode("a", 10);
  pictures_.End(OpenAndTakeRead("b"), Error(ErrorKind::kInput, "no picture"));
  ReadAndDecode("c", 10);
  EXPECT_THAT(NamesOf(pictures_.TakeBatch(2)), ElementsAre("a", "c"));
}

TEST_F(PicturesInFlightTest, ABatchOfLargePicturesIsShort) {
  List("abc");
  ReadAndDecode("a", 30);
  ReadAndDecode("b", 30);
  EXPECT_THAT(NamesOf(pictures_.TakeBatch(5)), ElementsAre("a", "b"));
}

TEST_F(PicturesInFlightTest, WritingComesBeforeOtherTasks) {
  List("ab");
  ReadAndDecode("a", 10);
  const auto batch = pictures_.TakeBatch(1);
  pictures_.Write(*batch[0], {});
  Take(Kind::kWrite, "a");
  OpenAndTakeRead("b");
}

TEST_F(PicturesInFlightTest, APictureWaitsForMemoryUntilThoseInFrontAreWritten) {
  List("abc");
  pictures_.CloseList();
  ReadAndDecode("a", 45);
  Read("b", 60);
  Read("c", 10);
  EXPECT_FALSE(pictures_.HasTask());
  // What waits for memory will not come: the batch goes on without it.
  const auto batch = pictures_.TakeBatch(8);
  ASSERT_THAT(NamesOf(batch), ElementsAre("a"));
  Write(*batch[0]);
  Decode("b", 60);
  Decode("c", 10);
}

TEST_F(PicturesInFlightTest, APictureLargerThanAllMemoryGoesAlone) {
  List("ab");
  ReadAndDecode("a", 1000);
  Read("b", 1);
  EXPECT_FALSE(pictures_.HasTask());
  const auto batch = pictures_.TakeBatch(8);
  ASSERT_THAT(NamesOf(batch), ElementsAre("a"));
  Write(*batch[0]);
  Decode("b", 1);
}

TEST_F(PicturesInFlightTest, MemoryOfAPictureThatFailsIsFree) {
  List("ab");
  Read("a", 1000);
  pictures_.End(Take(Kind::kDecode, "a"), Error(ErrorKind::kInput, "damaged"));
  ReadAndDecode("b", 100);
}

TEST_F(PicturesInFlightTest, TheMemoryThatCountsIsTheDecodedPictures) {
  List("ab");
  Read("a", 0);  // a header that tells nothing
  Decode("a", 90);
  Read("b", 20);
  EXPECT_FALSE(pictures_.HasTask());
}

TEST_F(PicturesInFlightTest, NotMoreFilesAreReadThanAllowed) {
  List("abcd");
  PictureInFlight& a = OpenAndTakeRead("a");
  Read("b", 10);
  Open("c");
  Open("d");
  EXPECT_FALSE(pictures_.HasTask());
  pictures_.End(a, Error(ErrorKind::kInput, "no picture"));
  Decode("b", 10);
  Take(Kind::kRead, "c");
}

TEST_F(PicturesInFlightTest, AFileWaitsForMemoryUntilOneInFrontIsDecoded) {
  List("abc");
  PictureInFlight& a = OpenAndTakeRead("a", 12);
  Open("b", 12);
  Open("c", 12);
  EXPECT_FALSE(pictures_.HasTask());  // while a is being read, and when it has been
  PictureFile file;
  file.bytes.resize(12);
  pictures_.FinishRead(a, file);
  Decode("a", 10);
  pictures_.End(Take(Kind::kRead, "b"), Error(ErrorKind::kInput, "no such file"));
  Take(Kind::kRead, "c");
}

TEST_F(PicturesInFlightTest, AFileLargerThanAllMemoryIsReadAlone) {
  List("ab");
  PictureInFlight& a = OpenAndTakeRead("a", 1);
  Open("b", 1000);
  EXPECT_FALSE(pictures_.HasTask());
  pictures_.End(a, Error(ErrorKind::kInput, "no picture"));
  Take(Kind::kRead, "b");
}

TEST_F(PicturesInFlightTest, OfAFileThatIsNoPictureOnlyWhatWasReadCounts) {
  List("ab");
  PictureFile text;
  text.bytes = {'t', 'e', 'x', 't'};
  pictures_.FinishRead(OpenAndTakeRead("a", 15), text);
  Take(Kind::kDecode, "a");
  OpenAndTakeRead("b", 15);
}

TEST_F(PicturesInFlightTest, NotMoreFilesAreOpenThanAllowed) {
  List("abcdef");
  OpenAndTakeRead("a", 20);
  Open("b", 1);
  Open("c", 1);
  EXPECT_FALSE(pictures_.HasTask());
}

TEST_F(PicturesInFlightTest, TheListIsBoundedByTheBatch) {
  static_cast<void>(pictures_.TakeBatch(2));
  int listed = 0;
  for (; pictures_.HasRoom(); ++listed) List("a");
  EXPECT_EQ(listed, 3 * 2 + 2 + 2 * 2);
  static_cast<void>(pictures_.TakeBatch(3));
  EXPECT_TRUE(pictures_.HasRoom());
}

TEST_F(PicturesInFlightTest, AFailureOfTheListComesOutInItsPlace) {
  List("a");
  pictures_.Add(Failure{"b", "same name as another", "rename it"});
  pictures_.End(OpenAndTakeRead("a"), Error(ErrorKind::kInput, "no picture"));
  EXPECT_EQ(PopName(), "a");
  const auto ended = pictures_.PopEnded();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->job.name, "b");
  EXPECT_STREQ(std::get<Error>(ended->outcome).what(), "same name as another");
}

TEST_F(PicturesInFlightTest, DrainingFinishesOnlyWhatTheNetworkHas) {
  List("abcd");
  ReadAndDecode("a", 10);
  const auto batch = pictures_.TakeBatch(1);
  ReadAndDecode("b", 10);
  pictures_.End(OpenAndTakeRead("c"), Error(ErrorKind::kInput, "no picture"));
  pictures_.Drain();
  EXPECT_FALSE(pictures_.HasTask());
  EXPECT_THAT(pictures_.TakeBatch(1), IsEmpty());
  EXPECT_FALSE(pictures_.IsOver());
  Write(*batch[0]);
  EXPECT_EQ(PopName(), "a");
  EXPECT_TRUE(pictures_.IsOver());
  EXPECT_EQ(PopName(), "");
}

TEST_F(PicturesInFlightTest, ADroppedPictureDoesNotComeOut) {
  List("ab");
  ReadAndDecode("a", 10);
  ReadAndDecode("b", 10);
  const auto batch = pictures_.TakeBatch(2);
  pictures_.End(*batch[0], std::nullopt);
  pictures_.End(*batch[1], Error(ErrorKind::kModel, "out of memory"));
  EXPECT_EQ(PopName(), "b");
}

}  // namespace
}  // namespace gradcam

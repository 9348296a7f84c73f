#include "run/inputs/line_source.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <thread>
#include <vector>

#include "run/temporary_folder.h"

namespace gradcam {
namespace {

using testing::ElementsAre;

std::vector<std::string> Lines(std::string_view text, char separator = '\n') {
  const FileHandle file = FileWith(text);
  LineSource source(file.get(), separator);
  std::vector<std::string> lines;
  while (auto line = source.Next({})) lines.push_back(*line);
  return lines;
}

TEST(LineSource, HandsOutLines) {
  EXPECT_THAT(Lines("a\n\nb\n"), ElementsAre("a", "", "b"));
  EXPECT_THAT(Lines("a\nb"), ElementsAre("a", "b"));
  EXPECT_THAT(Lines(""), ElementsAre());
  EXPECT_THAT(Lines(std::string_view("a\nb\0c", 5), '\0'), ElementsAre("a\nb", "c"));
}

TEST(LineSource, HandsOutLinesThatAreLongerThanWhatIsReadAtOnce) {
  const std::string a(200'000, 'a');
  const std::string b(70'000, 'b');
  EXPECT_THAT(Lines(a + "\n" + b + "\nc\n"), ElementsAre(a, b, "c"));
}

TEST(LineSource, RefusesALineOfMoreThanAMebibyte) {
  const FileHandle file = FileWith("a\n" + std::string((1U << 20U) + 200'000, 'b') + "\nc\n");
  LineSource source(file.get(), '\n');
  EXPECT_EQ(source.Next({}), "a");
  try {
    static_cast<void>(source.Next({}));
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), EFBIG);
  }
  EXPECT_EQ(source.Next({}), "c");
  EXPECT_FALSE(source.Next({}));
}

TEST(LineSource, RefusesALineWithoutAnEnd) {
  const FileHandle zeros(::open("/dev/zero", O_RDONLY | O_CLOEXEC));
  LineSource source(zeros.get(), '\n');
  EXPECT_THROW(static_cast<void>(source.Next({})), std::system_error);
}

TEST(LineSource, SaysWhatCannotBeRead) {
  const FileHandle folder(::open("/", O_RDONLY | O_CLOEXEC));
  LineSource source(folder.get(), '\n');
  EXPECT_THROW(static_cast<void>(source.Next({})), std::system_error);
}

class PipeTest : public testing::Test {
 protected:
  PipeTest() {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw std::system_error(errno, std::generic_category());
    out_ = FileHandle(ends[0]);
    in_ = FileHandle(ends[1]);
  }

  FileHandle out_{-1};
  FileHandle in_{-1};
};

TEST_F(PipeTest, LinesComeWhileTheListGoesOn) {
  LineSource source(out_.get(), '\n');
  ASSERT_EQ(::write(in_.get(), "a\nb", 3), 3);
  EXPECT_EQ(source.Next({}), "a");
  ASSERT_EQ(::write(in_.get(), "c\n", 2), 2);
  EXPECT_EQ(source.Next({}), "bc");
}

TEST_F(PipeTest, SaysWhenItWaits) {
  LineSource source(out_.get(), '\n');
  int waits = 0;
  // Then the other side writes on.
  const InputWait wait{{}, [&] {
                         ++waits;
                         if (waits == 1) {
                           ASSERT_EQ(::write(in_.get(), "c\n", 2), 2);
                         } else {
                           in_ = FileHandle(-1);
                         }
                       }};
  ASSERT_EQ(::write(in_.get(), "a\nb", 3), 3);
  EXPECT_EQ(source.Next(wait), "a");
  EXPECT_EQ(waits, 0);
  EXPECT_EQ(source.Next(wait), "bc");  // half a line is not there
  EXPECT_EQ(waits, 1);
  EXPECT_FALSE(source.Next(wait));
  EXPECT_EQ(waits, 2);
}

TEST_F(PipeTest, AStopRequestEndsTheWait) {
  LineSource source(out_.get(), '\n');
  std::stop_source stop;
  std::thread stopper([&] { stop.request_stop(); });
  EXPECT_FALSE(source.Next({stop.get_token(), {}}));
  stopper.join();
}

}  // namespace
}  // namespace gradcam

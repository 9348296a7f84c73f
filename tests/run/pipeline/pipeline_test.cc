#include "run/pipeline/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <numeric>
#include <random>
#include <stdexcept>
#include <thread>

namespace gradcam {
namespace {

using testing::HasSubstr;

Job JobNamed(int number) {
  Job job;
  job.name = std::to_string(number);
  job.path = job.name;
  return job;
}

// Pictures 0, 1, 2, ...
class Numbers final : public JobSource {
 public:
  explicit Numbers(int count) : count_(count) {}

  std::optional<JobOrFailure> Next(const InputWait& wait) override {
    if (next_ == count_ || wait.stop.stop_requested()) return std::nullopt;
    if (next_ == throws_at) throw std::runtime_error("the list ends here");
    return JobNamed(next_++);
  }
  std::optional<std::size_t> total() const override { return static_cast<std::size_t>(count_); }
  std::vector<std::string> TakeWarnings() override { return {}; }

  int throws_at = -1;

 private:
  int count_;
  int next_ = 0;
};

// Pictures that come when they are pushed, as names on stdin do.
class Pushed final : public JobSource {
 public:
  void Push(int number) {
    const std::lock_guard lock(mutex_);
    numbers_.push_back(number);
    changed_.notify_all();
  }

  std::optional<JobOrFailure> Next(const InputWait& wait) override {
    std::unique_lock lock(mutex_);
    if (numbers_.empty()) wait.on_wait();
    if (!changed_.wait(lock, wait.stop, [this] { return !numbers_.empty(); })) return std::nullopt;
    const int number = numbers_.front();
    numbers_.erase(numbers_.begin());
    return JobNamed(number);
  }
  std::optional<std::size_t> total() const override { return std::nullopt; }
  std::vector<std::string> TakeWarnings() override { return {}; }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<int> numbers_;
};

// Does nothing, in a time that is different for every picture.
class Work {
 public:
  PictureWork functions() {
    return {.open =
                [this](const Job& job) {
                  Pause(job, 0);
                  if (fails(job, "open")) throw Error(ErrorKind::kInput, "not there");
                  return OpenedPicture{.file = {FileHandle(-1), 0}, .memory = 1};
                },
            .read =
                [this](const Job& job, const OpenedPicture&) {
                  Pause(job, 1);
                  if (fails(job, "read")) throw Error(ErrorKind::kInput, "not there");
                  return PictureFile{};
                },
            .decode =
                [this](const Job& job, const PictureFile&) {
                  Pause(job, 2);
                  if (fails(job, "decode")) throw Error(ErrorKind::kInput, "damaged");
                  if (fails(job, "odd")) throw std::runtime_error("odd");
                  if (fails(job, "unknown")) throw 7;
                  LoadedPicture loaded;
                  loaded.picture.image.rgb.resize(1000);
                  return loaded;
                },
            .write =
                [this](const Job& job, const LoadedPicture&, const Explanation&) {
                  Pause(job, 3);
                  if (fails(job, "write")) throw Error(ErrorKind::kOutput, "disk full");
                  PictureReport report;
                  report.image.file = job.name;
                  return report;
                }};
  }

  std::function<bool(const Job&, const std::string&)> fails = [](const Job&, const std::string&) {
    return false;
  };
  std::atomic<bool> pauses = true;

 private:
  void Pause(const Job& job, unsigned step) const {
    if (!pauses) return;
    std::mt19937 random(static_cast<unsigned>(std::stoi(job.name)) * 10 + step);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 500));
  }
};

struct Seen {
  std::vector<std::string> written;
  std::vector<std::string> failed;
  std::vector<std::string> order;
  std::vector<std::size_t> batches;
};

// Explains every batch by nothing until the end.
Seen RunAll(Pipeline& pipeline, int batch, const std::function<void(const Seen&)>& then = {}) {
  Seen seen;
  while (auto next = pipeline.Next(batch)) {
    if (const auto* ended = std::get_if<EndedPicture>(&*next)) {
      seen.order.push_back(ended->job.name);
      if (const auto* error = std::get_if<Error>(&ended->outcome)) {
        seen.failed.push_back(ended->job.name + ": " + error->what());
      } else {
        seen.written.push_back(std::get<PictureReport>(ended->outcome).image.file);
      }
    } else {
      const auto& pictures = std::get<Pipeline::Batch>(*next);
      seen.batches.push_back(pictures.size());
      for (PictureInFlight* picture : pictures) pipeline.Write(*picture, {});
    }
    if (then) then(seen);
  }
  return seen;
}

std::vector<std::string> NumbersUpTo(int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

class PipelineTest : public testing::TestWithParam<int> {};

INSTANTIATE_TEST_SUITE_P(Threads, PipelineTest, testing::Values(1, 2, 8));

TEST_P(PipelineTest, BringsEveryPictureToItsEndInOrder) {
  constexpr int kCount = 300;
  Numbers numbers(kCount);
  Work work;
  Pipeline pipeline(numbers, work.functions(), GetParam(), {});
  const Seen seen = RunAll(pipeline, 7);
  EXPECT_EQ(seen.order, NumbersUpTo(kCount));
  EXPECT_EQ(seen.written, NumbersUpTo(kCount));
  EXPECT_EQ(std::accumulate(seen.batches.begin(), seen.batches.end(), std::size_t{0}), kCount);
  EXPECT_THAT(seen.batches, testing::Each(testing::Le(7U)));
  // Batches are full but the last one, and but for moments when so much waits to be written that no
  // more pictures may come: 2 of 43 were seen on a busy machine.
  EXPECT_LE(seen.batches.size(), kCount / 5U);
}

TEST_P(PipelineTest, AFailureInAnyStageIsItsPicturesOwn) {
  Numbers numbers(40);
  Work work;
  work.fails = [](const Job& job, const std::string& how) {
    return (job.name == "2" && how == "open") || (job.name == "3" && how == "decode") ||
           (job.name == "4" && how == "odd") || (job.name == "5" && how == "unknown") ||
           (job.name == "20" && how == "write");
  };
  Pipeline pipeline(numbers, work.functions(), GetParam(), {});
  const Seen seen = RunAll(pipeline, 4);
  EXPECT_EQ(seen.order, NumbersUpTo(40));
  EXPECT_THAT(seen.failed,
              testing::ElementsAre("2: not there", "3: damaged", "4: cannot explain image '4': odd",
                                   "5: cannot explain image '5': unknown error", "20: disk full"));
}

// Few pictures, so that all are listed before the last is read: nobody but the caller wakes
// threads.
TEST_P(PipelineTest, PicturesThatEndWhenTheyAreReadHoldUpNobody) {
  constexpr int kCount = 6;
  Work work;
  work.pauses = false;  // the caller comes too late for the first
  work.fails = [](const Job& job, const std::string& how) {
    return how == "read" && job.name != "5";
  };
  for (int run = 0; run < 100; ++run) {
    Numbers numbers(kCount);
    Pipeline pipeline(numbers, work.functions(), GetParam(), {});
    const Seen seen = RunAll(pipeline, 7);
    EXPECT_EQ(seen.order, NumbersUpTo(kCount));
    EXPECT_THAT(seen.written, testing::ElementsAre("5"));
  }
}

TEST_P(PipelineTest, DrainsWhenStopIsRequested) {
  Numbers numbers(100'000);
  Work work;
  std::stop_source stop;
  Pipeline pipeline(numbers, work.functions(), GetParam(), stop.get_token());
  const Seen seen = RunAll(pipeline, 2, [&](const Seen& so_far) {
    if (so_far.order.size() == 10) stop.request_stop();
  });
  EXPECT_GE(seen.order.size(), 10U);
  EXPECT_LT(seen.order.size(), 100U);
  EXPECT_EQ(seen.written, NumbersUpTo(static_cast<int>(seen.order.size())));
  std::size_t explained = 0;
  for (const std::size_t batch : seen.batches) explained += batch;
  EXPECT_EQ(seen.order.size(), explained);  // what the network had got
}

TEST_P(PipelineTest, CanBeLeftAtAnyTime) {
  for (int steps = 0; steps < 12; ++steps) {
    Numbers numbers(1000);
    Work work;
    Pipeline pipeline(numbers, work.functions(), GetParam(), {});
    for (int step = 0; step < steps; ++step) {
      const auto next = pipeline.Next(3);
      ASSERT_TRUE(next);
      if (const auto* batch = std::get_if<Pipeline::Batch>(&*next)) {
        for (PictureInFlight* picture : *batch) pipeline.Write(*picture, {});
      }
    }
  }
}

TEST_P(PipelineTest, ThrowsWhatTheSourceThrows) {
  Numbers numbers(100);
  numbers.throws_at = 30;
  Work work;
  Pipeline pipeline(numbers, work.functions(), GetParam(), {});
  EXPECT_THAT([&] { static_cast<void>(RunAll(pipeline, 4)); },
              testing::ThrowsMessage<std::runtime_error>(HasSubstr("the list ends here")));
}

TEST_P(PipelineTest, DoesNotWaitForTheNextNameOfAStream) {
  Pushed names;
  Work work;
  std::stop_source stop;
  Pipeline pipeline(names, work.functions(), GetParam(), stop.get_token());
  // Each name is pushed only once the picture before it has come out, although a batch is larger.
  names.Push(0);
  const Seen seen = RunAll(pipeline, 8, [&](const Seen& so_far) {
    if (so_far.order.size() == 5) stop.request_stop();
    if (so_far.order.size() == so_far.batches.size()) {
      names.Push(static_cast<int>(so_far.order.size()));
    }
  });
  EXPECT_EQ(seen.order, NumbersUpTo(5));
}

TEST_P(PipelineTest, IsOverAtOnceWithoutPictures) {
  Numbers numbers(0);
  Work work;
  Pipeline pipeline(numbers, work.functions(), GetParam(), {});
  EXPECT_FALSE(pipeline.Next(8));
}

TEST(Pipeline, EndsAStreamThatIsWaitedForWhenStopIsRequested) {
  Pushed names;
  Work work;
  std::stop_source stop;
  Pipeline pipeline(names, work.functions(), 2, stop.get_token());
  std::thread signal([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    stop.request_stop();
  });
  EXPECT_FALSE(pipeline.Next(8));
  signal.join();
}

TEST(Pipeline, NeverHasMoreThanABoundedNumberOfPicturesInFlight) {
  Numbers numbers(200);
  Work work;
  work.pauses = false;
  Pipeline pipeline(numbers, work.functions(), 2, {});
  std::size_t most = 0;
  static_cast<void>(RunAll(pipeline, 4, [&](const Seen& seen) {
    std::this_thread::sleep_for(std::chrono::microseconds(200));  // others get ahead
    most = std::max(most, pipeline.listed() - seen.order.size());
  }));
  EXPECT_LE(most, 3U * 4 + 3 + 2 * 3);  // PicturesInFlight::HasRoom
}

}  // namespace
}  // namespace gradcam

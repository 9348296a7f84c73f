#include "run/pipeline/pipeline.h"

#include <algorithm>
#include <system_error>
#include <type_traits>
#include <utility>

#include "core/stopwatch.h"
#include "run/pipeline/background_thread.h"
#include "run/pipeline/picture_error.h"

namespace gradcam {
namespace {

FlightLimits LimitsFor(int io_threads) {
  FlightLimits limits;
  limits.pictures_open = limits.pictures_read = static_cast<std::size_t>(io_threads) + 1;
  return limits;
}

// Not more threads than pictures.
int ThreadsFor(int io_threads, const std::optional<std::size_t>& pictures) {
  const std::size_t wanted = static_cast<std::size_t>(std::max(io_threads, 1));
  return static_cast<int>(std::max<std::size_t>(1, std::min(wanted, pictures.value_or(wanted))));
}

// The outcome of `work`, whatever it throws: nothing may leave a thread.
template <typename Work>
std::variant<std::invoke_result_t<Work>, Error> Guarded(const Job& job, const Work& work) {
  try {
    return work();
  } catch (...) {
    return CurrentErrorOf(job);
  }
}

}  // namespace

Pipeline::Pipeline(JobSource& source, PictureWork work, int io_threads, const std::stop_token& stop)
    : source_(&source),
      work_(std::move(work)),
      in_flight_(LimitsFor(ThreadsFor(io_threads, source.total()))) {
  try {
    lister_ = std::jthread([this](const std::stop_token& own_stop) { ListPictures(own_stop); });
    StartIoThreads(ThreadsFor(io_threads, source.total()));
  } catch (const std::system_error&) {
    Stop();
    throw;
  }
  on_stop_.emplace(stop, [this] { Drain(); });
}

Pipeline::~Pipeline() {
  on_stop_.reset();
  Stop();
}

// Where the system gives no more threads, fewer do.
void Pipeline::StartIoThreads(int count) {
  try {
    for (int i = 0; i < count; ++i) io_threads_.emplace_back([this] { DoTasks(); });
  } catch (const std::system_error&) {
    if (io_threads_.empty()) throw;
  }
}

void Pipeline::Stop() {
  Drain();
  Locked([this] { is_quitting_ = true; });
  tasks_.notify_all();
  if (lister_.joinable()) lister_.join();
  for (std::thread& thread : io_threads_) thread.join();
}

// Every change may give work to any of the others.
template <typename Change>
void Pipeline::Locked(const Change& change) {
  bool has_task = false;
  {
    const std::lock_guard lock(mutex_);
    change();
    has_task = in_flight_.HasTask();
  }
  room_.notify_one();
  progress_.notify_one();
  if (has_task) tasks_.notify_one();
}

void Pipeline::ListPictures(const std::stop_token& stop) {
  const InputWait wait{stop, [this] { Locked([this] { in_flight_.SetListWaits(true); }); }};
  try {
    while (true) {
      {
        std::unique_lock lock(mutex_);
        room_.wait(lock, [this] { return in_flight_.is_draining() || in_flight_.HasRoom(); });
        if (in_flight_.is_draining()) break;
      }
      std::optional<JobOrFailure> next = source_->Next(wait);
      Locked([&] {
        in_flight_.SetListWaits(false);
        for (std::string& warning : source_->TakeWarnings()) {
          warnings_.push_back(std::move(warning));
        }
        if (!next) return;
        in_flight_.Add(std::move(*next));
        ++listed_;
      });
      if (!next) break;
    }
  } catch (...) {
    Locked([this] { source_error_ = std::current_exception(); });
  }
  Locked([this] { in_flight_.CloseList(); });
}

void Pipeline::DoTasks() {
  LowerThreadPriority();
  std::unique_lock lock(mutex_);
  Stopwatch watch;
  while (!is_quitting_) {
    const std::optional<IoTask> task = in_flight_.TakeTask();
    if (!task) {
      tasks_.wait(lock);
      times_.io_wait += watch.Lap();
      continue;
    }
    if (in_flight_.HasTask()) tasks_.notify_one();  // for another thread
    lock.unlock();
    Perform(*task);
    static_cast<void>(watch.Lap());
    lock.lock();
  }
}

void Pipeline::Perform(const IoTask& task) {
  switch (task.kind) {
    case IoTask::Kind::kOpen:
      Open(*task.picture);
      break;
    case IoTask::Kind::kRead:
      Read(*task.picture);
      break;
    case IoTask::Kind::kDecode:
      Decode(*task.picture);
      break;
    case IoTask::Kind::kWrite:
      WriteFiles(*task.picture);
      break;
  }
}

// Does `work` without the lock and hands what it gives to `finish` under it. An error ends the
// picture.
template <typename Work, typename Finish>
void Pipeline::DoStep(PictureInFlight& picture, double IoTimes::* stage, const Work& work,
                      const Finish& finish) {
  Stopwatch watch;
  auto result = Guarded(picture.job, work);
  Locked([&] {
    times_.*stage += watch.Lap();
    if (auto* error = std::get_if<Error>(&result)) {
      in_flight_.End(picture, std::move(*error));
    } else {
      finish(std::get<std::invoke_result_t<Work>>(std::move(result)));
    }
  });
}

void Pipeline::Open(PictureInFlight& picture) {
  DoStep(
      picture, &IoTimes::decode, [&] { return work_.open(picture.job); },
      [&](OpenedPicture opened) { in_flight_.FinishOpen(picture, std::move(opened)); });
}

void Pipeline::Read(PictureInFlight& picture) {
  DoStep(
      picture, &IoTimes::decode, [&] { return work_.read(picture.job, *picture.opened); },
      [&](std::variant<PictureFile, EarlierReport> found) {
        if (auto* report = std::get_if<EarlierReport>(&found)) {
          in_flight_.End(picture, std::move(*report));
        } else {
          in_flight_.FinishRead(picture, std::get<PictureFile>(std::move(found)));
        }
      });
}

void Pipeline::Decode(PictureInFlight& picture) {
  DoStep(
      picture, &IoTimes::decode, [&] { return work_.decode(picture.job, std::move(picture.file)); },
      [&](LoadedPicture loaded) { in_flight_.FinishDecode(picture, std::move(loaded)); });
}

void Pipeline::WriteFiles(PictureInFlight& picture) {
  DoStep(
      picture, &IoTimes::write,
      [&] { return work_.write(picture.job, std::move(picture.loaded), picture.explanation); },
      [&](PictureReport report) { in_flight_.End(picture, std::move(report)); });
}

std::optional<std::variant<EndedPicture, Pipeline::Batch>> Pipeline::Next(int batch) {
  std::unique_lock lock(mutex_);
  while (true) {
    if (source_error_) std::rethrow_exception(std::exchange(source_error_, nullptr));
    if (auto ended = in_flight_.PopEnded()) {
      room_.notify_one();
      // Pictures that ended without the network held up those behind them.
      if (in_flight_.HasTask()) tasks_.notify_one();
      return std::move(*ended);
    }
    Batch pictures = in_flight_.TakeBatch(static_cast<std::size_t>(batch));
    if (!pictures.empty()) return pictures;
    if (in_flight_.IsOver()) return std::nullopt;
    room_.notify_one();  // a larger batch makes more room

    Stopwatch watch;
    progress_.wait(lock);
    times_.network_wait += watch.Lap();
  }
}

void Pipeline::Write(PictureInFlight& picture, Explanation explanation) {
  Locked([&] { in_flight_.Write(picture, std::move(explanation)); });
}

void Pipeline::Fail(PictureInFlight& picture, const Error& error) {
  Locked([&] { in_flight_.End(picture, error); });
}

void Pipeline::Drop(PictureInFlight& picture) {
  Locked([&] { in_flight_.End(picture, std::nullopt); });
}

void Pipeline::Drain() {
  lister_.request_stop();
  Locked([this] { in_flight_.Drain(); });
}

IoTimes Pipeline::times() const {
  const std::lock_guard lock(mutex_);
  return times_;
}

std::size_t Pipeline::listed() const {
  const std::lock_guard lock(mutex_);
  return listed_;
}

std::vector<std::string> Pipeline::TakeWarnings() {
  const std::lock_guard lock(mutex_);
  return std::exchange(warnings_, {});
}

}  // namespace gradcam

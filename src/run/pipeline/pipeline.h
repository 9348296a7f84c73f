#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "report/run_report.h"
#include "run/job_source.h"
#include "run/pipeline/pictures_in_flight.h"

namespace gradcam {

// What I/O threads do with a picture: called by several of them at once, for different pictures.
// What they throw is the picture's outcome.
struct PictureWork {
  std::function<OpenedPicture(const Job&)> open;
  // An EarlierReport: nothing is left to do.
  std::function<std::variant<PictureFile, EarlierReport>(const Job&, const OpenedPicture&)> read;
  std::function<LoadedPicture(const Job&, PictureFile)> decode;
  std::function<PictureReport(const Job&, LoadedPicture, const Explanation&)> write;
};

// Pictures on their way from file to files, several at once:
//
//   lister ─▶ I/O threads: open, read, decode ─▶ the caller's thread: network ─▶ I/O threads: draw,
//   write
//
// The caller asks Next what to do: explain a batch and hand each of its pictures to Write, Fail or
// Drop, or take note of a picture that has ended. Both come in the order of the source, whichever
// thread is first. The number of pictures in flight and their memory are bounded.
class Pipeline {
 public:
  using Batch = PicturesInFlight::Batch;

  // Starts `io_threads` threads, or as many as there are pictures. Drains when `stop` is requested.
  // `source` must outlive it.
  Pipeline(JobSource& source, PictureWork work, int io_threads, const std::stop_token& stop);
  // Threads in the middle of a picture finish it; the rest is given up.
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // Waits for something to do. A batch has `batch` pictures, or fewer when no more can come before
  // these are explained, or the source waits for the next one to be named. Nothing once all
  // pictures have ended. Throws what the source threw.
  [[nodiscard]] std::optional<std::variant<EndedPicture, Batch>> Next(int batch);

  void Write(PictureInFlight& picture, Explanation explanation);
  void Fail(PictureInFlight& picture, const Error& error);
  // It will not come out of Next.
  void Drop(PictureInFlight& picture);

  // Lists no more, and drops pictures that have not been in a batch.
  void Drain();

  [[nodiscard]] IoTimes times() const;

  // Pictures that have been listed so far.
  [[nodiscard]] std::size_t listed() const;

  // Those of the source; taking them empties the list.
  [[nodiscard]] std::vector<std::string> TakeWarnings();

 private:
  void StartIoThreads(int count);
  void Stop();
  void ListPictures(const std::stop_token& stop);
  void DoTasks();
  void Perform(const IoTask& task);
  template <typename Work, typename Finish>
  void DoStep(PictureInFlight& picture, double IoTimes::* stage, const Work& work,
              const Finish& finish);
  void Open(PictureInFlight& picture);
  void Read(PictureInFlight& picture);
  void Decode(PictureInFlight& picture);
  void WriteFiles(PictureInFlight& picture);
  template <typename Change>
  void Locked(const Change& change);

  JobSource* source_;
  PictureWork work_;

  mutable std::mutex mutex_;  // guards the following
  PicturesInFlight in_flight_;
  std::size_t listed_ = 0;
  bool is_quitting_ = false;
  std::exception_ptr source_error_;
  std::vector<std::string> warnings_;
  IoTimes times_;

  std::condition_variable room_;      // for the lister
  std::condition_variable tasks_;     // for I/O threads
  std::condition_variable progress_;  // for the caller

  std::jthread lister_;
  std::vector<std::thread> io_threads_;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

}  // namespace gradcam

#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "gradcam/error.h"
#include "gradcam/explainer.h"
#include "report/picture_report.h"
#include "run/earlier_results.h"
#include "run/job_source.h"
#include "run/picture_loading.h"

namespace gradcam {

// How the way of a picture ends: with its files, without need, or with an error.
using Outcome = std::variant<PictureReport, EarlierReport, Error>;

struct EndedPicture {
  Job job;
  Outcome outcome;
  bool was_read = false;  // its file, whatever became of it then
};

// A picture on its way from file to files. Its data belong to whoever has its task in hand.
struct PictureInFlight {
  enum class State {
    kListed,
    kOpening,
    kOpened,
    kReading,
    kRead,
    kDecoding,
    kDecoded,
    kInNetwork,
    kToWrite,
    kEnded
  };

  State state = State::kListed;
  Job job;
  std::optional<OpenedPicture> opened;  // from kOpened to kReading
  PictureFile file;                     // from kRead on
  LoadedPicture loaded;                 // from kDecoded on
  Explanation explanation;              // from kToWrite on
  bool was_read = false;                // the file
  std::size_t file_memory = 0;          // taken for `file`, bytes
  std::size_t memory = 0;               // taken for `loaded`, bytes
  std::optional<Outcome> outcome;       // kEnded; empty: dropped
};

// What waits to be done by an I/O thread.
struct IoTask {
  enum class Kind { kOpen, kRead, kDecode, kWrite };
  Kind kind = Kind::kOpen;
  PictureInFlight* picture = nullptr;
};

struct FlightLimits {
  std::size_t pictures_open = 2;  // whose files are open, not read
  std::size_t pictures_read = 2;  // whose files are in memory, not decoded
  // Bytes of files, from the start of reading to the end of decoding. A larger one is read when no
  // other is in memory.
  std::size_t file_memory = 200'000'000;
  // Bytes of decoded pictures, from the start of decoding to the end of writing. A picture that is
  // larger goes on when no other has memory.
  std::size_t memory = 400'000'000;
  std::size_t batch_memory = 200'000'000;  // a batch of this much is computed, however few they are
};

// The pictures on their way, in the order in which they were listed, and what is to be done next.
// Reading and writing may overtake; memory, the network and the way out are in order. No threads
// here: `Pipeline` calls it under a lock.
class PicturesInFlight {
 public:
  using Batch = std::vector<PictureInFlight*>;

  explicit PicturesInFlight(const FlightLimits& limits) : limits_(limits) {}

  // Whether another picture may be listed.
  [[nodiscard]] bool HasRoom() const;
  void Add(JobOrFailure next);
  // Whether the next picture has yet to be named by somebody: no batch waits for it.
  void SetListWaits(bool waits) { list_waits_ = waits; }
  // No more will be added.
  void CloseList() { is_closed_ = true; }

  // For I/O threads. Writing comes first: it frees memory.
  [[nodiscard]] bool HasTask() const;
  [[nodiscard]] std::optional<IoTask> TakeTask();
  void FinishOpen(PictureInFlight& picture, OpenedPicture opened);
  void FinishRead(PictureInFlight& picture, PictureFile file);
  void FinishDecode(PictureInFlight& picture, LoadedPicture loaded);
  void End(PictureInFlight& picture, std::optional<Outcome> outcome);

  // For the network: the next pictures, at most `size`. Fewer only if the others cannot come before
  // these are explained, or nobody knows when. May be empty.
  [[nodiscard]] Batch TakeBatch(std::size_t size);
  void Write(PictureInFlight& picture, Explanation explanation);

  // The oldest picture, if it has ended.
  [[nodiscard]] std::optional<EndedPicture> PopEnded();

  // Only pictures that the network has got matter from now on.
  void Drain() { is_draining_ = true; }
  [[nodiscard]] bool is_draining() const { return is_draining_; }

  // Nothing will come out of TakeBatch or PopEnded any more.
  [[nodiscard]] bool IsOver() const;

 private:
  [[nodiscard]] PictureInFlight& At(std::size_t number) const {
    return *pictures_[number - first_];
  }
  [[nodiscard]] std::size_t end() const { return first_ + pictures_.size(); }
  // The first picture from `number` on that has not ended; end() if there is none.
  [[nodiscard]] std::size_t NextAlive(std::size_t number) const;
  [[nodiscard]] PictureInFlight* NextToOpen() const;
  [[nodiscard]] PictureInFlight* NextToRead() const;
  [[nodiscard]] PictureInFlight* NextToDecode() const;
  [[nodiscard]] bool HasInputTask() const;
  [[nodiscard]] Batch DecodedInOrder(std::size_t size) const;
  [[nodiscard]] bool MoreMayCome() const;

  FlightLimits limits_;
  // Numbers count from the first picture that was ever listed.
  std::deque<std::unique_ptr<PictureInFlight>> pictures_;
  std::size_t first_ = 0;        // number of pictures_.front()
  std::size_t open_end_ = 0;     // those in front of it have been opened or are being opened
  std::size_t read_end_ = 0;     // those in front of it have been read or are being read
  std::size_t granted_end_ = 0;  // those in front of it have been given memory
  std::size_t network_end_ = 0;  // those in front of it have been given to the network
  std::deque<PictureInFlight*> to_write_;
  std::size_t file_memory_ = 0;
  std::size_t memory_ = 0;
  std::size_t busy_inputs_ = 0;  // being opened, read or decoded
  std::size_t batch_ = 1;        // size that was last asked for
  bool list_waits_ = false;
  bool is_closed_ = false;
  bool is_draining_ = false;
};

}  // namespace gradcam

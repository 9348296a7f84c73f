#include "run/pipeline/pictures_in_flight.h"

#include <algorithm>
#include <utility>

namespace gradcam {
namespace {

using State = PictureInFlight::State;

bool Fits(std::size_t more, std::size_t taken, std::size_t limit) {
  return taken == 0 || taken + more <= limit;
}

}  // namespace

// One batch in the network, one decoded, one being written, and what is in the hands of threads.
bool PicturesInFlight::HasRoom() const {
  return pictures_.size() < 3 * batch_ + limits_.pictures_open + 2 * limits_.pictures_read;
}

void PicturesInFlight::Add(JobOrFailure next) {
  auto picture = std::make_unique<PictureInFlight>();
  if (auto* failure = std::get_if<Failure>(&next)) {
    picture->job.path = failure->file;
    picture->job.name = std::move(failure->file);
    picture->outcome = Error(ErrorKind::kInput, failure->error, failure->hint);
    picture->state = State::kEnded;
  } else {
    picture->job = std::get<Job>(std::move(next));
  }
  pictures_.push_back(std::move(picture));
}

std::size_t PicturesInFlight::NextAlive(std::size_t number) const {
  number = std::max(number, first_);
  while (number < end() && At(number).state == State::kEnded) ++number;
  return number;
}

// How large a file is, is known when it is open.
PictureInFlight* PicturesInFlight::NextToOpen() const {
  const std::size_t next = NextAlive(open_end_);
  const std::size_t waiting = next - std::min(next, NextAlive(read_end_));
  if (is_draining_ || next == end() || waiting >= limits_.pictures_open) return nullptr;
  return &At(next);
}

PictureInFlight* PicturesInFlight::NextToRead() const {
  const std::size_t next = NextAlive(read_end_);
  const std::size_t waiting = next - std::min(next, NextAlive(granted_end_));
  if (is_draining_ || next == end() || waiting >= limits_.pictures_read) return nullptr;
  if (At(next).state != State::kOpened) return nullptr;
  return Fits(At(next).opened->memory, file_memory_, limits_.file_memory) ? &At(next) : nullptr;
}

// Memory is given in order: a large picture waits for those in front of it only, which need nothing
// from it.
PictureInFlight* PicturesInFlight::NextToDecode() const {
  const std::size_t next = NextAlive(granted_end_);
  if (is_draining_ || next == end() || At(next).state != State::kRead) return nullptr;
  return Fits(At(next).file.pixel_memory, memory_, limits_.memory) ? &At(next) : nullptr;
}

bool PicturesInFlight::HasInputTask() const {
  return NextToDecode() != nullptr || NextToRead() != nullptr || NextToOpen() != nullptr;
}

bool PicturesInFlight::HasTask() const { return !to_write_.empty() || HasInputTask(); }

std::optional<IoTask> PicturesInFlight::TakeTask() {
  if (!to_write_.empty()) {
    PictureInFlight* picture = to_write_.front();
    to_write_.pop_front();
    return IoTask{IoTask::Kind::kWrite, picture};
  }
  if (PictureInFlight* picture = NextToDecode()) {
    granted_end_ = NextAlive(granted_end_) + 1;
    picture->state = State::kDecoding;
    picture->memory = picture->file.pixel_memory;
    memory_ += picture->memory;
    ++busy_inputs_;
    return IoTask{IoTask::Kind::kDecode, picture};
  }
  if (PictureInFlight* picture = NextToRead()) {
    read_end_ = NextAlive(read_end_) + 1;
    picture->state = State::kReading;
    picture->file_memory = picture->opened->memory;
    file_memory_ += picture->file_memory;
    ++busy_inputs_;
    return IoTask{IoTask::Kind::kRead, picture};
  }
  if (PictureInFlight* picture = NextToOpen()) {
    open_end_ = NextAlive(open_end_) + 1;
    picture->state = State::kOpening;
    ++busy_inputs_;
    return IoTask{IoTask::Kind::kOpen, picture};
  }
  return std::nullopt;
}

void PicturesInFlight::FinishOpen(PictureInFlight& picture, OpenedPicture opened) {
  picture.opened = std::move(opened);
  picture.state = State::kOpened;
  --busy_inputs_;
}

void PicturesInFlight::FinishRead(PictureInFlight& picture, PictureFile file) {
  picture.opened.reset();
  picture.file = std::move(file);
  picture.state = State::kRead;
  picture.was_read = true;
  --busy_inputs_;
  // Of what is no picture only the start is read.
  file_memory_ -= std::exchange(picture.file_memory, picture.file.bytes.size());
  file_memory_ += picture.file_memory;
}

void PicturesInFlight::FinishDecode(PictureInFlight& picture, LoadedPicture loaded) {
  picture.loaded = std::move(loaded);
  picture.state = State::kDecoded;
  --busy_inputs_;
  file_memory_ -= std::exchange(picture.file_memory, 0);
  // What was claimed in front need not be true.
  memory_ -= std::exchange(picture.memory, PixelMemory(picture.loaded));
  memory_ += picture.memory;
}

void PicturesInFlight::End(PictureInFlight& picture, std::optional<Outcome> outcome) {
  const bool is_input = picture.state == State::kOpening || picture.state == State::kReading ||
                        picture.state == State::kDecoding;
  if (is_input) --busy_inputs_;
  file_memory_ -= std::exchange(picture.file_memory, 0);
  memory_ -= std::exchange(picture.memory, 0);
  picture.opened.reset();
  picture.file = {};
  picture.loaded = {};
  picture.explanation = {};
  picture.outcome = std::move(outcome);
  picture.state = State::kEnded;
}

PicturesInFlight::Batch PicturesInFlight::DecodedInOrder(std::size_t size) const {
  Batch batch;
  std::size_t memory = 0;
  for (std::size_t next = NextAlive(network_end_);
       next < end() && At(next).state == State::kDecoded; next = NextAlive(next + 1)) {
    if (batch.size() == size || memory >= limits_.batch_memory) break;
    batch.push_back(&At(next));
    memory += At(next).memory;
  }
  return batch;
}

bool PicturesInFlight::MoreMayCome() const {
  const bool more_listed = !is_closed_ && !list_waits_ && HasRoom();
  return more_listed || busy_inputs_ > 0 || HasInputTask();
}

PicturesInFlight::Batch PicturesInFlight::TakeBatch(std::size_t size) {
  batch_ = size;
  if (is_draining_) return {};
  Batch batch = DecodedInOrder(size);
  std::size_t memory = 0;
  for (const PictureInFlight* picture : batch) memory += picture->memory;
  const bool is_full = batch.size() == size || memory >= limits_.batch_memory;
  if (!is_full && MoreMayCome()) return {};
  for (PictureInFlight* picture : batch) {
    picture->state = State::kInNetwork;
    network_end_ = NextAlive(network_end_) + 1;
  }
  return batch;
}

void PicturesInFlight::Write(PictureInFlight& picture, Explanation explanation) {
  picture.explanation = std::move(explanation);
  picture.state = State::kToWrite;
  to_write_.push_back(&picture);
}

std::optional<EndedPicture> PicturesInFlight::PopEnded() {
  while (!pictures_.empty() && pictures_.front()->state == State::kEnded && !IsOver()) {
    const std::unique_ptr<PictureInFlight> picture = std::move(pictures_.front());
    pictures_.pop_front();
    ++first_;
    if (picture->outcome) {
      return EndedPicture{std::move(picture->job), std::move(*picture->outcome), picture->was_read};
    }
  }
  return std::nullopt;
}

bool PicturesInFlight::IsOver() const {
  if (is_draining_) return first_ >= network_end_;
  return is_closed_ && pictures_.empty();
}

}  // namespace gradcam

#include "run/inputs/line_source.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace gradcam {
namespace {

constexpr std::size_t kLongestLine = std::size_t{1} << 20U;
constexpr std::size_t kBlock = std::size_t{1} << 16U;
// A signal is blocked in every thread and so does not end a read: the wait looks for it by itself.
constexpr int kLookForStopMs = 100;

[[noreturn]] void Fail(int error) { throw std::system_error(error, std::generic_category()); }

// Whether there is something to read, or the end, within this time.
bool IsReadable(int descriptor, int milliseconds) {
  pollfd poll{descriptor, POLLIN, 0};
  const int ready = ::poll(&poll, 1, milliseconds);
  if (ready < 0 && errno != EINTR) Fail(errno);
  return ready > 0;
}

// The same before a stop request.
bool Wait(int descriptor, const InputWait& wait) {
  if (IsReadable(descriptor, 0)) return !wait.stop.stop_requested();
  if (wait.on_wait) wait.on_wait();
  while (!wait.stop.stop_requested()) {
    if (IsReadable(descriptor, kLookForStopMs)) return true;
  }
  return false;
}

}  // namespace

std::optional<std::string> LineSource::Next(const InputWait& wait) {
  if (std::exchange(is_too_long_, false)) SkipLine(wait);
  std::size_t searched = begin_;
  while (true) {
    const std::size_t end = buffer_.find(separator_, searched);
    if (end != std::string::npos) {
      std::string line = buffer_.substr(begin_, end - begin_);
      begin_ = end + 1;
      return line;
    }
    if (buffer_.size() - begin_ > kLongestLine) {
      is_too_long_ = true;
      Fail(EFBIG);
    }
    buffer_.erase(0, std::exchange(begin_, 0));
    searched = buffer_.size();
    if (at_end_ || !Fill(wait)) break;
  }
  if (!at_end_ || buffer_.empty()) return std::nullopt;
  return std::exchange(buffer_, {});
}

void LineSource::SkipLine(const InputWait& wait) {
  begin_ = 0;
  std::size_t end = std::string::npos;
  do {
    buffer_.clear();
  } while (Fill(wait) && (end = buffer_.find(separator_)) == std::string::npos);
  if (end != std::string::npos) begin_ = end + 1;
}

// Reads what there is; false after a stop request or at the end.
bool LineSource::Fill(const InputWait& wait) {
  if (!Wait(descriptor_, wait)) return false;
  std::array<char, kBlock> block{};
  const ssize_t count = ::read(descriptor_, block.data(), block.size());
  if (count < 0 && errno != EINTR && errno != EAGAIN) Fail(errno);
  if (count > 0) buffer_.append(block.data(), static_cast<std::size_t>(count));
  at_end_ = count == 0;
  return !at_end_;
}

}  // namespace gradcam

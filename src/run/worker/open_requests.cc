#include "run/worker/open_requests.h"

#include <utility>

namespace gradcam {

bool OpenRequests::IsFree(const std::string& place) const {
  const std::lock_guard lock(mutex_);
  return !places_.contains(place);
}

void OpenRequests::Add(OpenPicture picture) {
  const std::lock_guard lock(mutex_);
  if (!picture.place.empty()) places_.insert(picture.place);
  pictures_.push_back(std::move(picture));
}

OpenPicture OpenRequests::Oldest() const {
  const std::lock_guard lock(mutex_);
  return pictures_.front();
}

void OpenRequests::Close() {
  const std::lock_guard lock(mutex_);
  places_.erase(pictures_.front().place);
  pictures_.pop_front();
}

}  // namespace gradcam

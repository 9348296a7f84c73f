#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "run/worker/request.h"

namespace gradcam {

// A picture that has been handed to the pipeline and has not come out of it.
struct OpenPicture {
  std::shared_ptr<const Request> request;
  bool is_last = false;  // of its request
  std::string place;     // where it writes: OutputPlace::Key; empty if nowhere
};

// Tells which request a picture belongs to when it comes out of the pipeline, and keeps two of them
// from writing the same files at once. Shared by the thread that lists and the one that answers.
class OpenRequests {
 public:
  // False if a picture that writes to `place` is open.
  [[nodiscard]] bool IsFree(const std::string& place) const;

  // Pictures come out of the pipeline in the order in which they are added.
  void Add(OpenPicture picture);

  // The oldest picture. Its place stays taken until Close.
  [[nodiscard]] OpenPicture Oldest() const;
  void Close();

 private:
  mutable std::mutex mutex_;
  std::deque<OpenPicture> pictures_;
  std::set<std::string> places_;
};

}  // namespace gradcam

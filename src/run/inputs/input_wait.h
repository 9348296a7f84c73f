#pragma once

#include <functional>
#include <stop_token>

namespace gradcam {

// How to wait for an input that somebody may still be writing.
struct InputWait {
  std::stop_token stop;           // ends the wait
  std::function<void()> on_wait;  // called before there is one; may be empty
};

}  // namespace gradcam

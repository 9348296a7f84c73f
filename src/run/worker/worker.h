#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "gradcam/error.h"
#include "run/picture_explainer.h"
#include "run/run_context.h"
#include "run/run_options.h"

namespace gradcam {

// How a worker talks, always on the thread that called RunWorker.
struct WorkerTalk {
  std::function<bool(const std::string& line)> answer;  // false: nobody reads answers any more
  std::function<void(const std::string& text)> warn;
  std::function<void(const std::string& text)> note;
  std::function<void(const Error& error)> fail;  // why it ends
};

enum class WorkerEnd {
  kNoMoreRequests,  // all are answered
  kInterrupted,     // by a stop request: what the network had got is finished
  kUnread,          // an answer could not be written
  kDeviceLost,      // the device no longer answers
};

// Explains pictures as requests name them (docs/worker.md): reads requests from the descriptor
// `requests`, one a line, and answers each in its turn. Pictures of waiting requests are computed
// together; none waits for a request that has not come. `RunOptions::inputs` and what concerns a
// run as a whole (shard, fail_fast, strict, timing) are not looked at.
//
// Explains a grey picture first: what shows that model and options do not work together is thrown
// before anything is answered. After that every error is one picture's, and stands in its answer;
// except that the device is lost: what was finished before is answered, the rest is not, since
// another worker can do it.
[[nodiscard]] WorkerEnd RunWorker(PictureExplainer& explainer, const ModelFile& model,
                                  const RunOptions& options, int requests, const WorkerTalk& talk,
                                  const std::stop_token& stop);

}  // namespace gradcam

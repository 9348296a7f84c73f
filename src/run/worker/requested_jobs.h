#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "run/inputs/line_source.h"
#include "run/inputs/picture_naming.h"
#include "run/job_source.h"
#include "run/output_names.h"
#include "run/run_options.h"
#include "run/worker/open_requests.h"
#include "run/worker/request.h"

namespace gradcam {

// The pictures of requests, as they come: one line of JSON each (worker/request.h). A line that is
// no request is handed out as a Failure without a file, so that it is answered in its turn. Without
// a name of its own a picture is named as one of a list that comes on stdin (PictureNaming). Keeps
// nothing of a picture that has been answered.
class RequestedJobs final : public JobSource {
 public:
  // Reads from `descriptor`. What is handed out is added to `open`, which must outlive this.
  RequestedJobs(const RunOptions& options, int descriptor, OpenRequests& open);

  // Throws Error(kInput) if the requests cannot be read.
  [[nodiscard]] std::optional<JobOrFailure> Next(const InputWait& wait) override;
  [[nodiscard]] std::optional<std::size_t> total() const override { return std::nullopt; }
  [[nodiscard]] std::vector<std::string> TakeWarnings() override { return {}; }

 private:
  [[nodiscard]] std::shared_ptr<const Request> NextRequest(const InputWait& wait);
  [[nodiscard]] JobOrFailure NextPicture();
  [[nodiscard]] Job JobOf(const RequestedPicture& picture) const;
  [[nodiscard]] std::vector<std::string> StaleNames(const Job& job) const;

  RunOptions options_;
  LineSource lines_;
  PictureNaming naming_;
  OpenRequests* open_;
  std::shared_ptr<const Request> request_;  // whose pictures are being handed out
  std::size_t next_ = 0;                    // of its pictures
};

}  // namespace gradcam

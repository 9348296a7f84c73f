#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gradcam/error.h"
#include "gradcam/explainer.h"

namespace gradcam {

// A picture that a request names.
struct RequestedPicture {
  std::string path;                  // to open
  std::optional<std::string> name;   // path of its outputs below the output folder: "a/cat.jpg"
  std::optional<ClassTarget> truth;  // its true class
};

// A line that a worker was sent: docs/schema/worker.schema.json.
struct Request {
  std::string id = "null";  // JSON text, as it was given
  std::vector<RequestedPicture> pictures;
  std::optional<Error> error;  // of kind kUsage: what makes it no request; then without pictures
};

// Throws nothing but std::bad_alloc.
[[nodiscard]] Request ParseRequest(std::string_view line);

}  // namespace gradcam

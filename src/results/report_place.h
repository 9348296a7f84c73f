#pragma once

#include <cstdint>
#include <string>

namespace gradcam {

// Where the report of one picture stands: a file of its own, or a line of results.jsonl. Paths are
// below the output folder, as bytes.
struct ReportPlace {
  std::string picture;       // what the picture's outputs are called: "a/cat"
  std::string file;          // "a/cat.json", or "results.jsonl"
  std::uint64_t offset = 0;  // of the line in `file`
  std::uint64_t size = 0;    // of the line, without line end; 0: the file is the report
};

}  // namespace gradcam

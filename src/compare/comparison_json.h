#pragma once

#include <cstddef>
#include <cstdio>
#include <memory>
#include <ostream>
#include <string>

#include "compare/comparison.h"
#include "compare/picture_comparison.h"

namespace gradcam {

// What was compared, as it was asked for.
struct ComparedPaths {
  std::string baseline;
  std::string current;
};

// The document of --json: docs/schema/compare.schema.json. Pictures come one by one and their texts
// are kept, many of them in a file without a name, so that memory does not grow with their number.
class ComparisonJson {
 public:
  static constexpr std::size_t kMostInMemory = std::size_t{8} << 20U;  // bytes

  explicit ComparisonJson(std::size_t most_in_memory = kMostInMemory)
      : most_in_memory_(most_in_memory) {}

  // A picture that is not the same, in the order of the names. Throws Error(kOutput).
  void Add(const PictureComparison& different);

  // The whole document; once only. Throws Error(kOutput).
  void Write(const CompareSummary& summary, const ComparedPaths& paths, const Limits& limits,
             std::ostream& out);

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { (void)std::fclose(file); }
  };

  void MoveToFile();

  std::size_t most_in_memory_;
  bool is_empty_ = true;
  std::string texts_;                           // the last of the pictures, elements of an array
  std::unique_ptr<std::FILE, CloseFile> file_;  // those in front of them, if there are many
};

}  // namespace gradcam

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "compare/picture_comparison.h"
#include "run/atomic_file.h"

namespace gradcam {

// A JUnit report as CI services read it: one test suite, one test case a picture. A picture that
// failed is a failure (an error if it was unreadable or incompatible) with all its findings; a
// difference that is allowed is skipped. Cases are written as they come; nothing is kept.
class JunitFile {
 public:
  // `suite` names the test suite. Throws Error(kOutput), also if `file` exists and is no JUnit
  // report of this program: the user's, not to be replaced.
  JunitFile(const std::filesystem::path& file, const std::string& suite);

  void Add(const PictureComparison& picture);

  // Completes the file; until then there is none. Once only.
  void Commit();

 private:
  struct Counts {
    std::uint64_t tests = 0;
    std::uint64_t failures = 0;
    std::uint64_t errors = 0;
    std::uint64_t skipped = 0;
  };

  [[nodiscard]] std::string Head() const;

  AtomicFile file_;
  std::string suite_;
  std::string started_;  // UTC, ISO 8601 without zone, as the format asks
  Counts counts_;
};

}  // namespace gradcam

#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "compare/comparison.h"
#include "compare/worst.h"
#include "page/page_writer.h"

namespace gradcam {

// An HTML page of a comparison: the pictures that lie farthest apart, worst first, with both maps,
// their difference and the measures. Holds no more than twice `most` pictures at any time.
class ComparisonPage {
 public:
  static constexpr std::size_t kMost = 2000;

  // The page will be `file`. Throws as PageWriter::RequireOwnPage.
  explicit ComparisonPage(std::filesystem::path file, std::size_t most = kMost);

  // `picture` with the values of its maps.
  void Add(const PictureComparison& picture);

  // Writes what was added. `title` stands above the page. Throws Error(kOutput).
  [[nodiscard]] std::vector<WrittenPage> Write(const std::string& title,
                                               const CompareSummary& summary);

 private:
  struct Entries {
    PictureComparison picture;  // without its maps
    std::vector<PageEntry> entries;
  };

  std::filesystem::path file_;
  Worst<Entries, &Entries::picture> worst_;
};

}  // namespace gradcam

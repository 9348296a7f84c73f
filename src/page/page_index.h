#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "page/page_content.h"

namespace gradcam {

// What all pages of the same results know of each other, so that a search on one finds what stands
// on the others, and sorting puts all in one order.
class PageIndex {
 public:
  // `states` of PageHead.
  explicit PageIndex(const std::vector<PageState>& states);

  // An entry of the page that is being made.
  void Add(const PageEntry& entry);
  // That page is complete and will be the file of this name.
  void EndPage(const std::string& file_name);

  [[nodiscard]] std::size_t pages() const { return pages_.size(); }

  // {"key": text, "classes": [[label, index], ...], "pages": [{"file": name, "entries": [[file,
  // state, explained, probability, answer, others], ...]}, ...]}, safe inside a <script> element.
  // `key`: by which these pages know each other, a digest of the rest; `state`: its number;
  // `explained`: place in `classes`, -1 for a failure; `probability`: of that class, or null;
  // `answer`: 1 right, 0 wrong, -1 not known; `others`: places of the most probable classes and the
  // true one.
  [[nodiscard]] std::string Json() const;

 private:
  int NumberOf(const PagePrediction& prediction);

  std::map<std::string, int> states_;
  std::map<std::pair<std::string, int>, int> classes_;  // a label alone may be that of several
  std::string entries_;             // of the page that is being made: elements of a JSON array
  std::vector<std::string> pages_;  // JSON objects
};

}  // namespace gradcam

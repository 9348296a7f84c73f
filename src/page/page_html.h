#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "page/page_content.h"

namespace gradcam {

// Where a page stands among the pages of a result.
struct PagePlace {
  std::size_t first = 0;  // number of its first entry, from 0
  std::string previous;   // file names; empty: there is none
  std::string next;
};

// The entries of one page as texts to be placed in its HTML.
class PageBody {
 public:
  void Add(const PageEntry& entry);

  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  // Bytes that the entries and their pictures take.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  [[nodiscard]] const std::vector<std::string>& entries() const { return entries_; }  // JSON
  [[nodiscard]] const std::vector<PictureUrl>& pictures() const { return pictures_; }

 private:
  // The number of a picture, the same for neighbours that show the same one; -1 for none.
  int NumberOf(const PictureUrl& url);

  std::vector<std::string> entries_;
  std::vector<PictureUrl> pictures_;
  std::size_t bytes_ = 0;
};

// A whole HTML document that needs no other file but pictures with relative URLs. Its Content
// Security Policy allows its own script and style and pictures, nothing else.
[[nodiscard]] std::string PageHtml(const PageHead& head, const PageBody& body,
                                   const PagePlace& place);

// Whether `html` begins as PageHtml begins: a file that is ours to replace.
[[nodiscard]] bool IsPage(std::string_view html);

}  // namespace gradcam

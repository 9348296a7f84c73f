#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "page/page_content.h"
#include "page/page_index.h"

namespace gradcam {

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

// Where a page stands among several of the same results.
struct PagePart {
  std::size_t number = 0;  // from 0
  std::string first_page;  // file name of the page with number 0
};

// An HTML document without its end; the only page of its results without a `part`. It needs no
// other file but pictures with relative URLs and, as one of several, the other pages. Its Content
// Security Policy allows its own script and style, pictures, and those pages, nothing else.
[[nodiscard]] std::string PageHtml(const PageHead& head, const PageBody& body,
                                   const std::optional<PagePart>& part = std::nullopt);

// The end of each of several pages, or of the only one.
[[nodiscard]] std::string PageEnd(const PageIndex& index);

// What each page begins with, and what the page `part` begins with: no other file does.
[[nodiscard]] std::string_view PageBeginning();
[[nodiscard]] std::string PartBeginning(const PagePart& part);

}  // namespace gradcam

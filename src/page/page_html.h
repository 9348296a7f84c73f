#pragma once

#include <cstddef>
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

// An HTML document without its end, page `number` (from 0) of its results. It needs no other file
// but pictures with relative URLs. Its Content Security Policy allows its own script and style and
// pictures, nothing else.
[[nodiscard]] std::string PageHtml(const PageHead& head, const PageBody& body,
                                   std::size_t number = 0);

// The end of each of several pages, or of the only one.
[[nodiscard]] std::string PageEnd(const PageIndex& index);

// Whether `html` begins as PageHtml begins: a file that is ours to replace.
[[nodiscard]] bool IsPage(std::string_view html);

}  // namespace gradcam

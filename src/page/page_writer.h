#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "page/page_content.h"
#include "page/page_html.h"

namespace gradcam {

// A page that was written.
struct WrittenPage {
  std::filesystem::path file;
  std::size_t bytes = 0;
};

// Writes entries as an HTML page, or as several that link to each other where one would be larger
// than a browser opens with ease: page.html, page-2.html, ... No more than one page is held at a
// time.
class PageWriter {
 public:
  static constexpr std::size_t kLargestPage =
      50'000'000;  // bytes; a page ends after the entry that reaches it

  // Throws Error(kOutput) if `file` exists and is no page of this program.
  PageWriter(std::filesystem::path file, PageHead head, std::size_t largest_page = kLargestPage);

  // Throws Error(kOutput).
  void Add(const PageEntry& entry);

  // Writes what is left. Throws Error(kOutput).
  [[nodiscard]] std::vector<WrittenPage> Finish();

 private:
  [[nodiscard]] std::filesystem::path FileOf(std::size_t number) const;
  void WritePage(bool is_last);

  std::filesystem::path file_;
  PageHead head_;
  std::size_t largest_page_;
  std::size_t first_ = 0;
  PageBody body_;
  std::vector<WrittenPage> written_;
};

}  // namespace gradcam

#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <vector>

#include "page/page_content.h"
#include "page/page_html.h"
#include "run/atomic_file.h"

namespace gradcam {

// A page that was written.
struct WrittenPage {
  std::filesystem::path file;
  std::size_t bytes = 0;
};

// Writes entries as an HTML page, or as several that know of each other where one would be larger
// than a browser opens with ease: page.html, page-2.html, ... All come into being at the end. No
// more than one page is held at a time, and of the others what a search needs.
class PageWriter {
 public:
  // Bytes; a page ends after the entry that reaches it. Its own text and what it knows of the
  // others come on top.
  static constexpr std::size_t kLargestPage = 48'000'000;

  // Throws Error(kOutput) if `file` exists and is no page of this program.
  PageWriter(std::filesystem::path file, PageHead head, std::size_t largest_page = kLargestPage);

  // Throws Error(kOutput).
  void Add(const PageEntry& entry);

  // Writes what is left. Throws Error(kOutput).
  [[nodiscard]] std::vector<WrittenPage> Finish();

 private:
  [[nodiscard]] std::filesystem::path FileOf(std::size_t number) const;
  void EndPage();

  std::filesystem::path file_;
  PageHead head_;
  std::size_t largest_page_;
  PageBody body_;
  PageIndex index_;
  std::vector<std::unique_ptr<AtomicFile>> files_;  // whole but for their ends
  std::vector<WrittenPage> written_;
};

}  // namespace gradcam

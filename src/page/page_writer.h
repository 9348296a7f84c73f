#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
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

// Writes entries as an HTML page, or as several that show each other's entries where one would be
// larger than a browser opens with ease: page.html, page-2.html, ... All come into being at the
// end, and further pages that an earlier writer of page.html has left are removed. No more than one
// page is held at a time, and of the others what a search needs.
class PageWriter {
 public:
  // Bytes; a page ends after the entry that reaches it. Its own text and what it knows of the
  // others come on top: 6 MB, what 60,000 entries take, make it 50.
  static constexpr std::size_t kLargestPage = 44'000'000;

  // Throws as RequireOwnPage. Add and Finish throw Error(kOutput) for a page-2.html that does not
  // belong to `file`.
  PageWriter(std::filesystem::path file, PageHead head, std::size_t largest_page = kLargestPage);

  // Throws Error(kOutput) if `file` exists and is no page of this program: to be known before the
  // work that goes into a page.
  static void RequireOwnPage(const std::filesystem::path& file);

  // Throws Error(kOutput).
  void Add(const PageEntry& entry);

  // Writes what is left. Throws Error(kOutput).
  [[nodiscard]] std::vector<WrittenPage> Finish();

 private:
  [[nodiscard]] PagePart PartOf(std::size_t number) const;
  [[nodiscard]] std::filesystem::path FileOf(std::size_t number) const;
  void EndPage(const std::optional<PagePart>& part);
  void RemoveOlderPages() const;

  std::filesystem::path file_;
  PageHead head_;
  std::size_t largest_page_;
  PageBody body_;
  PageIndex index_;
  std::vector<std::unique_ptr<AtomicFile>> files_;  // whole but for their ends
  std::vector<WrittenPage> written_;
};

}  // namespace gradcam

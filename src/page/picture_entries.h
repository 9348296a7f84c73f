#pragma once

#include <filesystem>
#include <vector>

#include "page/original_pictures.h"
#include "page/page_content.h"
#include "results/result_folder.h"

namespace gradcam {

enum class PictureUse {
  kEmbed,  // thumbnails inside the page
  kLink,   // the files themselves, by URLs relative to the page
};

// Key of the state of an entry that is no result: a failure, or a report that cannot be read.
inline constexpr const char* kFailedState = "failed";

// States of entries from harmless to grave: those of maps, files missing, failed.
[[nodiscard]] std::vector<PageState> EntryStates();

// Makes entries of a page from the reports of an output folder. May be used by several threads.
class PictureEntries {
 public:
  // `folder` and `originals` must outlive it. `page_folder`: where the page will stand.
  PictureEntries(const ResultFolder& folder, const OriginalPictures& originals, PictureUse use,
                 const std::filesystem::path& page_folder);

  // One entry for each explained class of the picture; one entry of kFailedState if the report
  // cannot be read; none for another program's JSON. What is missing is a note of the entry.
  [[nodiscard]] std::vector<PageEntry> Of(const ReportPlace& place) const;

 private:
  class OnePicture;

  const ResultFolder& folder_;
  const OriginalPictures& originals_;
  PictureUse use_;
  std::filesystem::path page_folder_;
};

}  // namespace gradcam

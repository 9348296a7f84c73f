#include "page/comparison_page.h"

#include <algorithm>
#include <string>
#include <utility>

#include "page/comparison_entries.h"

namespace gradcam {
namespace {

PageHead HeadOf(const std::string& title, const CompareSummary& summary, std::size_t shown) {
  PageHead head;
  head.title = title;
  head.facts = {{"Pictures", std::to_string(summary.pictures)},
                {"Same", std::to_string(summary.count(FindingKind::kSame))},
                {"Failed", std::to_string(summary.failed)}};
  head.notes.assign(summary.notes.begin(), summary.notes.end());
  if (shown < summary.pictures) {
    head.notes.push_back("The page shows the " + std::to_string(shown) +
                         " pictures that lie farthest apart.");
  }
  head.tile_names = {"Difference", "Baseline", "Current"};
  head.map_names = {"Grad-CAM", "Saliency"};
  head.states = ComparisonStates();
  head.order = "Worst first";
  return head;
}

}  // namespace

void ComparisonPage::Add(const PictureComparison& picture) {
  // Drawing is dear, and most pictures of a large comparison are the same.
  if (bound_ && !IsWorse(picture, *bound_)) return;
  kept_.push_back({WithoutMaps(picture), ComparisonEntries(picture)});
  // Not at each one: sorting is dear, too.
  if (kept_.size() >= 2 * most_) KeepTheWorst(most_);
}

void ComparisonPage::KeepTheWorst(std::size_t count) {
  std::ranges::sort(
      kept_, [](const Entries& a, const Entries& b) { return IsWorse(a.picture, b.picture); });
  if (kept_.size() <= count) return;
  kept_.erase(kept_.begin() + static_cast<std::ptrdiff_t>(count), kept_.end());
  bound_ = kept_.back().picture;
}

std::vector<WrittenPage> ComparisonPage::Write(const std::filesystem::path& file,
                                               const std::string& title,
                                               const CompareSummary& summary) {
  KeepTheWorst(most_);
  PageWriter page(file, HeadOf(title, summary, kept_.size()));
  for (const Entries& picture : kept_) {
    for (const PageEntry& entry : picture.entries) page.Add(entry);
  }
  return page.Finish();
}

}  // namespace gradcam

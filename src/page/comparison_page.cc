#include "page/comparison_page.h"

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
  head.top_name = "Probability of the class";
  head.states = ComparisonStates();
  head.order = "Worst first";
  return head;
}

}  // namespace

ComparisonPage::ComparisonPage(std::filesystem::path file, std::size_t most)
    : file_(std::move(file)), worst_(most) {
  PageWriter::RequireOwnPage(file_);
}

void ComparisonPage::Add(const PictureComparison& picture) {
  // Drawing is dear, and most pictures of a large comparison are the same.
  if (worst_.Takes(picture)) worst_.Add({WithoutMaps(picture), ComparisonEntries(picture)});
}

std::vector<WrittenPage> ComparisonPage::Write(const std::string& title,
                                               const CompareSummary& summary) {
  const std::vector<Entries>& worst = worst_.Sorted();
  PageWriter page(file_, HeadOf(title, summary, worst.size()));
  for (const Entries& picture : worst) {
    for (const PageEntry& entry : picture.entries) page.Add(entry);
  }
  return page.Finish();
}

}  // namespace gradcam

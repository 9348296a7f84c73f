#include "compare/comparison_text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/text_columns.h"
#include "report/text.h"

namespace gradcam {
namespace {

constexpr std::size_t kMostFindings = 6;  // of one picture; --json has all
constexpr std::size_t kWidestName = 40;

std::string Words(FindingKind kind) {
  std::string words = NameOf(kind);
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

struct Widths {
  std::size_t status = 6;
  std::size_t name = 7;
};

Widths WidthsOf(std::span<const PictureComparison> pictures) {
  Widths widths;
  for (const PictureComparison& picture : pictures) {
    widths.status = std::max(widths.status, Columns(Words(picture.status)));
    widths.name = std::max(widths.name, std::min(kWidestName, Columns(Printable(picture.name))));
  }
  return widths;
}

void WritePicture(const PictureComparison& picture, const Widths& widths, std::ostream& out) {
  std::string status = Words(picture.status);
  std::string name = Printable(picture.name);
  const std::size_t shown = std::min(picture.findings.size(), kMostFindings);
  for (std::size_t i = 0; i < shown; ++i) {
    out << Padded(status, widths.status) << "  " << Padded(name, widths.name) << "  "
        << picture.findings[i].text << (picture.failed ? "" : " (allowed)") << '\n';
    status.clear();
    name.clear();
  }
  if (shown < picture.findings.size()) {
    out << Padded("", widths.status) << "  " << Padded("", widths.name) << "  "
        << picture.findings.size() - shown << " more, see --json\n";
  }
}

std::string Counts(const CompareSummary& summary) {
  std::string text;
  for (const FindingKind kind : kFindingKinds) {
    if (summary.count(kind) == 0) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(summary.count(kind)) + " " + Words(kind);
  }
  return text;
}

}  // namespace

void WriteText(std::span<const PictureComparison> worst, const CompareSummary& summary,
               std::ostream& out) {
  const Widths widths = WidthsOf(worst);
  if (!worst.empty()) {
    out << Padded("status", widths.status) << "  " << Padded("picture", widths.name) << "  what\n";
  }
  for (const PictureComparison& picture : worst) WritePicture(picture, widths, out);
  const std::uint64_t different = summary.pictures - summary.count(FindingKind::kSame);
  if (different > worst.size()) {
    out << different - worst.size() << " more pictures are not the same, see --json\n";
  }
  for (const std::string& note : summary.notes) out << "note: " << note << '\n';
  if (summary.other_model > 0) {
    out << "note: the model file is another for " << summary.other_model << " of "
        << summary.pictures << (summary.pictures == 1 ? " picture\n" : " pictures\n");
  }
  out << summary.pictures << (summary.pictures == 1 ? " picture: " : " pictures: ")
      << Counts(summary) << '\n';
}

}  // namespace gradcam

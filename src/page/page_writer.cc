#include "page/page_writer.h"

#include <fstream>
#include <string>
#include <utility>

#include "gradcam/error.h"
#include "report/text.h"
#include "run/atomic_file.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

// A page may be replaced, anything else is the user's.
void RequireOurs(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return;
  constexpr std::size_t kHead = 200;
  std::string head(kHead, '\0');
  stream.read(head.data(), kHead);
  head.resize(static_cast<std::size_t>(stream.gcount()));
  if (head.empty() || IsPage(head)) return;
  throw Error(ErrorKind::kOutput, Quoted(file) + " exists and is not a page of gradcam",
              "choose another file with --output, or remove it");
}

}  // namespace

PageWriter::PageWriter(fs::path file, PageHead head, std::size_t largest_page)
    : file_(std::move(file)), head_(std::move(head)), largest_page_(largest_page) {
  RequireOurs(file_);  // before any work
}

fs::path PageWriter::FileOf(std::size_t number) const {
  if (number == 1) return file_;
  fs::path name = file_.stem();
  name += "-" + std::to_string(number);
  name += file_.extension();
  return file_.parent_path() / name;
}

void PageWriter::Add(const PageEntry& entry) {
  if (body_.bytes() >= largest_page_) WritePage(/*is_last=*/false);
  body_.Add(entry);
}

std::vector<WrittenPage> PageWriter::Finish() {
  WritePage(/*is_last=*/true);
  return std::move(written_);
}

void PageWriter::WritePage(bool is_last) {
  const std::size_t number = written_.size() + 1;
  const fs::path file = FileOf(number);
  PagePlace place{.first = first_, .previous = {}, .next = {}};
  if (number > 1) place.previous = FileOf(number - 1).filename().string();
  if (!is_last) place.next = FileOf(number + 1).filename().string();
  RequireOurs(file);
  const std::string html = PageHtml(head_, body_, place);
  WriteAtomically(file, html);
  written_.push_back({file, html.size()});
  first_ += body_.size();
  body_ = {};
}

}  // namespace gradcam

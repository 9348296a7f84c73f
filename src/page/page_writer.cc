#include "page/page_writer.h"

#include <fstream>
#include <string>
#include <utility>

#include "gradcam/error.h"
#include "report/text.h"

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
    : file_(std::move(file)),
      head_(std::move(head)),
      largest_page_(largest_page),
      index_(head_.states) {
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
  if (body_.bytes() >= largest_page_) EndPage();
  body_.Add(entry);
  index_.Add(entry);
}

void PageWriter::EndPage() {
  const std::size_t number = files_.size();
  const fs::path file = FileOf(number + 1);
  RequireOurs(file);
  const std::string html = PageHtml(head_, body_, number);
  files_.push_back(std::make_unique<AtomicFile>(file));
  files_.back()->Write(html);
  index_.EndPage(file.filename().string());
  written_.push_back({file, html.size()});
  body_ = {};
}

std::vector<WrittenPage> PageWriter::Finish() {
  EndPage();
  const std::string end = PageEnd(index_);
  for (std::size_t i = 0; i < files_.size(); ++i) {
    files_[i]->Write(end);
    files_[i]->Commit();
    written_[i].bytes += end.size();
  }
  return std::move(written_);
}

}  // namespace gradcam

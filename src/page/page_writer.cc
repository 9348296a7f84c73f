#include "page/page_writer.h"

#include <string>
#include <system_error>
#include <utility>

#include "core/file_handle.h"
#include "gradcam/error.h"
#include "report/text.h"
#include "run/own_file.h"
#include "run/replaceable.h"

namespace gradcam {

namespace fs = std::filesystem;

PageWriter::PageWriter(fs::path file, PageHead head, std::size_t largest_page)
    : file_(std::move(file)),
      head_(std::move(head)),
      largest_page_(largest_page),
      index_(head_.states) {
  RequireOwnPage(file_);
}

void PageWriter::RequireOwnPage(const fs::path& file) {
  RequireOwnFile(Replaceable(file), PageBeginning(), "a page of gradcam");
}

PagePart PageWriter::PartOf(std::size_t number) const {
  return {.number = number, .first_page = file_.filename().string()};
}

fs::path PageWriter::FileOf(std::size_t number) const {
  if (number == 0) return file_;
  fs::path name = file_.stem();
  name += "-" + std::to_string(number + 1);
  name += file_.extension();
  return file_.parent_path() / name;
}

void PageWriter::Add(const PageEntry& entry) {
  if (body_.bytes() >= largest_page_) EndPage(PartOf(files_.size()));
  body_.Add(entry);
  index_.Add(entry);
}

void PageWriter::EndPage(const std::optional<PagePart>& part) {
  const fs::path file = FileOf(files_.size());
  if (part && part->number > 0) {
    RequireOwnFile(file, PartBeginning(*part), "a further page of " + Quoted(file_.filename()));
  }
  const std::string html = PageHtml(head_, body_, part);
  files_.push_back(std::make_unique<AtomicFile>(file));
  files_.back()->Write(html);
  index_.EndPage(file.filename().string());
  written_.push_back({file, html.size()});
  body_ = {};
}

std::vector<WrittenPage> PageWriter::Finish() {
  EndPage(files_.empty() ? std::nullopt : std::optional(PartOf(files_.size())));
  const std::string end = PageEnd(index_);
  for (std::size_t i = 0; i < files_.size(); ++i) {
    files_[i]->Write(end);
    files_[i]->Commit();
    written_[i].bytes += end.size();
  }
  RemoveOlderPages();
  return std::move(written_);
}

void PageWriter::RemoveOlderPages() const {
  for (std::size_t number = files_.size();; ++number) {
    const fs::path file = FileOf(number);
    if (OldFileAt(file, PartBeginning(PartOf(number))) != OldFile::kOurs) return;
    std::error_code error;
    fs::remove(file, error);
    if (error) {
      throw Error(ErrorKind::kOutput,
                  "cannot remove " + Quoted(file) +
                      ", a page of older results: " + SystemMessage(error.value()));
    }
  }
}

}  // namespace gradcam

#include "page/page_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "gradcam/error.h"
#include "run/sha256.h"
#include "run/temporary_folder.h"

namespace gradcam {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Its text takes about 1000 bytes.
PageEntry Entry(const std::string& file) {
  PageEntry entry;
  entry.file = file;
  entry.state = "failed";
  entry.error = std::string(1000, 'e');
  return entry;
}

PageHead Head() {
  PageHead head;
  head.states = {{"ok", "Map ok", false}, {"failed", "Failed"}};
  return head;
}

TEST(PageWriter, WritesOnePageOfAFewEntries) {
  const TemporaryFolder folder;
  PageWriter writer(folder / "page.html", Head());
  writer.Add(Entry("one"));
  writer.Add(Entry("two"));
  const std::vector<WrittenPage> pages = writer.Finish();
  ASSERT_EQ(pages.size(), 1U);
  EXPECT_EQ(pages[0].file, folder / "page.html");
  const std::string html = Content(pages[0].file);
  EXPECT_EQ(pages[0].bytes, html.size());
  EXPECT_THAT(html, EndsWith("</body>\n</html>\n"));
  EXPECT_THAT(html, Not(HasSubstr("id=\"index\"")));
}

TEST(PageWriter, GoesOnInAnotherPageAboveTheLimit) {
  const TemporaryFolder folder;
  PageWriter writer(folder / "page.html", Head(), /*largest_page=*/2000);
  for (const char* name : {"a", "b", "c", "d", "e"}) writer.Add(Entry(name));
  EXPECT_EQ(writer.Finish().size(), 3U);
  EXPECT_THAT(FilesBelow(folder.path()), ElementsAre("page-2.html", "page-3.html", "page.html"));
  EXPECT_THAT(Content(folder / "page.html"), HasSubstr(R"("page":0,"count":2)"));
  EXPECT_THAT(Content(folder / "page-2.html"), HasSubstr(R"("page":1,"count":2)"));
  EXPECT_THAT(Content(folder / "page-3.html"), HasSubstr(R"("page":2,"count":1)"));
  EXPECT_THAT(Content(folder / "page-3.html"), Not(HasSubstr(R"("file":"a")")));
}

TEST(PageWriter, EachOfSeveralPagesKnowsWhatTheOthersHold) {
  const TemporaryFolder folder;
  PageWriter writer(folder / "page #1.html", Head(), /*largest_page=*/1);
  writer.Add(Entry("</script>"));
  PageEntry entry = Entry("b");
  entry.state = "ok";
  entry.explained = PagePrediction{"cat", 3, 0.5};
  entry.top = {*entry.explained, PagePrediction{"", 7, 0.25}};
  entry.truth = {PagePrediction{"cat", 4, 0.125}, false};  // another class of the same name
  writer.Add(entry);
  EXPECT_EQ(writer.Finish().size(), 2U);
  const std::string content = R"("classes":[["cat",3],["",7],["cat",4]],
"pages":[{"file":"page #1.html","entries":[["\u003c/script>",1,-1,null,-1,[]]]},
{"file":"page #1-2.html","entries":[["b",0,0,0.5,0,[0,1,2]]]}]})";
  const std::string index = "{\"key\":\"" + Sha256Of(content) + "\",\n" + content;
  for (const char* name : {"page #1.html", "page #1-2.html"}) {
    EXPECT_THAT(Content(folder / name), HasSubstr(index)) << name;
  }
}

// Pages of an entry each.
void WritePages(const std::filesystem::path& file, std::size_t count) {
  PageWriter writer(file, Head(), /*largest_page=*/1);
  for (std::size_t i = 0; i < count; ++i) writer.Add(Entry("e" + std::to_string(i)));
  EXPECT_EQ(writer.Finish().size(), count);
}

TEST(PageWriter, RemovesTheFurtherPagesOfOlderResults) {
  const TemporaryFolder folder;
  WritePages(folder / "page.html", 4);
  WritePages(folder / "page.html", 2);
  EXPECT_THAT(FilesBelow(folder.path()), ElementsAre("page-2.html", "page.html"));
  WritePages(folder / "page.html", 1);
  EXPECT_THAT(FilesBelow(folder.path()), ElementsAre("page.html"));
}

TEST(PageWriter, RemovesNothingElse) {
  const TemporaryFolder folder;
  WritePages(folder / "page-2.html", 1);  // other results
  WritePages(folder / "other.html", 2);   // further pages of another page
  std::filesystem::rename(folder / "other-2.html", folder / "side-2.html");
  folder.Write("mine-2.html", "<html>mine</html>");
  folder.Write("empty-2.html", "");
  std::filesystem::create_directory(folder / "folder-2.html");
  const auto before = FilesBelow(folder.path());
  for (const char* name : {"page", "side", "mine", "empty", "folder"}) {
    WritePages(folder / (std::string(name) + ".html"), 1);
    std::filesystem::remove(folder / (std::string(name) + ".html"));
  }
  EXPECT_EQ(FilesBelow(folder.path()), before);
}

TEST(PageWriter, FurtherPagesReplaceNoOtherPage) {
  const TemporaryFolder folder;
  WritePages(folder / "page-2.html", 1);
  const std::string before = Content(folder / "page-2.html");
  PageWriter writer(folder / "page.html", Head(), /*largest_page=*/1);
  writer.Add(Entry("a"));
  writer.Add(Entry("b"));
  EXPECT_THROW((void)writer.Finish(), Error);
  EXPECT_EQ(Content(folder / "page-2.html"), before);
  EXPECT_FALSE(std::filesystem::exists(folder / "page.html"));
}

TEST(PageWriter, LeavesNoPageIfItIsNotFinished) {
  const TemporaryFolder folder;
  {
    PageWriter writer(folder / "page.html", Head(), /*largest_page=*/1);
    writer.Add(Entry("a"));
    writer.Add(Entry("b"));
  }
  EXPECT_THAT(FilesBelow(folder.path()), IsEmpty());
}

TEST(PageWriter, ReplacesItsOwnPagesAndNothingElse) {
  const TemporaryFolder folder;
  const auto write = [&] {
    PageWriter writer(folder / "page.html", Head());
    writer.Add(Entry("one"));
    (void)writer.Finish();
  };
  write();
  write();
  folder.Write("page.html", "<html>mine</html>");
  EXPECT_THROW(write(), Error);
  EXPECT_EQ(Content(folder / "page.html"), "<html>mine</html>");
}

TEST(PageWriter, RefusesAFolderAndAPipeBeforeAnyWork) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "folder.html");
  ASSERT_EQ(::mkfifo((folder / "pipe.html").c_str(), 0600), 0);
  for (const char* name : {"folder.html", "pipe.html"}) {
    EXPECT_THROW(PageWriter(folder / name, Head()), Error) << name;
  }
}

}  // namespace
}  // namespace gradcam

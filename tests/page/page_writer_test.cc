#include "page/page_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gradcam/error.h"
#include "run/temporary_folder.h"

namespace gradcam {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// Its text takes about 1000 bytes.
PageEntry Entry(const std::string& file) {
  PageEntry entry;
  entry.file = file;
  entry.state = "failed";
  entry.error = std::string(1000, 'e');
  return entry;
}

TEST(PageWriter, WritesOnePageOfAFewEntries) {
  const TemporaryFolder folder;
  PageWriter writer(folder / "page.html", {});
  writer.Add(Entry("one"));
  writer.Add(Entry("two"));
  const std::vector<WrittenPage> pages = writer.Finish();
  ASSERT_EQ(pages.size(), 1U);
  EXPECT_EQ(pages[0].file, folder / "page.html");
  const std::string html = Content(pages[0].file);
  EXPECT_EQ(pages[0].bytes, html.size());
  EXPECT_THAT(html, HasSubstr(R"("previous":"","next":"")"));
}

TEST(PageWriter, GoesOnInAnotherPageAboveTheLimit) {
  const TemporaryFolder folder;
  PageWriter writer(folder / "page.html", {}, /*largest_page=*/2000);
  for (const char* name : {"a", "b", "c", "d", "e"}) writer.Add(Entry(name));
  EXPECT_EQ(writer.Finish().size(), 3U);
  EXPECT_THAT(FilesBelow(folder.path()), ElementsAre("page-2.html", "page-3.html", "page.html"));
  EXPECT_THAT(Content(folder / "page.html"),
              HasSubstr(R"("first":0,"count":2,"previous":"","next":"page-2.html")"));
  EXPECT_THAT(Content(folder / "page-2.html"),
              HasSubstr(R"("first":2,"count":2,"previous":"page.html","next":"page-3.html")"));
  EXPECT_THAT(Content(folder / "page-3.html"),
              HasSubstr(R"("first":4,"count":1,"previous":"page-2.html","next":"")"));
  EXPECT_THAT(Content(folder / "page-3.html"), Not(HasSubstr(R"("file":"a")")));
}

TEST(PageWriter, ReplacesItsOwnPagesAndNothingElse) {
  const TemporaryFolder folder;
  const auto write = [&] {
    PageWriter writer(folder / "page.html", {});
    writer.Add(Entry("one"));
    (void)writer.Finish();
  };
  write();
  write();
  folder.Write("page.html", "<html>mine</html>");
  EXPECT_THROW(write(), Error);
  EXPECT_EQ(Content(folder / "page.html"), "<html>mine</html>");
}

}  // namespace
}  // namespace gradcam

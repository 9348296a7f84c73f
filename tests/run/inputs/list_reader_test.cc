#include "run/inputs/list_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gradcam/error.h"
#include "run/temporary_folder.h"

namespace gradcam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// "line path index", "line path 'label'", "line path" or "! message | hint" of every entry.
std::vector<std::string> Read(std::string_view text, char separator = '\n') {
  const FileHandle file = FileWith(text);
  ListReader reader("list 'x'", file.get(), separator);
  std::vector<std::string> entries;
  while (true) {
    try {
      const auto entry = reader.Next({});
      if (!entry) return entries;
      std::string line = std::to_string(entry->line) + " " + entry->path;
      if (entry->truth && entry->truth->by == ClassTarget::By::kIndex) {
        line += " " + std::to_string(entry->truth->index);
      } else if (entry->truth) {
        line += " '" + entry->truth->label + "'";
      }
      entries.push_back(line);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      entries.push_back("! " + std::string(error.what()) + " | " + error.hint());
    }
  }
}

TEST(ListReader, ReadsPaths) {
  EXPECT_THAT(Read("a.jpg\n\n  \n b c.jpg\n"), ElementsAre("1 a.jpg", "4  b c.jpg"));
  EXPECT_THAT(Read("\xEF\xBB\xBF"
                   "a.jpg\r\n\r\nb.jpg\r\n"),
              ElementsAre("1 a.jpg", "3 b.jpg"));
  EXPECT_THAT(Read("a,b.jpg\npath\n"), ElementsAre("1 a,b.jpg", "2 path"));
  EXPECT_THAT(Read(""), ElementsAre());
}

TEST(ListReader, ReadsCsv) {
  EXPECT_THAT(Read("path,class\na.jpg,281\n\"b,1.jpg\",tiger cat\nc.jpg,label:7\n"),
              ElementsAre("2 a.jpg 281", "3 b,1.jpg 'tiger cat'", "4 c.jpg '7'"));
  EXPECT_THAT(Read("id,class,note,path\r\n1,0,\"two\r\nlines\",a.jpg\r\n\r\n2,1,,b.jpg\r\n"),
              ElementsAre("2 a.jpg 0", "5 b.jpg 1"));
  EXPECT_THAT(Read("\xEF\xBB\xBF"
                   "path,class\na.jpg,1"),
              ElementsAre("2 a.jpg 1"));
}

TEST(ListReader, NamesTheLineOfACsvListThatIsWrong) {
  EXPECT_THAT(Read("path,class\na.jpg\nb.jpg,1\nc,d.jpg,1\n"),
              ElementsAre("! list 'x', line 2: the number of fields is 1, that of the header 2 | ",
                          "3 b.jpg 1",
                          HasSubstr("line 4: the number of fields is 3, that of the header 2 | a "
                                    "path that holds a comma stands in quotation marks")));
  EXPECT_THAT(Read("path,class\n\"a\"b,1\n"), ElementsAre(HasSubstr("line 2: text behind")));
  EXPECT_THAT(Read("path,class\n\na.jpg,1\n\"b.jpg,1\nc.jpg,1\n"),
              ElementsAre("3 a.jpg 1", HasSubstr("line 4: a quotation mark is never closed")));
  EXPECT_THAT(Read("path,class\n,1\na.jpg,\na.jpg,99999999999\n"),
              ElementsAre(HasSubstr("line 2: the path is empty"),
                          HasSubstr("line 3: class '' is neither an index nor a label"),
                          HasSubstr("line 4: class '99999999999' is neither")));
}

TEST(ListReader, ReadsNothingOfACsvListWithoutTheTwoColumns) {
  EXPECT_THAT(Read("path,label\na.jpg,1\n"),
              ElementsAre("! list 'x', line 1: no column 'class'; the header has 'path', 'label' | "
                          "a CSV list begins with the line path,class"));
  EXPECT_THAT(Read("file,class\na.jpg,1\n"), ElementsAre(HasSubstr("no column 'path'")));
  EXPECT_THAT(Read("Path,Class\na.jpg,1\n"),
              ElementsAre(HasSubstr("no column 'path'; the header has 'Path', 'Class'")));
  EXPECT_THAT(Read("path , class\n"), ElementsAre(HasSubstr("no column 'path'")));
  EXPECT_THAT(Read("path,class,path\n"), ElementsAre(HasSubstr("several columns 'path'")));
}

TEST(ListReader, ReadsNothingOfACsvListWithOtherSeparators) {
  for (const char* text :
       {"path;class\na.jpg;1\n", "Path; Class\na.jpg;1\n", "class\tid\tpath\r\n1\t2\ta.jpg\r\n"}) {
    EXPECT_THAT(Read(text),
                ElementsAre("! list 'x', line 1: the fields are not separated by commas "
                            "| a CSV list begins with the line path,class"));
  }
  EXPECT_THAT(Read("path;x.jpg\n"), ElementsAre("1 path;x.jpg"));
  EXPECT_THAT(Read("path,class,a;b\na.jpg,1,c;d\n"), ElementsAre("2 a.jpg 1"));
}

TEST(ListReader, ReadsJsonLines) {
  EXPECT_THAT(Read(R"({"path": "a.jpg", "class": 281}
{"class": "tiger cat", "path": "b\n\u00e9.jpg", "note": null}

{"path": "c.jpg", "class": "7"}
)"),
              ElementsAre("1 a.jpg 281", "2 b\n\u00e9.jpg 'tiger cat'", "4 c.jpg 7"));
  EXPECT_THAT(Read("{ \"path\": \"a.jpg\", \"class\": 1 }\r\n"), ElementsAre("1 a.jpg 1"));
  EXPECT_THAT(Read("{a}.jpg\n"), ElementsAre("1 {a}.jpg"));
}

TEST(ListReader, ReadsThePathOfAJsonListByItsBytes) {
  EXPECT_THAT(
      Read(R"({"path": "caf\ufffd.jpg", "path_bytes": "caf%E9.jpg", "class": 1}
{"path": "a.jpg", "path_bytes": "%61.jpg", "class": 1}
{"path_bytes": "caf%E9.jpg", "class": 1}
)"),
      ElementsAre("1 caf\xE9.jpg 1", HasSubstr("line 2: \"path_bytes\" is not percent-coded"),
                  HasSubstr("line 3: \"path_bytes\" without \"path\"")));
}

TEST(ListReader, NamesTheLineOfAJsonListThatIsWrong) {
  EXPECT_THAT(Read(R"({"path": "a.jpg", "class": 1
{"path": "a.jpg"}
[1]
{"path": 1, "class": 1}
{"path": "a.jpg", "class": -1}
{"path": "a.jpg", "class": 1.5}
{"path": "a\u0000.jpg", "class": 1}
{"path": "a.jpg", "class": 1}
)"),
              ElementsAre(HasSubstr("line 1: no valid JSON"), HasSubstr("line 2: no \"class\""),
                          HasSubstr("line 3: no \"path\""), HasSubstr("line 4: \"path\" is not"),
                          HasSubstr("line 5: \"class\" is neither"),
                          HasSubstr("line 6: \"class\" is neither"),
                          HasSubstr("line 7: \"path\" holds a NUL byte"), "8 a.jpg 1"));
}

TEST(ListReader, ReadsNulSeparatedPathsAsTheyAre) {
  EXPECT_THAT(Read(std::string_view("path,class\0\r\0\0a\nb\r", 18), '\0'),
              ElementsAre("1 path,class", "2 \r", "4 a\nb\r"));
}

TEST(ListReader, AsksForNullWhereALineHoldsANulByte) {
  EXPECT_THAT(Read(std::string_view("a\0b\nc\n", 6)),
              ElementsAre(HasSubstr("line 1: holds a NUL byte | --null is for"), "2 c"));
}

TEST(ListReader, GoesOnBehindALineThatIsTooLong) {
  EXPECT_THAT(Read("a\n" + std::string(2U << 20U, 'x') + "\nb\n"),
              ElementsAre("1 a", HasSubstr("line 2: longer than a MiB"), "3 b"));
}

}  // namespace
}  // namespace gradcam

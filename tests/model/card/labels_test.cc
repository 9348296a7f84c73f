#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "gradcam/card.h"
#include "gradcam/error.h"

namespace gradcam {
namespace {

using ::testing::HasSubstr;
using NameList = std::vector<std::string>;

class ReadLabelsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const ::testing::TestInfo* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ =
        std::filesystem::path(::testing::TempDir()) / ("labels_test." + std::string(test->name()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  NameList Names(const std::string& file_name, const std::string& content) {
    NameList names;
    for (const Label& label : Read(file_name, content)) {
      names.push_back(label.id.empty() ? label.name : label.id + "=" + label.name);
    }
    return names;
  }

  std::string ErrorOf(const std::string& file_name, const std::string& content) {
    try {
      static_cast<void>(Read(file_name, content));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      return error.what();
    }
    return "no error";
  }

 private:
  std::vector<Label> Read(const std::string& file_name, const std::string& content) {
    const std::filesystem::path file = folder_ / file_name;
    std::ofstream(file, std::ios::binary) << content;
    return ReadLabels(file);
  }

  std::filesystem::path folder_;
};

TEST_F(ReadLabelsTest, TakesTextWithOneNameALine) {
  EXPECT_EQ(Names("l.txt", "tench\ngold fish\n"), (NameList{"tench", "gold fish"}));
  EXPECT_EQ(Names("l.txt", "\xEF\xBB\xBFtench \r\nh\xC3\xA4mster\r\n\r\n"),
            (NameList{"tench", "h\xC3\xA4mster"}));
  EXPECT_EQ(Names("l.txt", "a\x1b[1m"), (NameList{"a [1m"}));
}

TEST_F(ReadLabelsTest, TakesEveryUsualFormOfJson) {
  const NameList plain{"tench", "goldfish"};
  const NameList with_ids{"n1=tench", "n2=goldfish"};
  EXPECT_EQ(Names("l.json", R"(["tench", "goldfish"])"), plain);
  EXPECT_EQ(
      Names("l.json", R"([{"id": "n1", "label": "tench"}, {"id": "n2", "label": "goldfish"}])"),
      with_ids);
  EXPECT_EQ(Names("l.json", R"({"1": "goldfish", "0": "tench"})"), plain);
  EXPECT_EQ(Names("l.json", R"({"0": ["n1", "tench"], "1": ["n2", "goldfish"]})"), with_ids);
  EXPECT_EQ(Names("l", R"( ["tench", "goldfish"])"), plain);
}

TEST_F(ReadLabelsTest, SortsKeysAsNumbers) {
  std::string json = "{";
  for (int index = 11; index >= 0; --index) {
    json += "\"" + std::to_string(index) + "\": \"c" + std::to_string(index) + "\"" +
            (index > 0 ? "," : "}");
  }
  const NameList names = Names("l.json", json);
  ASSERT_EQ(names.size(), 12U);
  EXPECT_EQ(names[2], "c2");
  EXPECT_EQ(names[11], "c11");
}

TEST_F(ReadLabelsTest, NamesWhatIsWrong) {
  EXPECT_THAT(ErrorOf("l.txt", ""), HasSubstr("holds no label"));
  EXPECT_THAT(ErrorOf("l.json", "[]"), HasSubstr("holds no label"));
  EXPECT_THAT(ErrorOf("l.txt", "a\n\nb\n"), HasSubstr("line 2 is empty"));
  EXPECT_THAT(ErrorOf("l.txt", "\xff\xfe\n"), HasSubstr("UTF-8"));
  EXPECT_THAT(ErrorOf("l.json", "tench"), HasSubstr("not valid JSON (line 1)"));
  EXPECT_THAT(ErrorOf("l.json", R"({"0": "a", "2": "c"})"), HasSubstr("class 1 has no label"));
  EXPECT_THAT(ErrorOf("l.json", R"({"x": "a"})"), HasSubstr("field 'x'"));
  EXPECT_THAT(ErrorOf("l.json", R"({"0": "a", "00": "b"})"), HasSubstr("named twice"));
  EXPECT_THAT(ErrorOf("l.json", R"([["a", "b", "c"]])"), HasSubstr("field '[0]'"));
}

TEST(ReadLabels, RefusesADirectory) { EXPECT_THROW(static_cast<void>(ReadLabels("/")), Error); }

}  // namespace
}  // namespace gradcam

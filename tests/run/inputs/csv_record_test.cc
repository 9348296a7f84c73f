#include "run/inputs/csv_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace gradcam {
namespace {

using testing::ElementsAre;

// The fields of a record of one line.
std::vector<std::string> Fields(std::string_view line) {
  CsvRecord record;
  EXPECT_TRUE(record.AddLine(line)) << line;
  return record.fields();
}

TEST(CsvRecord, IsSplitAtCommas) {
  EXPECT_THAT(Fields("a.jpg,281"), ElementsAre("a.jpg", "281"));
  EXPECT_THAT(Fields("a"), ElementsAre("a"));
  EXPECT_THAT(Fields(",a,,"), ElementsAre("", "a", "", ""));
  EXPECT_THAT(Fields(" a , b"), ElementsAre(" a ", " b"));
}

TEST(CsvRecord, MayHoldCommasAndQuotationMarksInQuotes) {
  EXPECT_THAT(Fields(R"("a,b",c)"), ElementsAre("a,b", "c"));
  EXPECT_THAT(Fields(R"("say ""hi""","")"), ElementsAre("say \"hi\"", ""));
  EXPECT_THAT(Fields(R"(5" screen,c)"), ElementsAre("5\" screen", "c"));
}

TEST(CsvRecord, EndsInALineFeedWithOrWithoutACarriageReturn) {
  EXPECT_THAT(Fields("a,b\r"), ElementsAre("a", "b"));
  EXPECT_THAT(Fields("a,\r"), ElementsAre("a", ""));
  EXPECT_THAT(Fields("a,\"b\"\r"), ElementsAre("a", "b"));
}

TEST(CsvRecord, GoesOnInTheNextLineInQuotes) {
  CsvRecord record;
  EXPECT_FALSE(record.AddLine("\"a\r"));
  EXPECT_FALSE(record.AddLine(""));
  EXPECT_TRUE(record.AddLine("b\",c"));
  EXPECT_THAT(record.fields(), ElementsAre("a\r\n\nb", "c"));
}

TEST(CsvRecord, RefusesTextBehindAQuotedField) {
  CsvRecord record;
  EXPECT_THROW(static_cast<void>(record.AddLine(R"("a"b,c)")), std::invalid_argument);
}

}  // namespace
}  // namespace gradcam

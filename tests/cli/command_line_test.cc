#include "cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gradcam/error.h"

namespace gradcam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

CommandSpec Spec() {
  return {"Usage: test\n",
          "Does things.",
          {{"Group",
            {Option("-i,--image", "PATH", "a picture").Repeatable(),
             Option("-o,--output", "DIR", "where to").Default("out").Variable("WHERE"),
             Option("--layer", "NAME", "layer"), Flag("-q,--quiet", "say less")}}},
          "The end.\n"};
}

CommandLine Parse(const std::vector<std::string>& arguments) { return {Spec(), arguments}; }

std::string MessageOf(const std::vector<std::string>& arguments) {
  try {
    (void)Parse(arguments);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return std::string(error.what()) + " | " + error.hint();
  }
  return "no error";
}

TEST(CommandLine, EachOptionTakesOneValueAndLeavesTheRestAsPositionals) {
  const CommandLine line = Parse({"--image", "a", "b", "-i", "c", "d"});
  EXPECT_THAT(line.Values("--image"), ElementsAre("a", "c"));
  EXPECT_THAT(line.positionals(), ElementsAre("b", "d"));
}

TEST(CommandLine, NeverSplitsValues) {
  const CommandLine line = Parse({"-i", "a,b c", "--image=[x,y]", "--layer=a=b", "[p,q]"});
  EXPECT_THAT(line.Values("--image"), ElementsAre("a,b c", "[x,y]"));
  EXPECT_EQ(line.Value("--layer"), "a=b");
  EXPECT_THAT(line.positionals(), ElementsAre("[p,q]"));
}

TEST(CommandLine, TakesValuesThatLookLikeNumbersOrOptions) {
  const CommandLine line = Parse({"--layer", "-1,-2", "-o", "-x"});
  EXPECT_EQ(line.Value("--layer"), "-1,-2");
  EXPECT_EQ(line.Value("--output"), "-x");
}

TEST(CommandLine, TwoDashesEndTheOptions) {
  const CommandLine line = Parse({"-q", "--", "-q", "--layer", "--"});
  EXPECT_TRUE(line.Has("--quiet"));
  EXPECT_THAT(line.positionals(), ElementsAre("-q", "--layer", "--"));
}

TEST(CommandLine, ASingleDashIsAPositional) {
  EXPECT_THAT(Parse({"-"}).positionals(), ElementsAre("-"));
}

TEST(CommandLine, ShortOptionsTakeTheirValueAttached) {
  EXPECT_EQ(Parse({"-oout"}).Value("--output"), "out");
  EXPECT_EQ(Parse({"-qoout"}).Value("--output"), "out");
}

TEST(CommandLine, KeepsEmptyValues) {
  EXPECT_EQ(Parse({"--layer", ""}).Value("--layer"), "");
  EXPECT_TRUE(Parse({"--layer", ""}).Has("--layer"));
  EXPECT_FALSE(Parse({}).Has("--layer"));
  EXPECT_THAT(Parse({}).positionals(), IsEmpty());
}

TEST(CommandLine, AnEmptyValueBehindAnEqualSignDoesNotSwallowTheNextArgument) {
  EXPECT_THAT(MessageOf({"--output=", "cat.jpg"}), HasSubstr("option --output needs a value"));
}

TEST(CommandLine, RefusesUnknownOptionsAndNamesTheNearest) {
  EXPECT_THAT(MessageOf({"--layr", "x"}), HasSubstr("unknown option '--layr' | did you mean "
                                                    "'--layer'?"));
  EXPECT_THAT(MessageOf({"--layr=x"}), HasSubstr("unknown option '--layr'"));
  EXPECT_THAT(MessageOf({"-z"}), HasSubstr("unknown option '-z'"));
  EXPECT_THAT(MessageOf({"-5"}), HasSubstr("unknown option '-5'"));
  EXPECT_THAT(MessageOf({"--frobnicate"}), HasSubstr("'gradcam --help' lists the options"));
}

TEST(CommandLine, RefusesMissingValuesAndOptionsInTheirPlace) {
  EXPECT_THAT(MessageOf({"--layer"}), HasSubstr("option --layer needs a value"));
  EXPECT_THAT(MessageOf({"--layer", "--quiet"}),
              HasSubstr("option --layer needs a value, found option --quiet"));
}

TEST(CommandLine, RefusesASecondValueUnlessRepeatable) {
  EXPECT_THAT(MessageOf({"--layer", "a", "--layer", "b"}),
              HasSubstr("option --layer is given twice: 'a' and 'b'"));
}

TEST(CommandLine, RefusesValuesForFlags) {
  EXPECT_THAT(MessageOf({"--quiet=no"}), HasSubstr("--quiet takes no value"));
}

TEST(HelpText, ShowsGroupsValuesDefaultsAndVariables) {
  const std::string help = HelpText(Spec());
  EXPECT_THAT(help, HasSubstr("Usage: test\n"));
  EXPECT_THAT(help, HasSubstr("\nGroup:\n"));
  EXPECT_THAT(help, HasSubstr("-o, --output DIR"));
  EXPECT_THAT(help, HasSubstr("where to [default: out] [env: WHERE]"));
  EXPECT_THAT(help, HasSubstr("The end."));
}

}  // namespace
}  // namespace gradcam

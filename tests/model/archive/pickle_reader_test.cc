#include "model/archive/pickle_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gradcam/error.h"

namespace gradcam {
namespace {

using std::string_literals::operator""s;
using ::testing::ElementsAre;

PickleToken First(const std::string& pickle) { return PickleReader(pickle).Next(); }

TEST(PickleReader, ReadsNumbersAsPythonWritesThem) {
  EXPECT_EQ(First("K\xFF").number, 255);
  EXPECT_EQ(First("M\x01\x02").number, 0x0201);
  EXPECT_EQ(First("J\xFE\xFF\xFF\xFF").number, -2);
  EXPECT_EQ(First("\x8A\x01\xFF").number, -1);
  EXPECT_EQ(First("\x8A\x06\0\0\0\0\0\x01"s).number, std::int64_t{1} << 40);
  EXPECT_EQ(First("G\xBF\xF8\0\0\0\0\0\0"s).real, -1.5);  // IEEE 754, big endian
}

TEST(PickleReader, ReadsNamesAndStrings) {
  const std::string pickle = "ctorch._utils\n_rebuild_tensor_v2\n";
  EXPECT_EQ(First(pickle).text, "torch._utils");
  EXPECT_EQ(First(pickle).name, "_rebuild_tensor_v2");
  EXPECT_EQ(First("X\x02\0\0\0ab"s).text, "ab");
}

TEST(PickleReader, RefusesArgumentsBeyondTheEnd) {
  for (const std::string& pickle : {""s, "M\x01"s, "X\xFF\xFF\xFF\xFFz"s, "cname"s, "\x8D\1\0"s}) {
    EXPECT_THROW(static_cast<void>(First(pickle)), Error);
  }
}

TEST(PickleReader, RefusesUnknownOpcodes) { EXPECT_THROW(static_cast<void>(First("\xFF")), Error); }

TEST(PickledGlobals, ListsWhatProtocolTwoNames) {
  EXPECT_THAT(PickledGlobals("\x80\x02"
                             "ccollections\nOrderedDict\n)Rcos\nsystem\n."),
              ElementsAre("collections.OrderedDict", "os.system"));
}

TEST(PickledGlobals, ListsWhatProtocolFourNames) {
  EXPECT_THAT(PickledGlobals("\x80\x04\x8c\x05mymod\x94\x8c\x03Net\x94\x93."),
              ElementsAre("mymod.Net"));
}

TEST(PickledGlobals, StopsQuietlyWhereThePickleBreaks) {
  EXPECT_THAT(PickledGlobals("\x80\x02"
                             "ca\nb\nX\xFF"),
              ElementsAre("a.b"));
}

}  // namespace
}  // namespace gradcam

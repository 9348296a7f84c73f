#include "run/inputs/key_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gradcam {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;
using Repetition = KeyIndex::Repetition;

TEST(KeyIndex, FindsTheFirstItemOfAKey) {
  const std::vector<std::string> keys{"b", "a", "b", "", "a", "b"};
  const KeyIndex index(keys.size(), [&](std::size_t i) { return keys[i]; });
  EXPECT_EQ(index.Find("b"), 0U);
  EXPECT_EQ(index.Find("a"), 1U);
  EXPECT_EQ(index.Find(""), 3U);
  EXPECT_FALSE(index.Find("c"));
  EXPECT_THAT(index.Repeated(), ElementsAre(Repetition{2, 0}, Repetition{4, 1}, Repetition{5, 0}));
  EXPECT_THAT(index.Firsts(), UnorderedElementsAre(0U, 1U, 3U));
}

TEST(KeyIndex, LeavesOutItemsWithoutAKey) {
  const std::vector<std::optional<std::string>> keys{{}, "a", {}, "a", ""};
  const KeyIndex index(keys.size(), [&](std::size_t i) { return keys[i]; });
  EXPECT_EQ(index.Find("a"), 1U);
  EXPECT_EQ(index.Find(""), 4U);
  EXPECT_THAT(index.Repeated(), ElementsAre(Repetition{3, 1}));
  EXPECT_THAT(index.Firsts(), UnorderedElementsAre(1U, 4U));
}

TEST(KeyIndex, MayBeEmpty) {
  const KeyIndex index(0, [](std::size_t) { return std::string(); });
  EXPECT_FALSE(index.Find(""));
  EXPECT_TRUE(index.Repeated().empty());
}

}  // namespace
}  // namespace gradcam

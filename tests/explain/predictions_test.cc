#include "explain/predictions.h"

#include <gmock/gmock.h>

#include <limits>

namespace gradcam {
namespace {

using ::testing::ElementsAre;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<int> Order(const std::vector<double>& logits, int count) {
  const std::vector<double> probabilities(logits.size(), 0.0);
  std::vector<int> order;
  for (const Prediction& prediction : TopPredictions({probabilities, logits}, count, {})) {
    order.push_back(prediction.index);
  }
  return order;
}

TEST(TopPredictions, AreSortedByScoreWithLabels) {
  const std::vector<double> logits{-1, 2, 1};
  const std::vector<double> probabilities{0.1, 0.6, 0.3};
  const auto top =
      TopPredictions({probabilities, logits}, 2, {{"n0", "a"}, {"n1", "b"}, {"", "c"}});
  ASSERT_EQ(top.size(), 2U);
  EXPECT_EQ(top[0].index, 1);
  EXPECT_EQ(top[0].label, "b");
  EXPECT_EQ(top[0].id, "n1");
  EXPECT_EQ(top[0].probability, 0.6);
  EXPECT_EQ(top[0].logit, 2);
  EXPECT_EQ(top[1].index, 2);
  EXPECT_EQ(top[1].id, "");
}

TEST(TopPredictions, GiveTheLowerIndexFirstOnATie) {
  EXPECT_THAT(Order({1, 2, 2, 1, 2}, 5), ElementsAre(1, 2, 4, 0, 3));
}

TEST(TopPredictions, AreNoMoreThanTheClasses) {
  EXPECT_THAT(Order({1, 2}, 5), ElementsAre(1, 0));
  EXPECT_TRUE(Order({1, 2}, 0).empty());
  EXPECT_TRUE(Order({1, 2}, -3).empty());
}

TEST(TopPredictions, PutNanLast) {
  EXPECT_THAT(Order({kNaN, 1, kInfinity, kNaN, -kInfinity}, 5), ElementsAre(2, 1, 4, 0, 3));
  EXPECT_THAT(Order({kNaN, kNaN}, 1), ElementsAre(0));
}

}  // namespace
}  // namespace gradcam

#include "compare/worst.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace gradcam {
namespace {

using ::testing::ElementsAre;

PictureComparison Picture(const std::string& name, double difference) {
  PictureComparison picture;
  picture.name = name;
  picture.failed = true;
  picture.status = FindingKind::kMapChanged;
  picture.max_probability_difference = difference;
  return picture;
}

using WorstPictures = Worst<PictureComparison, std::identity{}>;

std::vector<std::string> NamesIn(WorstPictures& worst) {
  std::vector<std::string> names;
  for (const PictureComparison& picture : worst.Sorted()) names.push_back(picture.name);
  return names;
}

TEST(Worst, KeepsAsManyAsAreWantedInOrder) {
  WorstPictures worst(2);
  for (const auto& [name, difference] :
       {std::pair("a", 0.1), std::pair("b", 0.3), std::pair("c", 0.2), std::pair("d", 0.4)}) {
    worst.Add(Picture(name, difference));
  }
  EXPECT_THAT(NamesIn(worst), ElementsAre("d", "b"));
}

TEST(Worst, TakesNothingThatIsBetterThanAllItKeeps) {
  WorstPictures worst(1);
  EXPECT_TRUE(worst.Takes(Picture("a", 0)));
  worst.Add(Picture("a", 0.2));
  worst.Add(Picture("b", 0.3));
  EXPECT_FALSE(worst.Takes(Picture("c", 0.1)));
  EXPECT_TRUE(worst.Takes(Picture("c", 0.4)));
}

}  // namespace
}  // namespace gradcam

#include "run/old_outputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "run/output_names.h"

namespace gradcam {
namespace {

using testing::IsEmpty;
using testing::UnorderedElementsAre;

OldOutput Old(std::size_t picture, std::optional<int> class_index, const std::string& name) {
  return {picture, class_index, ParseOutputName(name)->ending, true};
}

TEST(StaleFiles, AreKnownByTheirNames) {
  StaleFiles stale;
  stale.Add(Old(7, std::nullopt, "x.json"));
  stale.Add(Old(3, 281, "x.gradcam.png"));
  stale.Add(Old(7, std::nullopt, "x.panel.png"));
  stale.Add(Old(3, 0, "x.saliency.npy"));
  stale.Add(Old(3, std::nullopt, "x.gradcam.png"));
  EXPECT_THAT(stale.NamesOf(7, "dog"), UnorderedElementsAre("dog.json", "dog.panel.png"));
  EXPECT_THAT(stale.NamesOf(3, "cat"),
              UnorderedElementsAre("cat.281.gradcam.png", "cat.0.saliency.npy", "cat.gradcam.png"));
  EXPECT_THAT(stale.NamesOf(5, "cow"), IsEmpty());
}

TEST(StaleFiles, OfManyPicturesAreKeptApart) {
  StaleFiles stale;
  for (const char* name : {"x.json", "x.gradcam.png", "x.saliency.png"}) {
    for (std::size_t picture = 10'000; picture > 0; --picture) {
      if (picture % 2 == 0) stale.Add(Old(picture, std::nullopt, name));
    }
  }
  EXPECT_THAT(stale.NamesOf(9'998, "a"),
              UnorderedElementsAre("a.json", "a.gradcam.png", "a.saliency.png"));
  EXPECT_THAT(stale.NamesOf(9'999, "a"), IsEmpty());
}

}  // namespace
}  // namespace gradcam

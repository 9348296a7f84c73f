#include "compare/comparison_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

namespace gradcam {
namespace {

std::string DocumentOf(int pictures, std::size_t most_in_memory) {
  ComparisonJson json(most_in_memory);
  for (int i = 0; i < pictures; ++i) {
    PictureComparison picture;
    picture.name = "cat \"" + std::to_string(i) + "\"\n";
    picture.notes = {"one", "two"};
    json.Add(picture);
  }
  std::ostringstream out;
  json.Write({}, {"a", "b"}, {}, out);
  return out.str();
}

TEST(ComparisonJson, IsOneDocumentWithEveryPicture) {
  for (const int pictures : {0, 1, 50}) {
    const auto document = nlohmann::ordered_json::parse(DocumentOf(pictures, 1 << 20));
    EXPECT_EQ(document.at("baseline"), "a");
    ASSERT_EQ(document.at("pictures").size(), static_cast<std::size_t>(pictures));
    if (pictures > 0) {
      EXPECT_EQ(document.at("pictures").back().at("file"),
                "cat \"" + std::to_string(pictures - 1) + "\"\n.json");
    }
    // Written as every other document of the program: an indent of one.
    EXPECT_EQ(document.dump(1) + "\n", DocumentOf(pictures, 1 << 20));
  }
}

TEST(ComparisonJson, IsTheSameThroughAFile) {
  EXPECT_EQ(DocumentOf(50, 1 << 20), DocumentOf(50, 1000));
  EXPECT_EQ(DocumentOf(50, 1 << 20), DocumentOf(50, 0));
}

}  // namespace
}  // namespace gradcam

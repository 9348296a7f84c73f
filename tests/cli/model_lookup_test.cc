#include "cli/model_lookup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "gradcam/error.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

// Three places, made afresh for every test.
class ModelLookup : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(root_);
    for (const fs::path& place : places_) fs::create_directories(place);
  }
  void TearDown() override { fs::remove_all(root_); }

  static void Touch(const fs::path& file) { std::ofstream(file) << "x"; }

  fs::path root_ =
      fs::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
  std::vector<fs::path> places_{root_ / "a", root_ / "b", root_ / "c"};
};

TEST_F(ModelLookup, PlacesStandInTheDocumentedOrder) {
  Environment environment;
  environment.models_dir = "/env";
  environment.xdg_data_home = "/data";
  environment.home = "/home/me";
  EXPECT_THAT(ModelPlaces("/flag", environment, "/opt/x/bin/gradcam"),
              ElementsAre("/flag", "/env", "models", "/data/gradcam/models",
                          "/opt/x/share/gradcam/models", testing::_));
}

TEST_F(ModelLookup, HomeStandsInForTheDataFolderAndABuildTreeHasNoPrefix) {
  Environment environment;
  environment.home = "/home/me";
  EXPECT_THAT(ModelPlaces(std::nullopt, environment, "/src/build/release/gradcam"),
              ElementsAre("models", "/home/me/.local/share/gradcam/models", testing::_));
}

TEST_F(ModelLookup, TheFirstPlaceWithTheNameWins) {
  Touch(places_[1] / "net.pt");
  Touch(places_[2] / "net.pt");
  EXPECT_EQ(FindModel("net", places_), places_[1] / "net.pt");
}

TEST_F(ModelLookup, DotsAreAllowedInNames) {
  Touch(places_[2] / "resnet50.a1_in1k.pt");
  EXPECT_EQ(FindModel("resnet50.a1_in1k", places_), places_[2] / "resnet50.a1_in1k.pt");
}

TEST_F(ModelLookup, APathIsNeverLookedUp) {
  EXPECT_EQ(FindModel("./net", places_), "./net");
  EXPECT_EQ(FindModel("/nowhere/net.pt", places_), "/nowhere/net.pt");
}

TEST_F(ModelLookup, AMissListsThePlacesAndTheCommandThatExports) {
  Touch(places_[0] / "vgg16.json");
  try {
    (void)FindModel("vgg61", places_);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
    for (const fs::path& place : places_) EXPECT_THAT(error.what(), HasSubstr(place.string()));
    EXPECT_THAT(error.hint(), HasSubstr("did you mean 'vgg16'?"));
    EXPECT_THAT(error.hint(), HasSubstr("scripts/export_model.py vgg61"));
  }
}

TEST_F(ModelLookup, KnownModelsAreCardsAndFilesByName) {
  Touch(places_[0] / "net.json");
  Touch(places_[1] / "net.pt");
  Touch(places_[1] / "alone.pt");
  Touch(places_[2] / "net.pt");
  Touch(places_[2] / "notes.txt");
  const std::vector<KnownModel> models = FindKnownModels(places_);
  ASSERT_EQ(models.size(), 2U);
  EXPECT_EQ(models[0].name, "alone");
  EXPECT_EQ(models[0].card, std::nullopt);
  EXPECT_EQ(models[1].name, "net");
  EXPECT_EQ(models[1].card, places_[0] / "net.json");
  EXPECT_EQ(models[1].file, places_[1] / "net.pt");
}

TEST_F(ModelLookup, MissingPlacesAreNoError) {
  EXPECT_TRUE(FindKnownModels({root_ / "none"}).empty());
}

}  // namespace
}  // namespace gradcam

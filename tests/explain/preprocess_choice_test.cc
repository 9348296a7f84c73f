#include "explain/preprocess_choice.h"

#include <gmock/gmock.h>

#include <functional>
#include <limits>

#include "gradcam/error.h"

namespace gradcam {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Card TwoPreprocessings() {
  Preprocess imagenet;
  imagenet.name = "imagenet";
  imagenet.height = 224;
  imagenet.width = 224;
  imagenet.mode = ResizeMode::kShorter;
  imagenet.shorter_side = 256;
  imagenet.scale = 255;
  Preprocess notebook = imagenet;
  notebook.name = "notebook";
  notebook.mode = ResizeMode::kSquash;
  Card card;
  card.preprocess = {imagenet, notebook};
  return card;
}

// Options that tell everything but the size.
LoadOptions Numbers() {
  LoadOptions options;
  options.preprocess.scale = 255;
  options.preprocess.mean = {0.5, 0.5, 0.5};
  options.preprocess.std = {0.25, 0.25, 0.25};
  return options;
}

std::string ErrorOf(const Card& card, const LoadOptions& options) {
  try {
    static_cast<void>(ChoosePreprocess(card, options, std::nullopt, "net"));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return std::string(error.what()) + " / " + error.hint();
  }
  return "no error";
}

TEST(ChoosePreprocess, TakesTheFirstOrTheNamedOneOfTheCard) {
  LoadOptions options;
  EXPECT_EQ(ChoosePreprocess(TwoPreprocessings(), options, {}, "net").name, "imagenet");
  options.preprocess_name = "notebook";
  EXPECT_EQ(ChoosePreprocess(TwoPreprocessings(), options, {}, "net").name, "notebook");
  options.preprocess_name = "keras";
  EXPECT_THAT(ErrorOf(TwoPreprocessings(), options),
              AllOf(HasSubstr("model 'net' has no preprocessing 'keras'"),
                    HasSubstr("imagenet, notebook")));
}

TEST(ChoosePreprocess, PutsSingleFieldsInPlaceOfTheCards) {
  LoadOptions options = Numbers();
  options.preprocess.bgr = true;
  options.preprocess.filter = ResizeFilter::kBilinear;
  const Preprocess chosen = ChoosePreprocess(TwoPreprocessings(), options, {}, "net");
  EXPECT_EQ(chosen.height, 224);
  EXPECT_THAT(chosen.mean, ElementsAre(0.5, 0.5, 0.5));
  EXPECT_THAT(chosen.std, ElementsAre(0.25, 0.25, 0.25));
  EXPECT_TRUE(chosen.bgr);
  EXPECT_EQ(chosen.filter, ResizeFilter::kBilinear);
  EXPECT_EQ(chosen.mode, ResizeMode::kShorter);
  EXPECT_EQ(chosen.shorter_side, 256);
}

TEST(ChoosePreprocess, KeepsTheProportionOfTheCropAtAnotherSize) {
  LoadOptions options;
  options.preprocess.height = 299;
  options.preprocess.width = 299;
  const Preprocess chosen = ChoosePreprocess(TwoPreprocessings(), options, {}, "net");
  EXPECT_EQ(chosen.height, 299);
  EXPECT_EQ(chosen.shorter_side, 341);  // 256 * 299 / 224 = 341.7
}

TEST(ChoosePreprocess, CropsAFractionOfTheShorterSide) {
  LoadOptions options;
  options.preprocess_name = "notebook";
  options.preprocess.crop = 0.875;
  Preprocess chosen = ChoosePreprocess(TwoPreprocessings(), options, {}, "net");
  EXPECT_EQ(chosen.mode, ResizeMode::kShorter);
  EXPECT_EQ(chosen.shorter_side, 256);
  options.preprocess.height = 299;
  options.preprocess.width = 299;
  chosen = ChoosePreprocess(TwoPreprocessings(), options, {}, "net");
  EXPECT_EQ(chosen.shorter_side, 341);  // floor(299 / 0.875)
  for (const double crop : {0.0, -1.0, 1.5, kNaN}) {
    options.preprocess.crop = crop;
    EXPECT_THAT(ErrorOf(TwoPreprocessings(), options), HasSubstr("crop must be"));
  }
}

TEST(ChoosePreprocess, NamesWhatIsMissingWithoutACard) {
  EXPECT_THAT(ErrorOf({}, {}),
              HasSubstr("model 'net' carries no card, so its preprocessing is unknown: missing "
                        "--input-size, --scale, --mean, --std"));
  LoadOptions options = Numbers();
  options.preprocess.mean.reset();
  options.preprocess.height = 10;
  options.preprocess.width = 10;
  EXPECT_THAT(ErrorOf({}, options), AllOf(HasSubstr("missing --mean"), Not(HasSubstr("--scale"))));
  options.preprocess_name = "imagenet";
  EXPECT_THAT(ErrorOf({}, options), HasSubstr("no preprocessing 'imagenet': it carries no card"));
}

TEST(ChoosePreprocess, TakesTheSizeOfTheExampleInputWithoutACard) {
  const std::array<int, 2> traced{192, 160};
  Preprocess chosen = ChoosePreprocess({}, Numbers(), traced, "net");
  EXPECT_EQ(chosen.name, "options");
  EXPECT_EQ(chosen.height, 192);
  EXPECT_EQ(chosen.width, 160);
  EXPECT_EQ(chosen.mode, ResizeMode::kSquash);
  LoadOptions options = Numbers();
  options.preprocess.height = 64;
  options.preprocess.width = 96;
  chosen = ChoosePreprocess({}, options, traced, "net");
  EXPECT_EQ(chosen.height, 64);
  EXPECT_EQ(chosen.width, 96);
}

TEST(ChoosePreprocess, RefusesImpossibleValues) {
  const auto error_of = [](const std::function<void(PreprocessOverrides&)>& change) {
    LoadOptions options = Numbers();
    change(options.preprocess);
    return ErrorOf(TwoPreprocessings(), options);
  };
  EXPECT_THAT(error_of([](auto& p) { p.height = 0; }), HasSubstr("input height"));
  EXPECT_THAT(error_of([](auto& p) { p.width = 1'000'000; }), HasSubstr("input width"));
  EXPECT_THAT(error_of([](auto& p) { p.scale = 0; }), HasSubstr("scale"));
  EXPECT_THAT(error_of([](auto& p) { p.scale = kNaN; }), HasSubstr("scale"));
  EXPECT_THAT(error_of([](auto& p) { p.std = {1, 1, 0}; }), HasSubstr("std"));
  // Not 0, but 0 in float32.
  EXPECT_THAT(error_of([](auto& p) { p.std = {1, 1e-60, 1}; }), HasSubstr("std"));
  EXPECT_THAT(error_of([](auto& p) { p.mean = {1, kNaN, 1}; }), HasSubstr("mean"));
  Card card = TwoPreprocessings();
  card.preprocess[0].shorter_side = 223;
  EXPECT_THAT(ErrorOf(card, {}), HasSubstr("shorter side of 223 pixels"));
}

}  // namespace
}  // namespace gradcam

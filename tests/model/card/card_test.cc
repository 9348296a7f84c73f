#include "gradcam/card.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "gradcam/error.h"

namespace gradcam {
namespace {

using nlohmann::ordered_json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ordered_json VggCard() {
  return ordered_json::parse(R"({
    "schema_version": 1, "name": "vgg16", "layer": "block5_conv3", "output_kind": "softmax",
    "preprocess": {
      "notebook": {"size": [224, 200], "scale": 255, "mean": [0, 0, 0], "std": [1, 1, 1]},
      "imagenet": {"size": [224, 224], "filter": "bilinear",
                   "resize": {"mode": "shorter", "pixels": 256}, "scale": 1.0,
                   "mean": [123.68, 116.779, 103.939], "std": [1, 2, 3], "bgr": true}},
    "labels": [{"id": "n01440764", "label": "tench"}, {"label": "gold fish"}],
    "weights": {"source": "a wheel", "licence": "Apache-2.0", "digest": "md5:1"},
    "something_new": {"a": [1, 2]}})");
}

std::string ErrorOf(const std::string& json) {
  try {
    static_cast<void>(ParseCard(json, "card 'c.json'"));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return error.what();
  }
  return "no error";
}

TEST(ParseCard, ReadsEveryField) {
  const Card card = ParseCard(VggCard().dump(), "card 'c.json'");
  EXPECT_EQ(card.name, "vgg16");
  EXPECT_EQ(card.layer, "block5_conv3");
  EXPECT_EQ(card.output_kind, OutputKind::kSoftmax);
  ASSERT_EQ(card.labels.size(), 2U);
  EXPECT_EQ(card.labels[0].id, "n01440764");
  EXPECT_EQ(card.labels[0].name, "tench");
  EXPECT_EQ(card.labels[1].id, "");
  EXPECT_EQ(card.labels[1].name, "gold fish");
  EXPECT_EQ(card.weights.source, "a wheel");
  EXPECT_EQ(card.weights.licence, "Apache-2.0");
  EXPECT_EQ(card.weights.digest, "md5:1");
}

TEST(ParseCard, PutsThePreprocessingCalledImagenetFirst) {
  const Card card = ParseCard(VggCard().dump(), "card 'c.json'");
  ASSERT_EQ(card.preprocess.size(), 2U);
  const Preprocess& first = card.preprocess[0];
  EXPECT_EQ(first.name, "imagenet");
  EXPECT_EQ(first.filter, ResizeFilter::kBilinear);
  EXPECT_EQ(first.mode, ResizeMode::kShorter);
  EXPECT_EQ(first.shorter_side, 256);
  EXPECT_EQ(first.scale, 1);
  EXPECT_THAT(first.mean, ElementsAre(123.68, 116.779, 103.939));
  EXPECT_THAT(first.std, ElementsAre(1, 2, 3));
  EXPECT_TRUE(first.bgr);
  const Preprocess& second = card.preprocess[1];
  EXPECT_EQ(second.name, "notebook");
  EXPECT_EQ(second.height, 224);
  EXPECT_EQ(second.width, 200);
  EXPECT_EQ(second.filter, ResizeFilter::kBicubic);
  EXPECT_EQ(second.mode, ResizeMode::kSquash);
  EXPECT_EQ(second.scale, 255);
  EXPECT_FALSE(second.bgr);
}

TEST(ParseCard, KeepsTheOrderOfTheFile) {
  ordered_json card = VggCard();
  card["preprocess"] = {{"z", card["preprocess"]["notebook"]},
                        {"a", card["preprocess"]["notebook"]}};
  const Card parsed = ParseCard(card.dump(), "card 'c.json'");
  EXPECT_EQ(parsed.preprocess[0].name, "z");
  EXPECT_EQ(parsed.preprocess[1].name, "a");
}

TEST(ParseCard, NeedsOnlyTheSchemaVersion) {
  const Card card = ParseCard(R"({"schema_version": 1})", "card 'c.json'");
  EXPECT_TRUE(card.name.empty());
  EXPECT_FALSE(card.output_kind.has_value());
  EXPECT_TRUE(card.preprocess.empty());
  EXPECT_TRUE(card.labels.empty());
}

TEST(ParseCard, NamesWhatIsNoJson) {
  EXPECT_EQ(ErrorOf("{\n\"schema_version\": 1,\n!}"), "card 'c.json': not valid JSON (line 3)");
  EXPECT_EQ(ErrorOf(""), "card 'c.json': not valid JSON (line 1)");
  EXPECT_EQ(ErrorOf("[1]"), "card 'c.json': expected an object");
  EXPECT_THAT(ErrorOf(R"({"schema_version": 1e999})"), HasSubstr("not valid JSON"));
  EXPECT_THAT(ErrorOf("{\"name\": \"\xff\"}"), HasSubstr("not valid JSON"));
}

TEST(ParseCard, NamesAnUnknownVersion) {
  EXPECT_EQ(ErrorOf(R"({})"), "card 'c.json': field 'schema_version' is missing");
  EXPECT_EQ(ErrorOf(R"({"schema_version": 2})"),
            "card 'c.json': field 'schema_version': version 2 is not known, only version 1");
}

struct Mistake {
  const char* pointer;  // JSON pointer into VggCard
  const char* value;    // put there; empty removes the field
  const char* field;    // that the message names
};

class ParseCardMistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(ParseCardMistakes, NamesTheField) {
  const Mistake& mistake = GetParam();
  ordered_json card = VggCard();
  card[ordered_json::json_pointer(mistake.pointer)] = ordered_json::parse(mistake.value);
  EXPECT_THAT(ErrorOf(card.dump()),
              HasSubstr("card 'c.json': field '" + std::string(mistake.field) + "'"));
}

INSTANTIATE_TEST_SUITE_P(
    Fields, ParseCardMistakes,
    ::testing::Values(
        Mistake{"/name", "3", "name"}, Mistake{"/layer", "[]", "layer"},
        Mistake{"/output_kind", R"("probability")", "output_kind"},
        Mistake{"/preprocess", "[]", "preprocess"},
        Mistake{"/preprocess/imagenet", "1", "preprocess.imagenet"},
        Mistake{"/preprocess/imagenet/size", "null", "preprocess.imagenet.size"},
        Mistake{"/preprocess/imagenet/size", "[224]", "preprocess.imagenet.size"},
        Mistake{"/preprocess/imagenet/size/1", "0", "preprocess.imagenet.size[1]"},
        Mistake{"/preprocess/imagenet/size/0", "2.5", "preprocess.imagenet.size[0]"},
        Mistake{"/preprocess/imagenet/size/0", "5000000000", "preprocess.imagenet.size[0]"},
        Mistake{"/preprocess/imagenet/scale", "0", "preprocess.imagenet.scale"},
        Mistake{"/preprocess/imagenet/scale", "null", "preprocess.imagenet.scale"},
        Mistake{"/preprocess/imagenet/mean", "[1, 2]", "preprocess.imagenet.mean"},
        Mistake{"/preprocess/imagenet/mean/2", R"("x")", "preprocess.imagenet.mean[2]"},
        Mistake{"/preprocess/imagenet/std", "[1, 0, 1]", "preprocess.imagenet.std"},
        Mistake{"/preprocess/imagenet/std", "[1, -1, 1]", "preprocess.imagenet.std"},
        Mistake{"/preprocess/imagenet/bgr", R"("yes")", "preprocess.imagenet.bgr"},
        Mistake{"/preprocess/imagenet/filter", R"("nearest")", "preprocess.imagenet.filter"},
        Mistake{"/preprocess/imagenet/resize/mode", R"("pad")", "preprocess.imagenet.resize.mode"},
        Mistake{"/preprocess/imagenet/resize/pixels", "null", "preprocess.imagenet.resize.pixels"},
        Mistake{"/preprocess/imagenet/resize/pixels", "223", "preprocess.imagenet.resize.pixels"},
        Mistake{"/labels", R"("tench")", "labels"}, Mistake{"/labels/1", "7", "labels[1]"},
        Mistake{"/labels/1/label", "null", "labels[1].label"}, Mistake{"/weights", "3", "weights"},
        Mistake{"/weights/source", "3", "weights.source"}));

TEST(ParseCard, TurnsControlCharactersIntoSpaces) {
  const Card card = ParseCard(
      R"({"schema_version": 1, "name": "a\u001b[31mb", "labels": ["x\ny"]})", "card 'c.json'");
  EXPECT_EQ(card.name, "a [31mb");
  EXPECT_EQ(card.labels.at(0).name, "x y");
}

TEST(ReadCard, SaysWhyAFileCannotBeRead) {
  const auto error_of = [](const std::filesystem::path& file) -> std::string {
    try {
      static_cast<void>(ReadCard(file));
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(error_of("/nowhere/card.json"), "cannot read card '/nowhere/card.json': no such file");
  EXPECT_EQ(error_of("/"), "cannot read card '/': it is a directory");
}

}  // namespace
}  // namespace gradcam

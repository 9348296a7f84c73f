#include "cli/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <variant>
#include <vector>

#include "gradcam/error.h"

namespace gradcam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ExplainArguments Explain(const std::vector<std::string>& extra,
                         const Environment& environment = {}) {
  std::vector<std::string> line{"--model", "m.pt", "cat.jpg"};
  line.insert(line.end(), extra.begin(), extra.end());
  return std::get<ExplainArguments>(ParseArguments(line, environment));
}

std::string MessageOf(const std::vector<std::string>& line, const Environment& environment = {}) {
  try {
    (void)ParseArguments(line, environment);
  } catch (const Error& error) {
    return std::string(error.what()) + " | " + error.hint();
  }
  return "no error";
}

std::string MessageWith(std::vector<std::string> extra) {
  extra.insert(extra.begin(), {"--model", "m.pt", "cat.jpg"});
  return MessageOf(extra);
}

TEST(ParseArguments, ReadsTheInputOptions) {
  const RunOptions run = Explain({"--root", "photos", "--null", "--shard", "2/3"}).run;
  EXPECT_EQ(run.root, "photos");
  EXPECT_TRUE(run.null_separated);
  ASSERT_TRUE(run.shard);
  EXPECT_EQ(run.shard->number, 2U);
  EXPECT_FALSE(Explain({}).run.root || Explain({}).run.null_separated || Explain({}).run.shard);
  EXPECT_THAT(MessageWith({"--root", ""}), HasSubstr("--root: the value is empty"));
}

TEST(ParseArguments, HasTheDocumentedDefaults) {
  const ExplainArguments arguments = Explain({});
  EXPECT_EQ(arguments.model.model, "m.pt");
  EXPECT_FALSE(arguments.model.trust_model);
  EXPECT_THAT(arguments.run.inputs, ElementsAre("cat.jpg"));
  EXPECT_EQ(arguments.run.output, "gradcam-out");
  EXPECT_EQ(arguments.run.settings.decode.max_pixels, 200'000'000);
  EXPECT_EQ(arguments.run.self_check, SelfCheck::kAuto);
  EXPECT_FALSE(arguments.run.keep_extension);
  EXPECT_FALSE(arguments.run.fail_fast);
  EXPECT_FALSE(arguments.run.strict);
  const Settings& settings = arguments.run.settings;
  ASSERT_EQ(settings.explain.classes.size(), 1U);
  EXPECT_EQ(settings.explain.classes[0].by, ClassTarget::By::kTop);
  EXPECT_EQ(settings.explain.score, Score::kLogOdds);
  EXPECT_EQ(settings.explain.top_k, 5);
  EXPECT_EQ(settings.render.colormap, Colormap::kJet);
  EXPECT_EQ(settings.render.alpha, 0.5);
  EXPECT_THAT(settings.outputs,
              ElementsAre(Output::kGradcam, Output::kSaliency, Output::kGradcamOverlay,
                          Output::kSaliencyOverlay, Output::kJson));
  EXPECT_EQ(arguments.load.layer, "");
  EXPECT_EQ(arguments.load.output_kind, std::nullopt);
  EXPECT_EQ(arguments.load.preprocess.height, std::nullopt);
  EXPECT_EQ(arguments.threads, std::nullopt);
  EXPECT_FALSE(arguments.talk.json);
}

TEST(ParseArguments, ReadsModelOptions) {
  const ExplainArguments arguments =
      Explain({"--models-dir", "d", "--layer", "features.29", "--card", "c.json", "--trust-model",
               "--labels", "l.txt", "--preprocess", "notebook", "--output-kind", "sigmoid"});
  EXPECT_EQ(arguments.model.models_dir, "d");
  EXPECT_EQ(arguments.model.card, "c.json");
  EXPECT_TRUE(arguments.model.trust_model);
  EXPECT_TRUE(arguments.load.trust_model);
  EXPECT_EQ(arguments.load.layer, "features.29");
  EXPECT_EQ(arguments.load.preprocess_name, "notebook");
  EXPECT_EQ(arguments.load.output_kind, OutputKind::kSigmoid);
  EXPECT_EQ(arguments.labels, "l.txt");
}

TEST(ParseArguments, ReadsPreprocessing) {
  const PreprocessOverrides preprocess =
      Explain({"--input-size", "240x320", "--scale", "255", "--mean", "-1,0,1", "--std", "1,2,3",
               "--bgr", "--resize", "bilinear", "--crop", "0.875"})
          .load.preprocess;
  EXPECT_EQ(preprocess.height, 240);
  EXPECT_EQ(preprocess.width, 320);
  EXPECT_EQ(preprocess.scale, 255);
  EXPECT_EQ(preprocess.mean, (std::array<double, 3>{-1, 0, 1}));
  EXPECT_EQ(preprocess.std, (std::array<double, 3>{1, 2, 3}));
  EXPECT_EQ(preprocess.bgr, true);
  EXPECT_EQ(preprocess.filter, ResizeFilter::kBilinear);
  EXPECT_EQ(preprocess.crop, 0.875);
}

TEST(ParseArguments, ReadsRunAndDrawing) {
  const ExplainArguments arguments = Explain({"-o",           "out",
                                              "--write",      "panel,raw",
                                              "--colormap",   "turbo",
                                              "--alpha",      "0",
                                              "--upsample",   "edge",
                                              "--keep-ext",   "--fail-fast",
                                              "--strict",     "--no-self-check",
                                              "--threads",    "3",
                                              "--max-pixels", "1000",
                                              "--top-k",      "2",
                                              "--score",      "logprob",
                                              "--json",       "-q",
                                              "--color",      "always",
                                              "--device",     "cpu"});
  EXPECT_EQ(arguments.run.output, "out");
  EXPECT_THAT(arguments.run.settings.outputs, ElementsAre(Output::kPanel, Output::kRaw));
  EXPECT_EQ(arguments.run.settings.render.colormap, Colormap::kTurbo);
  EXPECT_EQ(arguments.run.settings.render.alpha, 0);
  EXPECT_TRUE(arguments.run.keep_extension);
  EXPECT_TRUE(arguments.run.fail_fast);
  EXPECT_TRUE(arguments.run.strict);
  EXPECT_EQ(arguments.run.self_check, SelfCheck::kOff);
  EXPECT_EQ(arguments.threads, 3);
  EXPECT_EQ(arguments.run.settings.decode.max_pixels, 1000);
  EXPECT_EQ(arguments.run.settings.explain.top_k, 2);
  EXPECT_EQ(arguments.run.settings.explain.score, Score::kLogProbability);
  EXPECT_TRUE(arguments.talk.json);
  EXPECT_EQ(arguments.talk.verbosity, Verbosity::kQuiet);
  EXPECT_EQ(arguments.talk.color, When::kAlways);
}

TEST(ParseArguments, ImagesAndPositionalsMeanTheSame) {
  EXPECT_THAT(Explain({"--image", "a", "b", "-i", "@list.txt"}).run.inputs,
              ElementsAre("a", "@list.txt", "cat.jpg", "b"));
}

TEST(ParseArguments, ClassesAreOneValueEachAndNamedOnce) {
  const std::vector<ClassTarget> classes =
      Explain({"--class", "tiger, big", "--class", "281", "--class", "281"})
          .run.settings.explain.classes;
  ASSERT_EQ(classes.size(), 2U);
  EXPECT_EQ(classes[0].label, "tiger, big");
  EXPECT_EQ(classes[1].index, 281);
}

TEST(ParseArguments, FlagsBeatVariablesAndVariablesBeatDefaults) {
  Environment environment;
  environment.model = "env.pt";
  environment.device = "cuda:2";
  EXPECT_EQ(Explain({}, environment).load.engine.device,
            (Device{.kind = Device::Kind::kCuda, .index = 2}));
  EXPECT_EQ(Explain({"--device", "cpu"}, environment).load.engine.device, Device());
  environment.device = std::nullopt;
  EXPECT_EQ(Explain({}, environment).load.engine.device.kind, Device::Kind::kAuto);
  environment.device = "cpu";
  EXPECT_EQ(std::get<ExplainArguments>(ParseArguments({"cat.jpg"}, environment)).model.model,
            "env.pt");
  environment.device = "gpu";
  EXPECT_THAT(MessageOf({"-m", "m.pt", "cat.jpg"}, environment), HasSubstr("GRADCAM_DEVICE"));
}

TEST(ParseArguments, RefusesValuesOutOfRange) {
  EXPECT_THAT(MessageWith({"--alpha", "1.5"}), HasSubstr("option --alpha: must be in 0...1"));
  EXPECT_THAT(MessageWith({"--scale", "0"}), HasSubstr("option --scale"));
  EXPECT_THAT(MessageWith({"--std", "1,0,1"}), HasSubstr("option --std"));
  EXPECT_THAT(MessageWith({"--crop", "1.1"}), HasSubstr("option --crop"));
  EXPECT_THAT(MessageWith({"--crop", "0"}), HasSubstr("option --crop"));
  EXPECT_THAT(MessageWith({"--top-k", "0"}), HasSubstr("option --top-k"));
  EXPECT_THAT(MessageWith({"--threads", "0"}), HasSubstr("option --threads"));
  EXPECT_THAT(MessageWith({"--colormap", "jett"}), HasSubstr("did you mean 'jet'"));
  EXPECT_THAT(MessageWith({"--upsample", "cubic"}), HasSubstr("option --upsample"));
  EXPECT_THAT(MessageWith({"--normalize", "mean"}), HasSubstr("option --normalize"));
  EXPECT_THAT(MessageWith({"--exif", "off"}), HasSubstr("option --exif"));
  EXPECT_THAT(MessageWith({"--alpha-channel", "black"}), HasSubstr("option --alpha-channel"));
  EXPECT_THAT(MessageWith({"--output-size", "224"}), HasSubstr("option --output-size"));
  EXPECT_THAT(MessageWith({"--preset", "notbook"}), HasSubstr("did you mean 'notebook'"));
  EXPECT_THAT(MessageWith({"--write", "jsonlines"}), HasSubstr("option --write"));
  EXPECT_THAT(MessageWith({"--layer", ""}), HasSubstr("option --layer: the value is empty"));
  EXPECT_THAT(MessageWith({""}), HasSubstr("the value is empty"));
}

TEST(ParseArguments, APresetStandsForWhatIsNotGiven) {
  const ExplainArguments notebook = Explain({"cat.jpg", "--preset", "notebook"});
  EXPECT_EQ(notebook.load.preprocess_name, "notebook");
  const Settings& settings = notebook.run.settings;
  EXPECT_EQ(settings.decode.exif, ExifOrientation::kIgnore);
  EXPECT_EQ(settings.decode.alpha_channel, AlphaChannel::kPremultiply);
  EXPECT_EQ(settings.explain.score, Score::kProbability);
  EXPECT_EQ(settings.render.alpha, 0.6);
  EXPECT_EQ(settings.render.map.upsampling, Upsampling::kSkimage);
  EXPECT_EQ(settings.render.map.normalization, Normalization::kMinMax);
  EXPECT_EQ(settings.render.output_size, OutputSize::kInput);
}

TEST(ParseArguments, OptionsBesideAPresetWin) {
  const ExplainArguments arguments = Explain(
      {"cat.jpg", "--preset",        "notebook", "--preprocess", "imagenet", "--exif",
       "apply",   "--alpha-channel", "drop",     "--score",      "logodds",  "--alpha",
       "0.5",     "--upsample",      "edge",     "--normalize",  "max",      "--output-size",
       "picture", "--colormap",      "grey"});
  EXPECT_EQ(arguments.load.preprocess_name, "imagenet");
  const Settings& settings = arguments.run.settings;
  EXPECT_EQ(settings.decode.exif, ExifOrientation::kApply);
  EXPECT_EQ(settings.decode.alpha_channel, AlphaChannel::kDrop);
  EXPECT_EQ(settings.explain.score, Score::kLogOdds);
  EXPECT_EQ(settings.render.alpha, 0.5);
  EXPECT_EQ(settings.render.map.upsampling, Upsampling::kEdge);
  EXPECT_EQ(settings.render.map.normalization, Normalization::kMax);
  EXPECT_EQ(settings.render.output_size, OutputSize::kPicture);
  EXPECT_EQ(settings.render.colormap, Colormap::kGrey);
}

TEST(ParseArguments, ReadsTheEngine) {
  const ExplainArguments plain = Explain({"cat.jpg"});
  EXPECT_EQ(plain.load.engine.engine, Engine::kAuto);
  EXPECT_EQ(plain.load.engine.precision, Precision::kFloat32);
  EXPECT_EQ(plain.load.engine.batch, 0);
  EXPECT_FALSE(plain.run.timing);
  const ExplainArguments arguments =
      Explain({"cat.jpg", "--engine", "libtorch", "--precision", "bfloat16", "--force-precision",
               "--batch-size", "16", "--timing"});
  EXPECT_EQ(arguments.load.engine.engine, Engine::kLibtorch);
  EXPECT_EQ(arguments.load.engine.precision, Precision::kBfloat16);
  EXPECT_EQ(arguments.run.settings.precision, Precision::kBfloat16);
  EXPECT_TRUE(arguments.load.engine.force_precision);
  EXPECT_EQ(arguments.load.engine.batch, 16);
  EXPECT_TRUE(Explain({"cat.jpg", "--deterministic"}).load.engine.deterministic);
  EXPECT_EQ(Explain({"cat.jpg", "--deterministic", "--batch-size", "2"}).load.engine.batch, 2);
  EXPECT_TRUE(arguments.run.timing);
  EXPECT_THAT(MessageWith({"--precision", "bfloat"}), HasSubstr("did you mean 'bfloat16'"));
  EXPECT_THAT(MessageWith({"--batch-size", "0"}), HasSubstr("option --batch-size"));
}

TEST(ParseArguments, RefusesContradictions) {
  EXPECT_THAT(MessageWith({"-q", "-v"}), HasSubstr("contradict"));
  EXPECT_THAT(MessageWith({"--self-check", "--no-self-check"}), HasSubstr("contradict"));
}

TEST(ParseArguments, NamesWhatIsMissing) {
  EXPECT_THAT(MessageOf({"-m", "m.pt"}), HasSubstr("no picture given"));
  EXPECT_THAT(MessageOf({"cat.jpg"}), HasSubstr("no model given"));
  EXPECT_THAT(MessageOf({"layers"}), HasSubstr("takes one model"));
  EXPECT_THAT(MessageOf({"layers", "a", "b"}), HasSubstr("takes one model"));
  EXPECT_THAT(MessageOf({"models", "a"}), HasSubstr("takes no argument"));
}

TEST(ParseArguments, OptionsOfOtherCommandsAreUnknown) {
  EXPECT_THAT(MessageOf({"layers", "m.pt", "--alpha", "1"}), HasSubstr("unknown option"));
  EXPECT_THAT(MessageOf({"models", "--card", "c"}), HasSubstr("unknown option"));
}

TEST(ParseArguments, ResumingNeedsReports) {
  EXPECT_TRUE(Explain({"--resume"}).run.resume);
  EXPECT_TRUE(Explain({"--resume", "--write=gradcam,jsonl"}).run.resume);
  EXPECT_THAT(MessageWith({"--resume", "--write=gradcam"}), HasSubstr("--resume needs reports"));
}

TEST(ParseArguments, ADryRunMayBeThatOfAResumedRun) {
  const ExplainArguments arguments = Explain({"--resume", "--dry-run"});
  EXPECT_TRUE(arguments.run.resume);
  EXPECT_TRUE(arguments.dry_run);
}

TEST(ParseArguments, IoThreadsAreAWholeNumber) {
  EXPECT_EQ(Explain({"--io-threads", "3"}).io_threads, 3);
  EXPECT_EQ(Explain({}).io_threads, std::nullopt);
  EXPECT_THAT(MessageWith({"--io-threads=0"}), HasSubstr("--io-threads"));
}

TEST(ParseArguments, ProgressIsOneOfThree) {
  EXPECT_EQ(Explain({}).talk.progress, When::kAuto);
  EXPECT_EQ(Explain({"--progress=never"}).talk.progress, When::kNever);
  EXPECT_THAT(MessageWith({"--progress=yes"}), HasSubstr("--progress"));
}

TEST(ParseArguments, CommandsComeFirstAndFoldersOfTheirNameNeedAPath) {
  EXPECT_TRUE(std::holds_alternative<ModelsArguments>(ParseArguments({"models"}, {})));
  EXPECT_TRUE(std::holds_alternative<LayersArguments>(ParseArguments({"layers", "m"}, {})));
  EXPECT_THAT(Explain({"./models", "-i", "models"}).run.inputs,
              ElementsAre("models", "cat.jpg", "./models"));
  EXPECT_THAT(MessageWith({"models"}), HasSubstr("write ./models"));
}

TEST(ParseArguments, ReadsLayersOptions) {
  const auto arguments = std::get<LayersArguments>(ParseArguments(
      {"layers", "m.pt", "--card", "c.json", "--input-size", "64", "--trust-model", "--json"}, {}));
  EXPECT_EQ(arguments.model.model, "m.pt");
  EXPECT_EQ(arguments.model.card, "c.json");
  EXPECT_TRUE(arguments.model.trust_model);
  EXPECT_EQ(arguments.input_size.value_or(InputSize{}).width, 64);
  EXPECT_TRUE(arguments.talk.json);
}

TEST(ParseArguments, ReadsReportOptions) {
  const auto plain = std::get<ReportArguments>(ParseArguments({"report", "out"}, {}));
  EXPECT_EQ(plain.page.folder, "out");
  EXPECT_FALSE(plain.page.output || plain.page.images || plain.threads);
  EXPECT_EQ(plain.page.use, PictureUse::kEmbed);
  const auto full = std::get<ReportArguments>(ParseArguments(
      {"report", "out", "-o", "p.html", "--images", "photos", "--link", "--threads", "2"}, {}));
  EXPECT_EQ(full.page.output, "p.html");
  EXPECT_EQ(full.page.images, "photos");
  EXPECT_EQ(full.page.use, PictureUse::kLink);
  EXPECT_EQ(full.threads, 2);
  EXPECT_THAT(MessageOf({"report", "out", "--json"}), HasSubstr("--json"));
  EXPECT_THAT(MessageOf({"report"}), HasSubstr("takes one folder"));
}

TEST(ParseArguments, HelpAndVersionNeedNothingElse) {
  for (const std::vector<std::string>& line :
       {std::vector<std::string>{"--help"}, {"-h"}, {"layers", "--help"}, {"models", "-h"}}) {
    const auto request = std::get<TextRequest>(ParseArguments(line, {}));
    EXPECT_THAT(request.text, HasSubstr("Usage: gradcam")) << line[0];
  }
  const auto version = std::get<TextRequest>(ParseArguments({"--version"}, {}));
  EXPECT_THAT(version.text, testing::MatchesRegex("gradcam [0-9]+\\.[0-9]+\\.[0-9]+ "
                                                  "\\(LibTorch [0-9.]+\\)\n"));
}

// Everything that the help mentions must be what the parser takes and the other way round.
TEST(ParseArguments, HelpNamesVariablesAndHoldsThreeExamples) {
  const auto help = std::get<TextRequest>(ParseArguments({"--help"}, {})).text;
  for (const char* text : {"[env: GRADCAM_MODEL]", "[env: GRADCAM_MODELS]", "[env: GRADCAM_DEVICE]",
                           "[default: jet]", "[default: logodds]", "Examples:\n  gradcam"}) {
    EXPECT_THAT(help, HasSubstr(text));
  }
}

}  // namespace
}  // namespace gradcam

#include "cli/arguments.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/compare_arguments.h"
#include "cli/preset.h"
#include "gradcam/error.h"

namespace gradcam {
namespace {

constexpr int kMaxThreads = 1024;
constexpr int kMaxTopK = 1'000'000;
constexpr int kMaxBatch = 4096;

[[noreturn]] void ThrowUsage(const std::string& message, const std::string& hint) {
  throw Error(ErrorKind::kUsage, message, hint);
}

std::string NonEmpty(const CommandLine& line, const std::string& option) {
  std::string value = line.Value(option);
  if (value.empty()) ThrowUsage("option " + option + ": the value is empty", "");
  return value;
}

template <typename T>
std::optional<T> Named(const CommandLine& line, const std::string& option,
                       const std::vector<T>& choices) {
  if (!line.Has(option)) return std::nullopt;
  std::vector<std::pair<std::string, T>> named;
  named.reserve(choices.size());
  for (const T choice : choices) named.emplace_back(NameOf(choice), choice);
  return ParseChoice(option, line.Value(option), named);
}

std::optional<double> Number(const CommandLine& line, const std::string& option) {
  if (!line.Has(option)) return std::nullopt;
  return ParseNumber(option, line.Value(option));
}

std::optional<std::array<double, 3>> Triple(const CommandLine& line, const std::string& option) {
  if (!line.Has(option)) return std::nullopt;
  return ParseTriple(option, line.Value(option));
}

std::optional<int> Threads(const CommandLine& line, const std::string& option = "--threads") {
  if (!line.Has(option)) return std::nullopt;
  return static_cast<int>(ParseWhole(option, line.Value(option), 1, kMaxThreads));
}

std::optional<InputSize> Size(const CommandLine& line) {
  if (!line.Has("--input-size")) return std::nullopt;
  return ParseSize("--input-size", line.Value("--input-size"));
}

std::optional<std::string> ModelsDir(const CommandLine& line) {
  if (!line.Has("--models-dir")) return std::nullopt;
  return NonEmpty(line, "--models-dir");
}

When ReadWhen(const CommandLine& line, const std::string& option) {
  if (!line.Has(option)) return When::kAuto;
  return ParseChoice<When>(
      option, line.Value(option),
      {{"auto", When::kAuto}, {"always", When::kAlways}, {"never", When::kNever}});
}

Talk ReadTalk(const CommandLine& line) {
  Talk talk{.json = line.Has("--json")};
  if (line.Has("--quiet") && line.Has("--verbose")) {
    ThrowUsage("options --quiet and --verbose contradict each other", "");
  }
  if (line.Has("--quiet")) talk.verbosity = Verbosity::kQuiet;
  if (line.Has("--verbose")) talk.verbosity = Verbosity::kVerbose;
  talk.color = ReadWhen(line, "--color");
  talk.progress = ReadWhen(line, "--progress");
  return talk;
}

ModelChoice ReadModelChoice(const CommandLine& line, std::string model) {
  ModelChoice choice;
  choice.model = std::move(model);
  choice.models_dir = ModelsDir(line);
  if (line.Has("--card")) choice.card = NonEmpty(line, "--card");
  choice.trust_model = line.Has("--trust-model");
  return choice;
}

void CheckNumbers(const PreprocessOverrides& preprocess) {
  if (preprocess.scale && *preprocess.scale <= 0) {
    ThrowUsage("option --scale: must be greater than 0", "");
  }
  if (preprocess.std && std::any_of(preprocess.std->begin(), preprocess.std->end(),
                                    [](double s) { return s <= 0; })) {
    ThrowUsage("option --std: must be greater than 0", "");
  }
  if (preprocess.crop && (*preprocess.crop <= 0 || *preprocess.crop > 1)) {
    ThrowUsage("option --crop: must be greater than 0 and at most 1", "0.875 is a usual value");
  }
}

PreprocessOverrides ReadPreprocess(const CommandLine& line) {
  PreprocessOverrides preprocess;
  if (const std::optional<InputSize> size = Size(line)) {
    preprocess.height = size->height;
    preprocess.width = size->width;
  }
  preprocess.scale = Number(line, "--scale");
  preprocess.mean = Triple(line, "--mean");
  preprocess.std = Triple(line, "--std");
  if (line.Has("--bgr")) preprocess.bgr = true;
  preprocess.filter =
      Named<ResizeFilter>(line, "--resize", {ResizeFilter::kBicubic, ResizeFilter::kBilinear});
  preprocess.crop = Number(line, "--crop");
  CheckNumbers(preprocess);
  return preprocess;
}

EngineOptions ReadEngine(const CommandLine& line) {
  EngineOptions options;
  options.engine =
      Named<Engine>(line, "--engine", {Engine::kAuto, Engine::kLibtorch, Engine::kOpenvino})
          .value_or(options.engine);
  options.precision = Named<Precision>(line, "--precision",
                                       {Precision::kFloat32, Precision::kTf32, Precision::kBfloat16,
                                        Precision::kFloat16})
                          .value_or(options.precision);
  options.force_precision = line.Has("--force-precision");
  options.deterministic = line.Has("--deterministic");
  if (line.Has("--batch-size")) {
    options.batch =
        static_cast<int>(ParseWhole("--batch-size", line.Value("--batch-size"), 1, kMaxBatch));
  }
  if (options.deterministic && options.batch > 1) {
    ThrowUsage(
        "options --deterministic and --batch-size contradict each other",
        "the place of a picture in a batch changes its last bits, so each is computed alone");
  }
  return options;
}

LoadOptions ReadLoad(const CommandLine& line, const Preset& preset) {
  LoadOptions load;
  if (line.Has("--layer")) load.layer = NonEmpty(line, "--layer");
  load.preprocess_name =
      line.Has("--preprocess") ? NonEmpty(line, "--preprocess") : preset.preprocess_name;
  load.preprocess = ReadPreprocess(line);
  load.output_kind = Named<OutputKind>(
      line, "--output-kind", {OutputKind::kSoftmax, OutputKind::kLogits, OutputKind::kSigmoid});
  load.trust_model = line.Has("--trust-model");
  load.engine = ReadEngine(line);
  return load;
}

ExplainOptions ReadExplain(const CommandLine& line, const Preset& preset) {
  ExplainOptions explain;
  if (line.Has("--class")) explain.classes.clear();
  for (const std::string& text : line.Values("--class")) {
    const ClassTarget target = ParseClass(text);
    const bool known =
        std::any_of(explain.classes.begin(), explain.classes.end(), [&](const ClassTarget& other) {
          return other.by == target.by && other.index == target.index &&
                 other.label == target.label;
        });
    if (!known) explain.classes.push_back(target);
  }
  if (line.Has("--top-k")) {
    explain.top_k = static_cast<int>(ParseWhole("--top-k", line.Value("--top-k"), 1, kMaxTopK));
  }
  explain.score =
      Named<Score>(line, "--score",
                   {Score::kLogOdds, Score::kLogit, Score::kProbability, Score::kLogProbability})
          .value_or(preset.score);
  return explain;
}

DecodeOptions ReadDecode(const CommandLine& line, const Preset& preset) {
  DecodeOptions decode = preset.decode;
  if (line.Has("--max-pixels")) {
    decode.max_pixels = ParseWhole("--max-pixels", line.Value("--max-pixels"), 1,
                                   std::numeric_limits<std::int64_t>::max());
  }
  decode.exif =
      Named<ExifOrientation>(line, "--exif", {ExifOrientation::kApply, ExifOrientation::kIgnore})
          .value_or(decode.exif);
  decode.alpha_channel =
      Named<AlphaChannel>(line, "--alpha-channel",
                          {AlphaChannel::kDrop, AlphaChannel::kWhite, AlphaChannel::kPremultiply})
          .value_or(decode.alpha_channel);
  return decode;
}

RenderOptions ReadRender(const CommandLine& line, const Preset& preset) {
  RenderOptions render = preset.render;
  render.colormap = Named<Colormap>(line, "--colormap",
                                    {Colormap::kJet, Colormap::kTurbo, Colormap::kViridis,
                                     Colormap::kInferno, Colormap::kGrey})
                        .value_or(render.colormap);
  render.alpha = Number(line, "--alpha").value_or(render.alpha);
  if (render.alpha < 0 || render.alpha > 1) ThrowUsage("option --alpha: must be in 0...1", "");
  render.map.upsampling =
      Named<Upsampling>(line, "--upsample", {Upsampling::kEdge, Upsampling::kSkimage})
          .value_or(render.map.upsampling);
  render.map.normalization =
      Named<Normalization>(line, "--normalize", {Normalization::kMax, Normalization::kMinMax})
          .value_or(render.map.normalization);
  render.output_size =
      Named<OutputSize>(line, "--output-size", {OutputSize::kPicture, OutputSize::kInput})
          .value_or(render.output_size);
  render.format = Named<ImageFormat>(line, "--format",
                                     {ImageFormat::kPng, ImageFormat::kJpg, ImageFormat::kWebp})
                      .value_or(render.format);
  return render;
}

SelfCheck ReadSelfCheck(const CommandLine& line) {
  if (line.Has("--self-check") && line.Has("--no-self-check")) {
    ThrowUsage("options --self-check and --no-self-check contradict each other", "");
  }
  if (line.Has("--self-check")) return SelfCheck::kOn;
  return line.Has("--no-self-check") ? SelfCheck::kOff : SelfCheck::kAuto;
}

std::vector<std::string> ReadInputs(const CommandLine& line) {
  std::vector<std::string> inputs = line.Values("--image");
  for (const std::string& input : line.positionals()) {
    if (input == "layers" || input == "models" || input == "compare" || input == "report" ||
        input == "worker") {
      ThrowUsage("the command '" + input + "' must be the first argument",
                 "write ./" + input + " for a folder of that name");
    }
    inputs.push_back(input);
  }
  if (inputs.empty()) ThrowUsage("no picture given", "gradcam --model NAME|FILE PICTURE...");
  if (std::find(inputs.begin(), inputs.end(), "") != inputs.end()) {
    ThrowUsage("option --image: the value is empty", "");
  }
  return inputs;
}

RunOptions ReadRun(const CommandLine& line, const Preset& preset) {
  RunOptions run;
  if (line.Has("--root")) run.root = NonEmpty(line, "--root");
  run.null_separated = line.Has("--null");
  if (line.Has("--shard")) run.shard = ParseShard("--shard", line.Value("--shard"));
  if (line.Has("--output")) run.output = NonEmpty(line, "--output");
  run.settings.decode = ReadDecode(line, preset);
  run.settings.explain = ReadExplain(line, preset);
  run.settings.render = ReadRender(line, preset);
  if (line.Has("--write")) run.settings.outputs = ParseOutputs(line.Value("--write"));
  if (line.Has("--only")) {
    run.only = ParseChoice<Only>("--only", line.Value("--only"),
                                 {{"wrong", Only::kWrong}, {"right", Only::kRight}});
  }
  run.self_check = ReadSelfCheck(line);
  run.keep_extension = line.Has("--keep-ext");
  run.resume = line.Has("--resume");
  if (run.resume && !run.settings.outputs.contains(Output::kJson) &&
      !run.settings.outputs.contains(Output::kJsonl)) {
    ThrowUsage("option --resume needs reports, which --write leaves out",
               "add json or jsonl to --write");
  }
  run.fail_fast = line.Has("--fail-fast");
  run.strict = line.Has("--strict");
  run.timing = line.Has("--timing");
  return run;
}

Device ReadDevice(const CommandLine& line, const Environment& environment) {
  if (line.Has("--device")) return ParseDevice("option --device", line.Value("--device"));
  if (environment.device) return ParseDevice("variable GRADCAM_DEVICE", *environment.device);
  return {.kind = Device::Kind::kAuto};
}

// All but the pictures.
ExplainArguments ReadJob(const CommandLine& line, const Environment& environment) {
  ExplainArguments arguments;
  arguments.talk = ReadTalk(line);
  const Preset preset =
      PresetNamed(line.Has("--preset") ? NonEmpty(line, "--preset") : std::string());
  arguments.load = ReadLoad(line, preset);
  arguments.load.engine.device = ReadDevice(line, environment);
  arguments.run = ReadRun(line, preset);
  arguments.run.settings.precision = arguments.load.engine.precision;
  arguments.run.settings.engine = arguments.load.engine.engine;
  arguments.run.settings.deterministic = arguments.load.engine.deterministic;
  arguments.threads = Threads(line);
  arguments.dry_run = line.Has("--dry-run");
  arguments.io_threads = Threads(line, "--io-threads");
  if (line.Has("--labels")) arguments.labels = NonEmpty(line, "--labels");
  std::string model =
      line.Has("--model") ? NonEmpty(line, "--model") : environment.model.value_or("");
  if (model.empty()) {
    ThrowUsage("no model given",
               "--model NAME|FILE, or variable GRADCAM_MODEL; 'gradcam models' lists the names");
  }
  arguments.model = ReadModelChoice(line, std::move(model));
  return arguments;
}

ExplainArguments ReadExplainArguments(const CommandLine& line, const Environment& environment) {
  std::vector<std::string> inputs = ReadInputs(line);
  ExplainArguments arguments = ReadJob(line, environment);
  arguments.run.inputs = std::move(inputs);
  return arguments;
}

WorkerArguments ReadWorkerArguments(const CommandLine& line, const Environment& environment) {
  if (!line.positionals().empty()) {
    ThrowUsage("'gradcam worker' takes no picture, found '" + line.positionals()[0] + "'",
               "pictures are named by requests on stdin");
  }
  WorkerArguments arguments{ReadJob(line, environment)};
  if (arguments.job.run.settings.outputs.contains(Output::kJsonl)) {
    ThrowUsage("option --write: 'gradcam worker' writes no jsonl",
               "its answers hold the same reports");
  }
  return arguments;
}

LayersArguments ReadLayersArguments(const CommandLine& line) {
  if (line.positionals().size() != 1 || line.positionals()[0].empty()) {
    ThrowUsage("'gradcam layers' takes one model", "gradcam layers MODEL");
  }
  return {.model = ReadModelChoice(line, line.positionals()[0]),
          .input_size = Size(line),
          .threads = Threads(line),
          .talk = ReadTalk(line)};
}

ModelsArguments ReadModelsArguments(const CommandLine& line) {
  if (!line.positionals().empty()) {
    ThrowUsage("'gradcam models' takes no argument, found '" + line.positionals()[0] + "'",
               "write ./models for a folder of that name");
  }
  return {.models_dir = ModelsDir(line), .talk = ReadTalk(line)};
}

ReportArguments ReadReportArguments(const CommandLine& line) {
  if (line.positionals().size() != 1 || line.positionals()[0].empty()) {
    ThrowUsage("'gradcam report' takes one folder", "gradcam report DIR");
  }
  ReportArguments arguments;
  arguments.page.folder = line.positionals()[0];
  if (line.Has("--output")) arguments.page.output = NonEmpty(line, "--output");
  if (line.Has("--images")) arguments.page.images = NonEmpty(line, "--images");
  arguments.page.use = line.Has("--link") ? PictureUse::kLink : PictureUse::kEmbed;
  arguments.threads = Threads(line);
  arguments.talk = ReadTalk(line);
  return arguments;
}

std::optional<TextRequest> ReadTextRequest(const CommandLine& line, const CommandSpec& spec) {
  if (line.Has("--help")) return TextRequest{HelpText(spec)};
  if (line.Has("--version")) return TextRequest{GRADCAM_VERSION_LINE "\n"};
  return std::nullopt;
}

}  // namespace

Arguments ParseArguments(const std::vector<std::string>& command_line,
                         const Environment& environment) {
  const std::string command = command_line.empty() ? "" : command_line.front();
  const auto read = [&](const CommandSpec& spec, int words, const auto& reader) -> Arguments {
    const CommandLine line(spec, {command_line.begin() + words, command_line.end()});
    if (std::optional<TextRequest> request = ReadTextRequest(line, spec)) return *request;
    return reader(line);
  };
  if (command == "layers") return read(LayersCommand(), 1, ReadLayersArguments);
  if (command == "models") return read(ModelsCommand(), 1, ReadModelsArguments);
  if (command == "compare") {
    return read(CompareCommand(), 1,
                [](const CommandLine& line) { return ReadCompareArguments(line, ReadTalk(line)); });
  }
  if (command == "report") return read(ReportCommand(), 1, ReadReportArguments);
  if (command == "worker") {
    return read(WorkerCommand(), 1,
                [&](const CommandLine& line) { return ReadWorkerArguments(line, environment); });
  }
  return read(ExplainCommand(), 0,
              [&](const CommandLine& line) { return ReadExplainArguments(line, environment); });
}

}  // namespace gradcam

#include "cli/explain_arguments.h"

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <utility>

#include "cli/preset.h"
#include "cli/read_options.h"

namespace gradcam {
namespace {

constexpr int kMaxTopK = 1'000'000;
constexpr int kMaxBatch = 4096;

void CheckNumbers(const PreprocessOverrides& preprocess) {
  if (preprocess.scale && *preprocess.scale <= 0) {
    ThrowUsage("option --scale: must be greater than 0");
  }
  if (preprocess.std && std::any_of(preprocess.std->begin(), preprocess.std->end(),
                                    [](double s) { return s <= 0; })) {
    ThrowUsage("option --std: must be greater than 0");
  }
  if (preprocess.crop && (*preprocess.crop <= 0 || *preprocess.crop > 1)) {
    ThrowUsage("option --crop: must be greater than 0 and at most 1", "0.875 is a usual value");
  }
}

PreprocessOverrides ReadPreprocess(const CommandLine& line) {
  PreprocessOverrides preprocess;
  if (const std::optional<InputSize> size = ReadInputSize(line)) {
    preprocess.height = size->height;
    preprocess.width = size->width;
  }
  preprocess.scale = ReadNumber(line, "--scale");
  preprocess.mean = ReadTriple(line, "--mean");
  preprocess.std = ReadTriple(line, "--std");
  if (line.Has("--bgr")) preprocess.bgr = true;
  preprocess.filter =
      ReadNamed<ResizeFilter>(line, "--resize", {ResizeFilter::kBicubic, ResizeFilter::kBilinear});
  preprocess.crop = ReadNumber(line, "--crop");
  CheckNumbers(preprocess);
  return preprocess;
}

EngineOptions ReadEngine(const CommandLine& line) {
  EngineOptions options;
  options.engine =
      ReadNamed<Engine>(line, "--engine", {Engine::kAuto, Engine::kLibtorch, Engine::kOpenvino})
          .value_or(options.engine);
  options.precision = ReadNamed<Precision>(line, "--precision",
                                           {Precision::kFloat32, Precision::kTf32,
                                            Precision::kBfloat16, Precision::kFloat16})
                          .value_or(options.precision);
  options.force_precision = line.Has("--force-precision");
  options.deterministic = line.Has("--deterministic");
  if (line.Has("--batch-size")) {
    options.batch =
        static_cast<int>(ParseWhole("--batch-size", line.Value("--batch-size"), 1, kMaxBatch));
  }
  return options;
}

LoadOptions ReadLoad(const CommandLine& line, const Preset& preset) {
  LoadOptions load;
  load.layer = ReadText(line, "--layer").value_or("");
  load.preprocess_name = ReadText(line, "--preprocess").value_or(preset.preprocess_name);
  load.preprocess = ReadPreprocess(line);
  load.output_kind = ReadNamed<OutputKind>(
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
  explain.score = ReadNamed<Score>(
                      line, "--score",
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
  decode.exif = ReadNamed<ExifOrientation>(line, "--exif",
                                           {ExifOrientation::kApply, ExifOrientation::kIgnore})
                    .value_or(decode.exif);
  decode.alpha_channel = ReadNamed<AlphaChannel>(line, "--alpha-channel",
                                                 {AlphaChannel::kDrop, AlphaChannel::kWhite,
                                                  AlphaChannel::kPremultiply})
                             .value_or(decode.alpha_channel);
  return decode;
}

RenderOptions ReadRender(const CommandLine& line, const Preset& preset) {
  RenderOptions render = preset.render;
  render.colormap = ReadNamed<Colormap>(line, "--colormap",
                                        {Colormap::kJet, Colormap::kTurbo, Colormap::kViridis,
                                         Colormap::kInferno, Colormap::kGrey})
                        .value_or(render.colormap);
  render.alpha = ReadNumber(line, "--alpha").value_or(render.alpha);
  if (render.alpha < 0 || render.alpha > 1) ThrowUsage("option --alpha: must be in 0...1");
  render.map.upsampling =
      ReadNamed<Upsampling>(line, "--upsample", {Upsampling::kEdge, Upsampling::kSkimage})
          .value_or(render.map.upsampling);
  render.map.normalization =
      ReadNamed<Normalization>(line, "--normalize", {Normalization::kMax, Normalization::kMinMax})
          .value_or(render.map.normalization);
  render.output_size =
      ReadNamed<OutputSize>(line, "--output-size", {OutputSize::kPicture, OutputSize::kInput})
          .value_or(render.output_size);
  render.format = ReadNamed<ImageFormat>(line, "--format",
                                         {ImageFormat::kPng, ImageFormat::kJpg, ImageFormat::kWebp})
                      .value_or(render.format);
  return render;
}

SelfCheck ReadSelfCheck(const CommandLine& line) {
  if (line.Has("--self-check") && line.Has("--no-self-check")) {
    ThrowUsage("options --self-check and --no-self-check contradict each other");
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
    ThrowUsage("option --image: the value is empty");
  }
  return inputs;
}

RunOptions ReadRun(const CommandLine& line, const Preset& preset) {
  RunOptions run;
  run.root = ReadText(line, "--root");
  run.null_separated = line.Has("--null");
  if (line.Has("--shard")) run.shard = ParseShard("--shard", line.Value("--shard"));
  if (const auto output = ReadText(line, "--output")) run.output = *output;
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
  const Preset preset = PresetNamed(ReadText(line, "--preset").value_or(""));
  arguments.load = ReadLoad(line, preset);
  arguments.load.engine.device = ReadDevice(line, environment);
  arguments.run = ReadRun(line, preset);
  arguments.run.settings.precision = arguments.load.engine.precision;
  arguments.run.settings.engine = arguments.load.engine.engine;
  arguments.run.settings.deterministic = arguments.load.engine.deterministic;
  arguments.threads = ReadThreads(line, "--threads");
  arguments.dry_run = line.Has("--dry-run");
  arguments.io_threads = ReadThreads(line, "--io-threads");
  arguments.labels = ReadText(line, "--labels");
  std::string model = ReadText(line, "--model").value_or(environment.model.value_or(""));
  if (model.empty()) {
    ThrowUsage("no model given",
               "--model NAME|FILE, or variable GRADCAM_MODEL; 'gradcam models' lists the names");
  }
  arguments.model = ReadModelChoice(line, std::move(model));
  return arguments;
}

// `kinds`: those of reports that the command writes.
void RequireReports(const RunOptions& run, std::initializer_list<Output> kinds,
                    const std::string& hint) {
  const auto is_written = [&run](Output kind) { return run.settings.outputs.contains(kind); };
  if (!run.resume || std::ranges::any_of(kinds, is_written)) return;
  ThrowUsage("option --resume needs reports, which --write leaves out", hint);
}

}  // namespace

ExplainArguments ReadExplainArguments(const CommandLine& line, const Environment& environment) {
  std::vector<std::string> inputs = ReadInputs(line);
  ExplainArguments arguments = ReadJob(line, environment);
  arguments.run.inputs = std::move(inputs);
  RequireReports(arguments.run, {Output::kJson, Output::kJsonl}, "add json or jsonl to --write");
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
  RequireReports(arguments.job.run, {Output::kJson}, "add json to --write");
  return arguments;
}

}  // namespace gradcam

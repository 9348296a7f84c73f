#include "cli/read_options.h"

#include <utility>

#include "gradcam/error.h"

namespace gradcam {
namespace {

constexpr int kMaxThreads = 1024;

When ReadWhen(const CommandLine& line, const std::string& option) {
  if (!line.Has(option)) return When::kAuto;
  return ParseChoice<When>(
      option, line.Value(option),
      {{"auto", When::kAuto}, {"always", When::kAlways}, {"never", When::kNever}});
}

}  // namespace

void ThrowUsage(const std::string& message, const std::string& hint) {
  throw Error(ErrorKind::kUsage, message, hint);
}

std::optional<std::string> ReadText(const CommandLine& line, const std::string& option) {
  if (!line.Has(option)) return std::nullopt;
  std::string value = line.Value(option);
  if (value.empty()) ThrowUsage("option " + option + ": the value is empty");
  return value;
}

std::optional<double> ReadNumber(const CommandLine& line, const std::string& option) {
  if (!line.Has(option)) return std::nullopt;
  return ParseNumber(option, line.Value(option));
}

std::optional<std::array<double, 3>> ReadTriple(const CommandLine& line,
                                                const std::string& option) {
  if (!line.Has(option)) return std::nullopt;
  return ParseTriple(option, line.Value(option));
}

std::optional<int> ReadThreads(const CommandLine& line, const std::string& option) {
  if (!line.Has(option)) return std::nullopt;
  return static_cast<int>(ParseWhole(option, line.Value(option), 1, kMaxThreads));
}

std::optional<InputSize> ReadInputSize(const CommandLine& line) {
  if (!line.Has("--input-size")) return std::nullopt;
  return ParseSize("--input-size", line.Value("--input-size"));
}

Talk ReadTalk(const CommandLine& line) {
  Talk talk{.json = line.Has("--json")};
  if (line.Has("--quiet") && line.Has("--verbose")) {
    ThrowUsage("options --quiet and --verbose contradict each other");
  }
  if (line.Has("--quiet")) talk.verbosity = Verbosity::kQuiet;
  if (line.Has("--verbose")) talk.verbosity = Verbosity::kVerbose;
  talk.color = ReadWhen(line, "--color");
  talk.progress = ReadWhen(line, "--progress");
  return talk;
}

ModelChoice ReadModelChoice(const CommandLine& line, std::string model) {
  return {.model = std::move(model),
          .models_dir = ReadText(line, "--models-dir"),
          .card = ReadText(line, "--card"),
          .trust_model = line.Has("--trust-model")};
}

}  // namespace gradcam

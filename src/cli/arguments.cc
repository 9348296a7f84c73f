#include "cli/arguments.h"

#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/compare_arguments.h"
#include "cli/explain_arguments.h"
#include "cli/read_options.h"

namespace gradcam {
namespace {

LayersArguments ReadLayersArguments(const CommandLine& line) {
  if (line.positionals().size() != 1 || line.positionals()[0].empty()) {
    ThrowUsage("'gradcam layers' takes one model", "gradcam layers MODEL");
  }
  return {.model = ReadModelChoice(line, line.positionals()[0]),
          .input_size = ReadInputSize(line),
          .threads = ReadThreads(line, "--threads"),
          .talk = ReadTalk(line)};
}

ModelsArguments ReadModelsArguments(const CommandLine& line) {
  if (!line.positionals().empty()) {
    ThrowUsage("'gradcam models' takes no argument, found '" + line.positionals()[0] + "'",
               "write ./models for a folder of that name");
  }
  return {.models_dir = ReadText(line, "--models-dir"), .talk = ReadTalk(line)};
}

ReportArguments ReadReportArguments(const CommandLine& line) {
  if (line.positionals().size() != 1 || line.positionals()[0].empty()) {
    ThrowUsage("'gradcam report' takes one folder", "gradcam report DIR");
  }
  ReportArguments arguments;
  arguments.page.folder = line.positionals()[0];
  arguments.page.output = ReadText(line, "--output");
  arguments.page.images = ReadText(line, "--images");
  arguments.page.use = line.Has("--link") ? PictureUse::kLink : PictureUse::kEmbed;
  arguments.threads = ReadThreads(line, "--threads");
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
  if (command == "compare") return read(CompareCommand(), 1, ReadCompareArguments);
  if (command == "report") return read(ReportCommand(), 1, ReadReportArguments);
  if (command == "worker") {
    return read(WorkerCommand(), 1,
                [&](const CommandLine& line) { return ReadWorkerArguments(line, environment); });
  }
  return read(ExplainCommand(), 0,
              [&](const CommandLine& line) { return ReadExplainArguments(line, environment); });
}

}  // namespace gradcam

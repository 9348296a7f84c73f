#include "cli/program.h"

#include <unistd.h>

#include <exception>
#include <iostream>
#include <new>
#include <variant>

#include "cli/arguments.h"
#include "cli/compare_job.h"
#include "cli/explain_job.h"
#include "cli/layers_job.h"
#include "cli/messages.h"
#include "cli/models_job.h"
#include "cli/open_files.h"
#include "cli/report_job.h"
#include "cli/standard_streams.h"
#include "cli/terminal.h"
#include "cli/worker_job.h"
#include "gradcam/error.h"

namespace gradcam {
namespace {

Messages MessagesFor(const Talk& talk, const Environment& environment) {
  return {talk.verbosity, UseColor(talk.color, STDERR_FILENO, environment)};
}

ExitCode Perform(const TextRequest& request, const Environment& /*environment*/) {
  std::cout << request.text;
  return kExitDone;
}

ExitCode Perform(const ExplainArguments& arguments, const Environment& environment) {
  return ExplainPictures(arguments, environment, MessagesFor(arguments.talk, environment));
}

ExitCode Perform(const WorkerArguments& arguments, const Environment& environment) {
  return AnswerRequests(arguments, environment, MessagesFor(arguments.job.talk, environment));
}

ExitCode Perform(const LayersArguments& arguments, const Environment& environment) {
  return PrintLayers(arguments, environment, MessagesFor(arguments.talk, environment));
}

ExitCode Perform(const ModelsArguments& arguments, const Environment& environment) {
  return PrintModels(arguments, environment);
}

ExitCode Perform(const CompareArguments& arguments, const Environment& environment) {
  return CompareResultFolders(arguments, MessagesFor(arguments.talk, environment));
}

ExitCode Perform(const ReportArguments& arguments, const Environment& environment) {
  return MakeReportPage(arguments, MessagesFor(arguments.talk, environment));
}

ExitCode Perform(const std::vector<std::string>& command_line, const Environment& environment) {
  const Arguments arguments = ParseArguments(command_line, environment);
  const ExitCode code =
      std::visit([&](const auto& command) { return Perform(command, environment); }, arguments);
  std::cout.flush();
  if (std::cout) return code;
  const Error error(ErrorKind::kOutput, "cannot write to the standard output",
                    "is the disk full, or its reader gone?");
  const auto* const worker = std::get_if<WorkerArguments>(&arguments);
  const auto* const job =
      worker != nullptr ? &worker->job : std::get_if<ExplainArguments>(&arguments);
  if (job == nullptr) throw error;
  // The files are written all the same.
  MessagesFor(job->talk, environment).PrintError(error);
  return code == kExitDone ? kExitSomeFailed : code;
}

}  // namespace

ExitCode RunProgram(const std::vector<std::string>& command_line, const Environment& environment) {
  OccupyClosedStreams();
  IgnoreSignalsOfWrites();
  AllowManyOpenFiles();
  const Messages messages(Verbosity::kNormal, UseColor(When::kAuto, STDERR_FILENO, environment));
  try {
    return Perform(command_line, environment);
  } catch (const Error& error) {
    messages.PrintError(error);
  } catch (const std::bad_alloc&) {
    messages.PrintError("not enough memory", "");
  } catch (const std::exception& error) {
    messages.PrintError(std::string("unexpected: ") + error.what(), "please report this");
  }
  return kExitNothingDone;
}

}  // namespace gradcam

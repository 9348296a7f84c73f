#include "cli/worker_job.h"

#include <unistd.h>

#include <iostream>
#include <optional>

#include "cli/available_cores.h"
#include "cli/model_lookup.h"
#include "cli/run_model.h"
#include "cli/signals.h"
#include "gradcam/error.h"
#include "image/encode.h"
#include "model/threads.h"
#include "run/output_checks.h"
#include "run/worker/worker.h"

namespace gradcam {

ExitCode AnswerRequests(const WorkerArguments& arguments, const Environment& environment,
                        const Messages& messages) {
  StopOnSignal signals;
  const ExplainArguments& job = arguments.job;
  const std::filesystem::path file =
      FindModel(job.model.model, ModelPlaces(job.model.models_dir, environment, ProgramPath()));
  LoadOptions load = ResolvedLoad(job);
  load.engine.pictures = ExpectedPictures(std::nullopt);
  RequireEncoder(job.run.settings.render.format);
  RequireFolder(job.run.output);
  RequireWritable(job.run.output);
  static_cast<void>(UseThreads(job.threads, environment));
  RunModel model(file, load, CacheFolder(environment));

  RunOptions run = job.run;
  run.settings.device = model.explainer().device();
  run.io_threads = job.io_threads.value_or(AvailableCores());
  const WorkerTalk talk{.answer =
                            [](const std::string& line) {
                              return bool(std::cout << line << '\n' << std::flush);
                            },
                        .warn = [&](const std::string& text) { messages.PrintWarning(text); },
                        .note = [&](const std::string& text) { messages.PrintDetail(text); },
                        .fail = [&](const Error& error) { messages.PrintError(error); }};
  signals.BeginRun();
  switch (RunWorker(model.explainer(), model.file(), run, STDIN_FILENO, talk, signals.token())) {
    case WorkerEnd::kInterrupted:
      return kExitInterrupted;
    case WorkerEnd::kUnread:
      return kExitSomeFailed;  // RunProgram says why
    case WorkerEnd::kDeviceLost:
      return kExitSomeFailed;
    case WorkerEnd::kNoMoreRequests:
      break;
  }
  return kExitDone;
}

}  // namespace gradcam

#include "cli/explain_job.h"

#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <utility>

#include "cli/available_cores.h"
#include "cli/dry_run_job.h"
#include "cli/model_lookup.h"
#include "cli/progress.h"
#include "cli/run_model.h"
#include "cli/run_printer.h"
#include "cli/signals.h"
#include "core/device_name.h"
#include "core/stopwatch.h"
#include "gradcam/error.h"
#include "gradcam/explainer.h"
#include "image/encode.h"
#include "model/threads.h"
#include "run/plan.h"
#include "run/runner.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

std::string PictureCount(const std::optional<std::size_t>& total) {
  return total ? std::to_string(*total) + " pictures" : "pictures as they are named on stdin";
}

std::string DeviceOf(const ModelExplainer& explainer) {
  const std::string name = explainer.device_name();
  return NameOf(explainer.device()) + (name.empty() ? "" : " (" + name + ")");
}

// With --resume the model is loaded, because the digest of the settings holds what its card says.
// Nothing is computed, and nothing is kept in the cache folder.
ExitCode ListJobs(Plan plan, const fs::path& model, const LoadOptions& load,
                  const ExplainArguments& arguments, const Messages& messages) {
  if (!arguments.run.resume) return ListPlan(std::move(plan), std::nullopt, arguments, messages);
  RunModel run_model(model, load, /*cache_folder=*/{});
  const ModelInfo& info = run_model.explainer().info();
  plan.jobs->CheckClasses(info.labels);
  RunOptions run = arguments.run;
  run.settings.device = run_model.explainer().device();
  const std::optional<ResumePreview> resume(std::in_place, run_model.file(), info, run);
  return ListPlan(std::move(plan), resume, arguments, messages);
}

RunReport RunPlan(RunModel& model, const RunOptions& options, Plan plan, RunObserver& observer,
                  StopOnSignal& signals) {
  plan.jobs->CheckClasses(model.explainer().info().labels);
  signals.BeginRun();
  return Run(model.explainer(), model.file(), options, std::move(plan), observer, signals.token());
}

}  // namespace

ExitCode ExplainPictures(const ExplainArguments& arguments, const Environment& environment,
                         const Messages& messages) {
  StopOnSignal signals;
  const fs::path model = FindModel(
      arguments.model.model, ModelPlaces(arguments.model.models_dir, environment, ProgramPath()));
  LoadOptions load = ResolvedLoad(arguments);
  RequireEncoder(arguments.run.settings.render.format);
  Plan plan = MakePlan(arguments.run, STDIN_FILENO);
  if (arguments.dry_run) return ListJobs(std::move(plan), model, load, arguments, messages);
  RequireWritable(arguments.run.output);
  const int threads = UseThreads(arguments.threads, environment);
  load.engine.pictures = ExpectedPictures(plan.jobs->total());
  RunModel run_model(model, load, CacheFolder(environment));
  messages.PrintDetail("model file '" + model.string() + "', device " +
                       DeviceOf(run_model.explainer()) + ", " + std::to_string(threads) +
                       " threads, " + PictureCount(plan.jobs->total()));
  RunOptions run = arguments.run;
  run.settings.device = run_model.explainer().device();
  run.io_threads = arguments.io_threads.value_or(AvailableCores());
  const bool color = UseColor(arguments.talk.color, STDOUT_FILENO, environment);
  const bool is_terminal =
      isatty(STDERR_FILENO) == 1 && environment.term.value_or("dumb") != "dumb";
  Progress progress(
      StyleOfProgress(arguments.talk.progress, arguments.talk.verbosity, is_terminal),
      plan.jobs->total(), std::cerr,
      [watch = Stopwatch(), seconds = 0.0]() mutable { return seconds += watch.Lap(); },
      [] { return TerminalWidth(STDERR_FILENO); });
  RunPrinter printer(arguments.talk, color ? Color::kOn : Color::kOff, messages,
                     std::move(progress));
  const RunReport report = RunPlan(run_model, run, std::move(plan), printer, signals);
  printer.Finish(report);
  if (report.interrupted) return kExitInterrupted;
  return report.counts.failed > 0 ? kExitSomeFailed : kExitDone;
}

}  // namespace gradcam

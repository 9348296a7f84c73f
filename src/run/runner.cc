#include "run/runner.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "core/file_handle.h"
#include "core/stopwatch.h"
#include "gradcam/error.h"
#include "report/json_text.h"
#include "report/text.h"
#include "run/atomic_file.h"
#include "run/ground_truth.h"
#include "run/output_names.h"
#include "run/picture_files.h"
#include "run/pipeline/batch_explainer.h"
#include "run/pipeline/model_errors.h"
#include "run/pipeline/pipeline.h"
#include "run/run_record.h"
#include "run/sha256.h"
#include "run/tool.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

std::string NowUtc() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

bool HasNonfiniteScores(const Explanation& explanation) {
  return std::ranges::any_of(explanation.top, [](const Prediction& prediction) {
    return !std::isfinite(prediction.logit) || !std::isfinite(prediction.probability);
  });
}

class Runner {
 public:
  Runner(PictureExplainer& explainer, const ModelFile& model, const RunOptions& options, Plan plan,
         RunObserver& observer, const std::stop_token& stop)
      : explainer_(&explainer),
        model_(&model),
        options_(&options),
        plan_(std::move(plan)),
        stop_(stop),
        record_(options, observer),
        batches_(explainer, options, /*is_only=*/plan_.jobs->total() == 1) {}

  RunReport Run() {
    Stopwatch watch;
    RunReport& report = record_.report();
    report.started = NowUtc();
    report.counts.skipped = plan_.skipped;
    for (const std::string& warning : plan_.jobs->TakeWarnings()) record_.AddWarning(warning);
    PassOnWords();
    for (const Failure& failure : plan_.failures) record_.AddFailure(failure);

    RunPictures();
    report.interrupted = stop_.stop_requested();
    if (!report.interrupted) errors_.Finish();
    Settle();
    report.seconds = watch.Lap();
    WriteRunReport();
    return std::move(report);
  }

 private:
  void RunPictures() {
    Pipeline pipeline(*plan_.jobs, Work(), options_->io_threads, stop_);
    if (MustStop()) pipeline.Drain();
    while (auto next = pipeline.Next(explainer_->NextBatch())) {
      for (const std::string& warning : pipeline.TakeWarnings()) record_.AddWarning(warning);
      if (auto* ended = std::get_if<EndedPicture>(&*next)) {
        Note(std::move(*ended));
      } else {
        Explain(std::get<Pipeline::Batch>(*next), pipeline);
      }
      if (MustStop()) pipeline.Drain();
    }
    for (const std::string& warning : pipeline.TakeWarnings()) record_.AddWarning(warning);
    record_.report().counts.pictures =
        static_cast<int>(plan_.jobs->total().value_or(pipeline.listed()));
    if (options_->timing) {
      record_.report().stages = StageTimes{explainer_->times(), pipeline.times()};
    }
  }

  // What threads beside this one do.
  [[nodiscard]] PictureWork Work() const {
    const DecodeOptions& decode = options_->settings.decode;
    return {.read = [&decode](const Job& job) { return ReadPictureOf(job, decode); },
            .decode =
                [&decode](const Job& job, PictureFile file) {
                  return DecodePictureOf(job, std::move(file), decode);
                },
            .write =
                [this](const Job& job, LoadedPicture loaded, const Explanation& explanation) {
                  return WritePicture(job, std::move(loaded), explanation, *context_);
                }};
  }

  void Explain(const Pipeline::Batch& batch, Pipeline& pipeline) {
    const auto take = [&](PictureInFlight& picture, std::variant<Explanation, Error> result) {
      PassOnWords();
      if (const auto* error = std::get_if<Error>(&result)) {
        errors_.Add(*error);
        pipeline.Fail(picture, *error);
        return !stop_.stop_requested() && !options_->fail_fast;
      }
      if (!errors_.has_explained()) Begin();
      const auto& explanation = std::get<Explanation>(result);
      if (HasNonfiniteScores(explanation)) {
        record_.AddWarning("image " + Quoted(picture.job.path) +
                           ": the network's scores are not finite, its predictions mean nothing");
      }
      record_.CountTruth(explanation);
      if (IsKept(explanation, options_->only)) {
        pipeline.Write(picture, std::get<Explanation>(std::move(result)));
      } else {
        LeaveOut(picture.job);
        pipeline.Drop(picture);
      }
      return !stop_.stop_requested();
    };
    for (PictureInFlight* picture : batches_.Explain(batch, take)) pipeline.Drop(*picture);
  }

  // It gets no results: those of an earlier run would pass for them.
  void LeaveOut(const Job& job) {
    ++record_.report().counts.left_out;
    RemoveOldFilesOf(job);
  }

  // The first explanation is there: the run works, and files may be written.
  void Begin() {
    PrepareContext();
    MakeOutputFolder();
    // The report of an earlier run does not describe a folder that this one writes into.
    std::error_code ignored;
    fs::remove(RunReportFile(), ignored);
    errors_.SetExplained();
    Settle();
  }

  void Note(EndedPicture ended) {
    if (const auto* picture = std::get_if<PictureReport>(&ended.outcome)) {
      record_.AddPicture(ended.job, *picture, *context_);
      return;
    }
    const auto& error = std::get<Error>(ended.outcome);
    if (errors_.is_in_doubt() && error.kind() == ErrorKind::kModel) {
      in_doubt_ = std::move(ended);
    } else {
      Fail(ended.job, error);
    }
  }

  void Fail(const Job& job, const Error& error) {
    record_.AddFailedPicture(job, error);
    failed_jobs_.push_back(job);
    if (errors_.has_explained()) Settle();
  }

  // It is certain that the run is one, and that those who failed have failed.
  void Settle() {
    if (const auto picture = std::exchange(in_doubt_, std::nullopt)) {
      record_.AddFailedPicture(picture->job, std::get<Error>(picture->outcome));
      failed_jobs_.push_back(picture->job);
    }
    // A picture that failed has no results: those of an earlier run would pass for them.
    for (const Job& job : std::exchange(failed_jobs_, {})) RemoveOldFilesOf(job);
  }

  void RemoveOldFilesOf(const Job& job) {
    try {
      RemoveOldFiles(job);
    } catch (const Error& error) {
      record_.AddWarning(error.what());
    }
  }

  [[nodiscard]] bool MustStop() const { return options_->fail_fast && record_.has_failed(); }

  // While nothing has been written yet, a folder that cannot be made is an error of the whole run.
  void MakeOutputFolder() const {
    std::error_code error;
    fs::create_directories(options_->output, error);
    if (error) {
      throw Error(ErrorKind::kUsage,
                  "cannot make output folder " + Quoted(options_->output) + ": " +
                      SystemMessage(error.value()),
                  "give another --output");
    }
  }

  [[nodiscard]] fs::path RunReportFile() const {
    return options_->output / RunReportName(options_->shard);
  }

  void PassOnWords() {
    for (const std::string& warning : explainer_->TakeWarnings()) record_.AddWarning(warning);
    for (const std::string& note : explainer_->TakeNotes()) record_.AddNote(note);
  }

  // Waits for the model's digest. Layer shape and class count are known once a picture has been
  // explained.
  void PrepareContext() {
    if (context_) return;
    RunContext context;
    context.tool = ThisTool();
    context.model = {model_->name, model_->sha256(), explainer_->info()};
    context.settings = options_->settings;
    context.settings_sha256 = Sha256Of(CanonicalSettings(context.settings, context.model));
    context_ = std::move(context);
  }

  void WriteRunReport() {
    try {
      PrepareContext();
      MakeOutputFolder();
      WriteAtomically(RunReportFile(), JsonText(record_.report(), *context_));
    } catch (const Error& error) {
      record_.AddFailure({RunReportName(options_->shard), error.what(), error.hint()});
    }
  }

  PictureExplainer* explainer_;
  const ModelFile* model_;
  const RunOptions* options_;
  Plan plan_;
  std::stop_token stop_;
  RunRecord record_;
  BatchExplainer batches_;
  ModelErrors errors_;
  std::optional<RunContext> context_;     // set before the first picture is written
  std::optional<EndedPicture> in_doubt_;  // failed with a model error before anything was explained
  std::vector<Job> failed_jobs_;          // whose older files are to be removed
};

}  // namespace

RunReport Run(PictureExplainer& explainer, const ModelFile& model, const RunOptions& options,
              Plan plan, RunObserver& observer, const std::stop_token& stop) {
  return Runner(explainer, model, options, std::move(plan), observer, stop).Run();
}

}  // namespace gradcam

#include "run/runner.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "core/stopwatch.h"
#include "core/utc_time.h"
#include "gradcam/error.h"
#include "report/json_text.h"
#include "report/text.h"
#include "run/earlier_results.h"
#include "run/ground_truth.h"
#include "run/output_names.h"
#include "run/picture_files.h"
#include "run/picture_work.h"
#include "run/pipeline/batch_explainer.h"
#include "run/pipeline/model_errors.h"
#include "run/pipeline/pipeline.h"
#include "run/run_output.h"
#include "run/run_record.h"
#include "run/temporary_name.h"

namespace gradcam {
namespace {

bool HasNonfiniteScores(const Explanation& explanation) {
  return std::ranges::any_of(explanation.top, [](const Prediction& prediction) {
    return !std::isfinite(prediction.logit) || !std::isfinite(prediction.probability);
  });
}

// Of noting a picture. That results.jsonl is another run's concerns all pictures.
bool IsOfRun(const Error& error) { return error.kind() == ErrorKind::kUsage; }

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
        batches_(explainer, options, /*is_only=*/plan_.jobs->total() == 1),
        model_as_loaded_(explainer.info()),
        output_(options) {}

  RunReport Run() {
    Stopwatch watch;
    RunReport& report = record_.report();
    report.started = UtcNow() + "Z";
    report.counts.skipped = plan_.skipped;
    for (const std::string& warning : plan_.jobs->TakeWarnings()) record_.AddWarning(warning);
    PassOnWords();
    for (const Failure& failure : plan_.failures) record_.AddFailure(failure);

    OpenEarlierResults();
    RunPictures();
    report.interrupted = stop_.stop_requested();
    if (!report.interrupted) errors_.Finish();
    Settle();
    TellIfRemoved();
    FinishResults();
    report.seconds = watch.Lap();
    WriteRunReport();
    return std::move(report);
  }

 private:
  void OpenEarlierResults() {
    if (!options_->resume) return;
    RemoveAbandonedFiles(options_->output);
    earlier_.emplace(Context(), output_.earlier_lines(), options_->only);
  }

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
      record_.TellProgress(plan_.jobs->total().value_or(pipeline.listed()));
      if (MustStop()) pipeline.Drain();
    }
    for (const std::string& warning : pipeline.TakeWarnings()) record_.AddWarning(warning);
    record_.report().counts.pictures =
        static_cast<int>(plan_.jobs->total().value_or(pipeline.listed()));
    record_.report().recoveries = explainer_->recoveries();
    if (options_->timing) {
      record_.report().stages = StageTimes{explainer_->times(), pipeline.times()};
    }
  }

  // What writes pictures on other threads finds the context made.
  [[nodiscard]] PictureWork Work() {
    return WorkOfRun(*explainer_, options_->settings.decode, earlier_,
                     [this]() -> const RunContext& { return Context(); });
  }

  void Explain(const Pipeline::Batch& batch, Pipeline& pipeline) {
    const auto take = [&](PictureInFlight& picture, std::variant<Explanation, Error> result) {
      PassOnWords();
      if (const auto* error = std::get_if<Error>(&result)) {
        errors_.Add(*error);
        pipeline.Fail(picture, *error);
        is_device_lost_ = is_device_lost_ || error->kind() == ErrorKind::kDevice;
        return !stop_.stop_requested() && !options_->fail_fast && !is_device_lost_;
      }
      if (!output_.has_begun()) Begin();
      const auto& explanation = std::get<Explanation>(result);
      if (HasNonfiniteScores(explanation)) {
        record_.AddWarning("image " + Quoted(picture.job.path) +
                           ": the network's scores are not finite, its predictions mean nothing");
      }
      record_.CountTruth(explanation.top, explanation.truth);
      if (IsKept(explanation.top, explanation.truth, options_->only)) {
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
    output_.Drop(job.name);
    RemoveOldFilesOf(job);
  }

  // The first explanation is there: the run works, and files may be written.
  void Begin() {
    Context().model.info = explainer_->info();  // layer shape and class count are known now
    output_.Begin();
    SetExplained();
  }

  void SetExplained() {
    errors_.SetExplained();
    Settle();
  }

  void Note(EndedPicture ended) {
    if (const auto* picture = std::get_if<PictureReport>(&ended.outcome)) {
      NoteDone(ended.job, *picture);
      return;
    }
    if (const auto* earlier = std::get_if<EarlierReport>(&ended.outcome)) {
      NoteEarlier(ended.job, *earlier);
      return;
    }
    const auto& error = std::get<Error>(ended.outcome);
    if (errors_.is_in_doubt() && error.kind() == ErrorKind::kModel) {
      in_doubt_ = std::move(ended);
    } else if (options_->resume && !ended.was_read) {
      FailUnread(ended.job, error);
    } else {
      Fail(ended.job, error);
    }
  }

  void NoteDone(const Job& job, const PictureReport& picture) {
    try {
      output_.RequireNothingRemoved();
      RequireFilesOf(picture);
      output_.Add(job.name, JsonLine(picture, Context()));
      record_.AddPicture(job, picture, Context());
    } catch (const Error& error) {
      if (IsOfRun(error)) throw;
      RemoveFilesOf(picture);
      Fail(job, error);
    }
  }

  void NoteEarlier(const Job& job, const EarlierReport& earlier) {
    try {
      output_.RequireNothingRemoved();
      if (earlier_) earlier_->RequireFiles(job, earlier);
      const std::string line = OnOneLine(earlier.text);
      output_.Add(job.name, line);
      if (!output_.has_begun()) TakeModel(earlier.stored.run.model.info);
      record_.AddEarlier(job, earlier.stored.picture, line);
      if (!errors_.has_explained()) SetExplained();
    } catch (const Error& error) {
      if (IsOfRun(error)) throw;
      if (error.kind() == ErrorKind::kInput) {
        FailUnread(job, error);
      } else {
        Fail(job, error);
      }
    }
  }

  // Behind the last picture there is none left to fail for it.
  void TellIfRemoved() {
    try {
      output_.RequireNothingRemoved();
    } catch (const Error& error) {
      record_.AddFailure({options_->output.string(), error.what(), error.hint()});
    }
  }

  // What the network would have shown, had it run.
  void TakeModel(const ModelInfo& earlier) {
    ModelInfo& info = Context().model.info;
    info.layer = earlier.layer;
    info.layer_shape = earlier.layer_shape;
    info.output_kind = earlier.output_kind;
    info.classes = earlier.classes;
  }

  void Fail(const Job& job, const Error& error) {
    RecordFailure(job, error);
    if (errors_.has_explained()) Settle();
  }

  // Its file, or what an earlier run made of it, may be back tomorrow, with the disk that it is on:
  // nothing says that those results are wrong.
  void FailUnread(const Job& job, const Error& error) {
    output_.Keep(job.name);
    record_.AddFailedPicture(job, error);
  }

  void RecordFailure(const Job& job, const Error& error) {
    output_.Drop(job.name);
    record_.AddFailedPicture(job, error);
    if (!job.stale.empty()) failed_jobs_.push_back(job);
  }

  // It is certain that the run is one, and that those who failed have failed.
  void Settle() {
    if (const auto picture = std::exchange(in_doubt_, std::nullopt)) {
      RecordFailure(picture->job, std::get<Error>(picture->outcome));
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

  [[nodiscard]] bool MustStop() const {
    return is_device_lost_ || (options_->fail_fast && record_.has_failed());
  }

  void PassOnWords() {
    for (const std::string& warning : explainer_->TakeWarnings()) record_.AddWarning(warning);
    for (const std::string& note : explainer_->TakeNotes()) record_.AddNote(note);
  }

  void FinishResults() {
    try {
      // Nobody knows what is in a folder that cannot be listed.
      output_.FinishResults(/*is_complete=*/!stop_.stop_requested() && !MustStop() &&
                            plan_.failures.empty());
    } catch (const Error& error) {
      record_.AddFailure({ResultsName(options_->shard), error.what(), error.hint()});
    }
  }

  // Waits for the model's digest when it is asked for first.
  RunContext& Context() {
    if (!context_) context_ = MakeRunContext(*model_, model_as_loaded_, options_->settings);
    return *context_;
  }

  void WriteRunReport() {
    try {
      output_.WriteRunReport(JsonText(record_.report(), Context()));
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
  ModelInfo model_as_loaded_;
  RunOutput output_;
  std::optional<EarlierResults> earlier_;  // with RunOptions::resume
  std::optional<RunContext> context_;      // set before the first picture is written
  std::optional<EndedPicture> in_doubt_;  // failed with a model error before anything was explained
  bool is_device_lost_ = false;           // nothing more can be computed
  std::vector<Job> failed_jobs_;          // whose older files are to be removed
};

}  // namespace

RunReport Run(PictureExplainer& explainer, const ModelFile& model, const RunOptions& options,
              Plan plan, RunObserver& observer, const std::stop_token& stop) {
  return Runner(explainer, model, options, std::move(plan), observer, stop).Run();
}

}  // namespace gradcam

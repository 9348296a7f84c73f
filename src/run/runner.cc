#include "run/runner.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <ctime>
#include <exception>
#include <filesystem>
#include <new>
#include <numeric>
#include <optional>
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

// The first map of the picture that is not kOk, in words; empty if all are.
std::string StatusProblem(const PictureReport& picture) {
  for (const ClassReport& report : picture.explanations) {
    for (const auto& [name, map] :
         {std::pair("gradcam", &report.gradcam), std::pair("saliency", &report.saliency)}) {
      if (map->summary.status == MapStatus::kOk) continue;
      return std::string("the ") + name + " map of class " +
             std::to_string(report.prediction.index) + " is " + NameOf(map->summary.status);
    }
  }
  return "";
}

bool HasNonfiniteScores(const Explanation& explanation) {
  return std::ranges::any_of(explanation.top, [](const Prediction& prediction) {
    return !std::isfinite(prediction.logit) || !std::isfinite(prediction.probability);
  });
}

// A batch is computed when its pictures take this much memory, however few they are.
constexpr std::size_t kBatchBytes = 200'000'000;

class Runner {
 public:
  Runner(PictureExplainer& explainer, const ModelFile& model, const RunOptions& options, Plan plan,
         RunObserver& observer)
      : explainer_(&explainer),
        model_(&model),
        options_(&options),
        plan_(std::move(plan)),
        observer_(&observer) {}

  RunReport Run(const std::stop_token& stop) {
    Stopwatch watch;
    report_.started = NowUtc();
    report_.inputs = options_->inputs;
    report_.counts.pictures = static_cast<int>(plan_.jobs->total().value_or(0));
    report_.counts.skipped = plan_.skipped;
    PassOnWarnings();
    for (const Failure& failure : plan_.failures) AddFailure(failure);

    while (!StopsNow(stop) && !(options_->fail_fast && has_failed_)) {
      std::optional<JobOrFailure> next = plan_.jobs->Next(stop);
      if (!next) break;
      Accept(std::move(*next));
      if (StopsNow(stop)) break;
      if (static_cast<int>(batch_.size()) >= explainer_->NextBatch() ||
          batch_.bytes() >= kBatchBytes) {
        FinishBatch(stop);
      }
    }
    if (!StopsNow(stop)) FinishBatch(stop);
    if (suspect_ && !report_.interrupted) throw suspect_->error;
    FailSuspect();
    RemoveOldFilesOfFailures();
    if (options_->timing) {
      stages_.explain = explainer_->times();
      report_.stages = stages_;
    }
    report_.seconds = watch.Lap();
    WriteRunReport();
    return std::move(report_);
  }

 private:
  struct Suspect {
    Job job;
    Error error;
  };

  // Pictures between their decoding and their files. `images` holds the pixels of `loaded`: the
  // explainer takes them side by side.
  struct Batch {
    std::vector<Job> jobs;
    std::vector<LoadedPicture> loaded;
    std::vector<Image> images;

    [[nodiscard]] std::size_t size() const { return jobs.size(); }

    // Of the pictures, all of which are in memory.
    [[nodiscard]] std::size_t bytes() const {
      return std::accumulate(
          images.begin(), images.end(), std::size_t{0},
          [](std::size_t sum, const Image& image) { return sum + image.rgb.size(); });
    }

    void Add(Job job, LoadedPicture picture) {
      jobs.push_back(std::move(job));
      images.push_back(std::move(picture.picture.image));
      loaded.push_back(std::move(picture));
    }

    // Picture `i` as it was added; it is gone from the batch then.
    LoadedPicture Take(std::size_t i) {
      loaded[i].picture.image = std::move(images[i]);
      return std::move(loaded[i]);
    }
  };

  // Calls `work`; what it throws is a failure of `job` or, before anything was explained, of the
  // run.
  template <typename Work>
  void Guarded(const Job& job, const Work& work) {
    try {
      work();
    } catch (const Error& error) {
      PassOnWarnings();
      HandleError(job, error);
    } catch (const std::bad_alloc&) {
      Fail(job, "cannot explain image " + Quoted(job.path) + ": not enough memory", "");
    } catch (const std::exception& error) {
      Fail(job, "cannot explain image " + Quoted(job.path) + ": " + error.what(), "");
    }
  }

  void Accept(JobOrFailure next) {
    if (!plan_.jobs->total()) ++report_.counts.pictures;
    PassOnWarnings();
    if (const auto* job = std::get_if<Job>(&next)) {
      Load(*job);
    } else {
      AddFailure(std::get<Failure>(next));
    }
  }

  void Load(const Job& job) {
    Stopwatch watch;
    Guarded(job, [&] { batch_.Add(job, LoadPicture(job, options_->settings.decode)); });
    stages_.decode += watch.Lap();
  }

  void FinishBatch(const std::stop_token& stop) {
    Batch batch = std::exchange(batch_, {});
    failed_before_batch_ = report_.counts.failed;
    if (batch.size() > 0) ExplainAndWrite(batch, stop);
  }

  void ExplainAndWrite(Batch& batch, const std::stop_token& stop) {
    if (batch.size() == 1) {
      Guarded(batch.jobs.front(), [&] { Write(batch, Explain(batch), stop); });
      return;
    }
    std::vector<Explanation> explanations;
    try {
      explanations = Explain(batch);
    } catch (const std::exception&) {
      // One picture may have upset the model, or all of them together its memory.
      for (std::size_t i = 0; i < batch.size(); ++i) {
        Batch alone;
        if (EndsHere(stop)) return;
        alone.Add(batch.jobs[i], batch.Take(i));
        ExplainAndWrite(alone, stop);
      }
      return;
    }
    Write(batch, explanations, stop);
  }

  void Write(Batch& batch, const std::vector<Explanation>& explanations,
             const std::stop_token& stop) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (EndsHere(stop)) return;
      const Job& job = batch.jobs[i];
      Guarded(job, [&] {
        if (HasNonfiniteScores(explanations[i])) {
          observer_->OnWarning(
              "image " + Quoted(job.path) +
              ": the network's scores are not finite, its predictions mean nothing");
        }
        RemoveOldRunReport();
        report_.engine = explanations[i].engine;
        CountTruth(explanations[i]);
        if (!IsKept(explanations[i], options_->only)) {
          RemoveOldFiles(job);
          ++report_.counts.left_out;
          return;
        }
        Stopwatch watch;
        const PictureReport picture = WritePicture(job, batch.Take(i), explanations[i], Context());
        stages_.write += watch.Lap();
        Finish(job, picture);
      });
    }
  }

  void HandleError(const Job& job, const Error& error) {
    const bool of_run = error.kind() == ErrorKind::kUsage || error.kind() == ErrorKind::kModel;
    if (!of_run || has_explained_) {
      Fail(job, error.what(), error.hint());
    } else if (error.kind() == ErrorKind::kModel && !suspect_) {
      // One picture may upset a model; two, and none explained yet, show that it cannot work.
      suspect_ = {job, error};
    } else {
      throw suspect_ ? suspect_->error : error;
    }
  }

  // The model works: what it refused before was that picture's own failure.
  void FailSuspect() {
    if (const auto suspect = std::exchange(suspect_, std::nullopt)) {
      Fail(suspect->job, suspect->error.what(), suspect->error.hint());
    }
  }

  // Whether no further picture of a batch is to be explained or written.
  bool EndsHere(const std::stop_token& stop) {
    return StopsNow(stop) || (options_->fail_fast && report_.counts.failed > failed_before_batch_);
  }

  bool StopsNow(const std::stop_token& stop) {
    report_.interrupted = report_.interrupted || stop.stop_requested();
    return report_.interrupted;
  }

  static std::vector<std::optional<ClassTarget>> TruthsOf(const Batch& batch) {
    std::vector<std::optional<ClassTarget>> truths;
    truths.reserve(batch.jobs.size());
    for (const Job& job : batch.jobs) truths.push_back(job.truth);
    return truths;
  }

  void CountTruth(const Explanation& explanation) {
    const auto correct = IsCorrect(explanation.top, explanation.truth);
    if (correct) ++(*correct ? report_.counts.right : report_.counts.wrong);
  }

  std::vector<Explanation> Explain(const Batch& batch) {
    std::vector<Explanation> explanations =
        explainer_->Explain(batch.images, options_->settings.explain, TruthsOf(batch));
    PassOnWarnings();
    const bool is_first_of_many = !has_explained_ && plan_.jobs->total() != 1;
    if (options_->self_check == SelfCheck::kOn ||
        (options_->self_check == SelfCheck::kAuto && is_first_of_many)) {
      for (const Image& image : batch.images) explainer_->SelfCheck(image);
    }
    static_cast<void>(Context());  // waits for the model's digest: without it no report
    if (!has_explained_) MakeOutputFolder();
    has_explained_ = true;
    FailSuspect();
    return explanations;
  }

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

  void Finish(const Job& job, const PictureReport& picture) {
    has_written_ = true;
    observer_->OnPicture(picture, Context());
    const std::string problem = options_->strict ? StatusProblem(picture) : "";
    if (problem.empty()) {
      ++report_.counts.done;
      return;
    }
    AddFailure({job.name, "image " + Quoted(job.path) + ": " + problem, ""});
  }

  void Fail(const Job& job, const std::string& error, const std::string& hint) {
    AddFailure({job.name, error, hint});
    failed_jobs_.push_back(job);
  }

  void AddFailure(const Failure& failure) {
    has_failed_ = true;
    ++report_.counts.failed;
    report_.failures.push_back(failure);
    observer_->OnFailure(failure);
  }

  void PassOnWarnings() {
    for (const std::string& warning : plan_.jobs->TakeWarnings()) observer_->OnWarning(warning);
    for (const std::string& warning : explainer_->TakeWarnings()) observer_->OnWarning(warning);
    for (const std::string& note : explainer_->TakeNotes()) {
      observer_->OnNote(note);
      report_.notes.push_back(note);
    }
  }

  // Of the first explained picture on: only then are layer shape and class count known.
  const RunContext& Context() {
    if (!context_) {
      RunContext context;
      context.tool = ThisTool();
      context.model = {model_->name, model_->sha256(), explainer_->info()};
      context.settings = options_->settings;
      context.settings_sha256 = Sha256Of(CanonicalSettings(context.settings, context.model));
      context_ = std::move(context);
    }
    return *context_;
  }

  // A picture that failed has no results: those of an earlier run would pass for them.
  void RemoveOldFilesOfFailures() {
    for (const Job& job : failed_jobs_) {
      try {
        RemoveOldFiles(job);
      } catch (const Error& error) {
        observer_->OnWarning(error.what());
      }
    }
  }

  // The report of an earlier run does not describe a folder that this one has begun to write into.
  void RemoveOldRunReport() {
    std::error_code ignored;
    if (!has_written_) fs::remove(options_->output / RunReportName(options_->shard), ignored);
  }

  void WriteRunReport() {
    const fs::path file = options_->output / RunReportName(options_->shard);
    try {
      MakeOutputFolder();
      WriteAtomically(file, JsonText(report_, Context()));
    } catch (const Error& error) {
      AddFailure({RunReportName(options_->shard), error.what(), error.hint()});
    }
  }

  PictureExplainer* explainer_;
  const ModelFile* model_;
  const RunOptions* options_;
  Plan plan_;
  RunObserver* observer_;
  RunReport report_;
  std::optional<RunContext> context_;
  StageTimes stages_;
  Batch batch_;                     // decoded, not explained yet
  std::vector<Job> failed_jobs_;    // without results
  std::optional<Suspect> suspect_;  // a model error before anything was explained
  bool has_explained_ = false;
  bool has_written_ = false;
  bool has_failed_ = false;
  int failed_before_batch_ = 0;
};

}  // namespace

RunReport Run(PictureExplainer& explainer, const ModelFile& model, const RunOptions& options,
              Plan plan, RunObserver& observer, const std::stop_token& stop) {
  return Runner(explainer, model, options, std::move(plan), observer).Run(stop);
}

}  // namespace gradcam

#include "run/worker/worker.h"

#include <optional>
#include <span>
#include <utility>
#include <variant>

#include "gradcam/error.h"
#include "run/earlier_results.h"
#include "run/output_folder.h"
#include "run/picture_files.h"
#include "run/picture_work.h"
#include "run/pipeline/batch_explainer.h"
#include "run/pipeline/pipeline.h"
#include "run/temporary_name.h"
#include "run/worker/answers.h"
#include "run/worker/open_requests.h"
#include "run/worker/requested_jobs.h"

namespace gradcam {
namespace {

class Worker {
 public:
  Worker(PictureExplainer& explainer, const ModelFile& model, const RunOptions& options,
         const WorkerTalk& talk)
      : explainer_(&explainer),
        options_(&options),
        talk_(&talk),
        batches_(explainer, options, /*is_only=*/false),
        folder_(options.output),
        context_(MakeRunContext(model, explainer.info(), options.settings)) {
    engine_ = WarmUp();
    context_.model.info = explainer.info();  // with layer shape and class count
    if (!options.resume) return;
    RemoveAbandonedFiles(options.output);
    earlier_.emplace(context_, nullptr);
  }

  WorkerEnd Run(int requests, const std::stop_token& stop) {
    if (!talk_->answer(ReadyLine(context_, engine_))) return WorkerEnd::kUnread;
    RequestedJobs jobs(*options_, requests, open_);
    Pipeline pipeline(jobs, Work(), options_->io_threads, stop);
    bool is_read = true;
    while (auto next = pipeline.Next(explainer_->NextBatch())) {
      if (auto* ended = std::get_if<EndedPicture>(&*next)) {
        is_read = is_read && Note(*ended);
        if (!is_read) pipeline.Drain();
      } else {
        Explain(std::get<Pipeline::Batch>(*next), pipeline);
      }
    }
    if (!is_read) return WorkerEnd::kUnread;
    if (is_device_lost_) return WorkerEnd::kDeviceLost;
    return stop.stop_requested() ? WorkerEnd::kInterrupted : WorkerEnd::kNoMoreRequests;
  }

 private:
  // Shows that the model can explain the classes asked for, and how large its layer is.
  Engine WarmUp() {
    const Preprocess& preprocess = explainer_->info().preprocess;
    constexpr std::uint8_t kGrey = 128;
    Image grey{preprocess.width, preprocess.height, {}};
    grey.rgb.assign(
        static_cast<std::size_t>(grey.width) * static_cast<std::size_t>(grey.height) * 3, kGrey);
    ClassTarget truth;
    truth.by = ClassTarget::By::kIndex;
    const std::optional<ClassTarget> some_truth = truth;
    const PreparedPicture prepared = explainer_->Prepare(grey);
    const std::vector<Explanation> explanations = explainer_->Explain(
        std::span(&prepared, 1), options_->settings.explain, std::span(&some_truth, 1));
    PassOnWords();
    return explanations.front().engine;
  }

  [[nodiscard]] PictureWork Work() const {
    return WorkOfRun(*explainer_, options_->settings.decode, earlier_,
                     [this]() -> const RunContext& { return context_; });
  }

  void Explain(const Pipeline::Batch& batch, Pipeline& pipeline) {
    const auto take = [&](PictureInFlight& picture, std::variant<Explanation, Error> result) {
      const auto* const error = std::get_if<Error>(&result);
      if (error == nullptr) {
        pipeline.Write(picture, std::get<Explanation>(std::move(result)));
        return true;
      }
      pipeline.Fail(picture, *error);
      if (error->kind() != ErrorKind::kDevice) return true;
      talk_->fail(*error);
      is_device_lost_ = true;
      return false;
    };
    for (PictureInFlight* picture : batches_.Explain(batch, take)) pipeline.Drop(*picture);
    if (is_device_lost_) pipeline.Drain();
    PassOnWords();
  }

  // False if nobody reads answers any more.
  bool Note(const EndedPicture& ended) {
    const auto* const error = std::get_if<Error>(&ended.outcome);
    is_unanswered_ = is_unanswered_ || (error != nullptr && error->kind() == ErrorKind::kDevice);
    if (is_unanswered_) return true;
    const OpenPicture picture = open_.Oldest();
    const Request& request = *picture.request;
    if (!request.error) AddToAnswer(ended);
    open_.Close();
    if (!picture.is_last) return true;
    const Answer answer = std::exchange(answer_, {});
    return talk_->answer(request.error ? ErrorLine(request, *request.error) : answer.Line(request));
  }

  void AddToAnswer(const EndedPicture& ended) {
    if (const auto* report = std::get_if<PictureReport>(&ended.outcome)) {
      AddDone(ended.job, *report);
    } else if (const auto* earlier = std::get_if<EarlierReport>(&ended.outcome)) {
      AddEarlier(ended.job, *earlier);
    } else if (options_->resume && !ended.was_read) {
      // Its file, or what an earlier run made of it, may be back tomorrow, with its disk.
      AddFailure(ended.job, std::get<Error>(ended.outcome));
    } else {
      Fail(ended.job, std::get<Error>(ended.outcome));
    }
  }

  void AddDone(const Job& job, const PictureReport& report) {
    try {
      folder_.RequireInPlace();
      RequireFilesOf(report);
      folder_.Hold();
      answer_.Add(report, context_);
    } catch (const Error& error) {
      RemoveFilesOf(report);
      Fail(job, error);
    }
  }

  void AddEarlier(const Job& job, const EarlierReport& earlier) {
    try {
      folder_.RequireInPlace();
      if (earlier_) earlier_->RequireFiles(job, earlier);
      folder_.Hold();
      answer_.Add(earlier);
    } catch (const Error& error) {
      // A disk that does not answer keeps what is on it.
      if (error.kind() == ErrorKind::kInput) {
        AddFailure(job, error);
      } else {
        Fail(job, error);
      }
    }
  }

  void Fail(const Job& job, const Error& error) {
    AddFailure(job, error);
    RemoveOldFilesOf(job);
  }

  void AddFailure(const Job& job, const Error& error) {
    answer_.Add(Failure{job.name, error.what(), error.hint()});
  }

  // A picture that failed has no results: older ones would pass for them.
  void RemoveOldFilesOf(const Job& job) const {
    try {
      RemoveOldFiles(job);
    } catch (const Error& error) {
      talk_->warn(error.what());
    }
  }

  void PassOnWords() {
    for (const std::string& warning : explainer_->TakeWarnings()) talk_->warn(warning);
    for (const std::string& note : explainer_->TakeNotes()) talk_->note(note);
  }

  PictureExplainer* explainer_;
  const RunOptions* options_;
  const WorkerTalk* talk_;
  BatchExplainer batches_;
  OutputFolder folder_;  // held from the first picture on that is in it
  RunContext context_;
  Engine engine_ = Engine::kLibtorch;      // of the first picture
  std::optional<EarlierResults> earlier_;  // with RunOptions::resume
  OpenRequests open_;
  Answer answer_;                // of the request whose pictures come out
  bool is_device_lost_ = false;  // nothing more can be computed
  bool is_unanswered_ = false;   // from the picture on that it was lost with
};

}  // namespace

WorkerEnd RunWorker(PictureExplainer& explainer, const ModelFile& model, const RunOptions& options,
                    int requests, const WorkerTalk& talk, const std::stop_token& stop) {
  return Worker(explainer, model, options, talk).Run(requests, stop);
}

}  // namespace gradcam

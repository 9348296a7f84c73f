#include "cli/dry_run_job.h"

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gradcam/error.h"
#include "report/json_text.h"
#include "report/path_json.h"
#include "report/picture_report.h"
#include "report/text.h"
#include "run/output_names.h"
#include "run/temporary_name.h"

namespace gradcam {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchemaVersion = 1;

namespace fs = std::filesystem;

std::vector<std::string> Below(const fs::path& folder, const std::vector<std::string>& names) {
  std::vector<std::string> files;
  files.reserve(names.size());
  for (const std::string& name : names) files.push_back((folder / name).string());
  return files;
}

// Prints each picture when it is known: a list of them may be long.
class PlanPrinter {
 public:
  PlanPrinter(bool json, const Messages& messages) : json_(json), messages_(messages) {
    if (json_) {
      std::cout << "{\n\"schema_version\": " << kSchemaVersion << ",\n\"dry_run\": true,\n"
                << "\"pictures\": [";
    }
  }

  void Print(const Job& job, const Settings& settings) {
    const std::vector<std::string> writes = NamesToWrite(job, settings);
    if (json_) {
      Json json = PathToJson("file", job.name);
      json.update(PathToJson("image", job.path.string()));
      if (job.truth) json["class"] = TargetToJson(*job.truth);
      json.update(PathsToJson("writes", Below(job.folder, writes)));
      json.update(PathsToJson("removes", Below(job.folder, job.stale)));
      std::cout << (pictures_ == 0 ? "\n" : ",\n") << JsonLine(json);
    } else {
      std::cout << Printable(job.path.string()) << '\n';
      for (const std::string& file : Below(job.folder, writes)) PrintFile("write ", file);
      for (const std::string& file : Below(job.folder, job.stale)) PrintFile("remove", file);
    }
    ++pictures_;
    writes_ += writes.size();
    removes_ += job.stale.size();
  }

  // The results of a picture are there.
  void Skip() { ++resumed_; }

  // `folder`: of the output. What else --resume does there: it removes what killed runs left.
  void PrintAbandoned(const fs::path& folder) {
    abandoned_.emplace();
    for (const fs::path& file : AbandonedFiles(folder)) {
      abandoned_->push_back(file.string());
    }
    removes_ += abandoned_->size();
    if (json_ || abandoned_->empty()) return;
    std::cout << "left by runs that were killed\n";
    for (const std::string& file : *abandoned_) PrintFile("remove", file);
  }

  void Fail(const Failure& failure) {
    messages_.PrintError(failure.error, failure.hint);
    failures_.push_back(ToJson(failure));
  }

  // `skipped`: files in folders that are no pictures by their name.
  void Finish(const fs::path& run_report, int skipped) const {
    if (json_) {
      Json json{{"skipped", skipped}};
      if (abandoned_) {
        json["resumed"] = resumed_;
        json.update(PathsToJson("removes", *abandoned_));
      }
      json["failures"] = failures_;
      json.update(PathToJson("run_report", run_report.string()));
      std::cout << ']';
      for (const auto& [key, value] : json.items()) {
        std::cout << ",\n" << JsonLine(key) << ": " << JsonLine(value);
      }
      std::cout << "\n}\n";
    }
    const std::string earlier =
        abandoned_ ? std::to_string(resumed_) + " done by an earlier run, " : "";
    messages_.PrintNote("dry run: " + std::to_string(pictures_) + " pictures, " + earlier +
                        std::to_string(writes_) + " files to write besides " + Quoted(run_report) +
                        ", " + std::to_string(removes_) +
                        " older ones to remove; nothing was done");
  }

  [[nodiscard]] bool has_failures() const { return !failures_.empty(); }

 private:
  static void PrintFile(const char* verb, const std::string& file) {
    std::cout << "  " << verb << " " << Printable(file) << '\n';
  }

  bool json_;
  const Messages& messages_;
  std::size_t pictures_ = 0;
  std::size_t writes_ = 0;
  std::size_t removes_ = 0;
  std::size_t resumed_ = 0;
  std::optional<std::vector<std::string>> abandoned_;  // with --resume
  Json failures_ = Json::array();
};

void ListPicture(const Job& job, const std::optional<ResumePreview>& resume,
                 const Settings& settings, PlanPrinter& printer) {
  try {
    if (resume && resume->Skips(job)) {
      printer.Skip();
    } else {
      printer.Print(job, settings);
    }
  } catch (const Error& error) {
    printer.Fail({job.name, error.what(), error.hint()});
  }
}

}  // namespace

ExitCode ListPlan(Plan plan, const std::optional<ResumePreview>& resume,
                  const ExplainArguments& arguments, const Messages& messages) {
  const RunOptions& run = arguments.run;
  PlanPrinter printer(arguments.talk.json, messages);
  for (const Failure& failure : plan.failures) printer.Fail(failure);
  while (std::optional<JobOrFailure> next = plan.jobs->Next({})) {
    for (const std::string& warning : plan.jobs->TakeWarnings()) messages.PrintWarning(warning);
    if (const auto* job = std::get_if<Job>(&*next)) {
      ListPicture(*job, resume, run.settings, printer);
    } else {
      printer.Fail(std::get<Failure>(*next));
    }
  }
  for (const std::string& warning : plan.jobs->TakeWarnings()) messages.PrintWarning(warning);
  if (resume) printer.PrintAbandoned(run.output);
  printer.Finish(run.output / RunReportName(run.shard), plan.skipped);
  return printer.has_failures() ? kExitSomeFailed : kExitDone;
}

}  // namespace gradcam

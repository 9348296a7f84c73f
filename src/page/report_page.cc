#include "page/report_page.h"

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include "gradcam/error.h"
#include "page/parallel.h"
#include "report/text.h"
#include "results/missing_shards.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

// What the runs of a folder left, put together.
struct Runs {
  std::vector<StoredRun> runs;
  std::vector<std::string> inputs;  // each once
  std::vector<Failure> failures;
};

Runs ReadRuns(const ResultFolder& folder, const ResultListing& listing) {
  Runs all;
  all.failures = listing.failures;
  std::set<std::string> inputs;
  std::set<std::pair<std::string, std::string>> told;  // file and error
  for (const std::string& name : listing.runs) {
    try {
      all.runs.push_back(folder.ReadRun(name));
    } catch (const Error& error) {
      all.failures.push_back({name, error.what(), error.hint()});
      continue;
    }
    const RunReport& report = all.runs.back().report;
    inputs.insert(report.inputs.begin(), report.inputs.end());
    for (const Failure& failure : report.failures) {
      // Each shard tells of a folder that cannot be listed, and the run.json of all tells it again.
      if (told.emplace(failure.file, failure.error).second) all.failures.push_back(failure);
    }
  }
  all.inputs.assign(inputs.begin(), inputs.end());
  return all;
}

PageEntry EntryOf(const Failure& failure) {
  PageEntry entry;
  entry.file = failure.file;
  entry.state = kFailedState;
  entry.error = failure.error;
  entry.hint = failure.hint;
  return entry;
}

// Distinct texts in the order of their coming.
std::string Together(const std::vector<std::string>& texts) {
  std::vector<std::string> distinct;
  std::string together;
  for (const std::string& text : texts) {
    if (text.empty() || std::ranges::find(distinct, text) != distinct.end()) continue;
    distinct.push_back(text);
    together += (together.empty() ? "" : ", ") + text;
  }
  return together;
}

// "2024-05-06T07:08:09Z" for people; other texts as they are.
std::string TimeText(const std::string& time) {
  constexpr std::size_t kMinutes = 16;
  if (time.size() != 20 || time[10] != 'T' || time.back() != 'Z') return time;
  return time.substr(0, 10) + " " + time.substr(11, kMinutes - 11) + " UTC";
}

// Nothing for a report that cannot be read: it has an entry of its own.
std::optional<StoredReport> ReportAt(const ResultFolder& folder, const ReportPlace& place) {
  try {
    return folder.ReadReport(place);
  } catch (const Error&) {
    return std::nullopt;
  }
}

// The first report that can be read.
std::optional<StoredReport> FirstReport(const ResultFolder& folder, const ResultListing& listing) {
  for (const ReportPlace& place : listing.reports) {
    if (std::optional<StoredReport> stored = ReportAt(folder, place)) return stored;
  }
  return std::nullopt;
}

PageHead HeadOf(const ResultFolder& folder, const ResultListing& listing, const Runs& runs,
                PictureUse use) {
  PageHead head;
  head.title = fs::canonical(folder.path()).filename().string();
  head.tile_names = {"Overlay", "Picture", "Heatmap"};
  head.map_names = {"Grad-CAM", "Saliency"};
  head.states = EntryStates();
  std::vector<std::string> models;
  std::vector<std::string> layers;
  std::vector<std::string> starts;
  for (const StoredRun& run : runs.runs) {
    models.push_back(run.model.info.name);
    layers.push_back(run.model.info.layer);
    starts.push_back(run.report.started);
  }
  if (std::ranges::any_of(runs.runs, [](const StoredRun& run) { return run.report.interrupted; })) {
    head.notes.emplace_back("The run was interrupted: pictures may be missing.");
  }
  const std::optional<StoredReport> first = FirstReport(folder, listing);
  if (first) {
    models.push_back(first->run.model.info.name);
    layers.push_back(first->run.model.info.layer);
    head.opacity = std::clamp(first->run.settings.render.alpha, 0.0, 1.0);
  }
  head.facts = {{"Model", Together(models)}, {"Layer", Together(layers)}};
  if (first) head.facts.push_back({"Score", NameOf(first->run.settings.explain.score)});
  if (!starts.empty()) {
    head.facts.push_back({"Started", TimeText(*std::ranges::min_element(starts))});
  }
  head.map_cut = use == PictureUse::kLink ? MapCut::kWhole : MapCut::kSeen;
  if (runs.runs.empty()) {
    head.notes.emplace_back(
        "There is no run.json: the run has not ended, and pictures that failed are not known.");
  }
  for (const std::string& text : MissingShards(listing)) {
    head.notes.push_back("Pictures may be missing: " + text + ".");
  }
  return head;
}

// Where the run may have been started: here, or beside its output folder.
std::vector<fs::path> StartsOf(const fs::path& folder) {
  return {fs::current_path(), fs::canonical(folder).parent_path()};
}

void Count(const std::vector<PageEntry>& entries, ReportPageSummary& summary) {
  if (entries.empty()) return;
  const bool is_failure = entries.front().state == kFailedState;
  ++(is_failure ? summary.failures : summary.pictures);
  const auto incomplete =
      std::ranges::find_if(entries, [](const PageEntry& entry) { return !entry.notes.empty(); });
  if (incomplete != entries.end()) {
    summary.missing.push_back(incomplete->file + ": " + incomplete->notes.front());
  }
}

}  // namespace

ReportPageSummary WriteReportPage(const ReportPageOptions& options) {
  const ResultFolder folder(options.folder);
  const ResultListing listing = folder.List();
  const Runs runs = ReadRuns(folder, listing);
  const OriginalPictures originals(runs.inputs, StartsOf(options.folder), options.images);
  const fs::path file = options.output.value_or(options.folder / kReportPageName);
  const PictureEntries entries(folder, originals, options.use, fs::absolute(file).parent_path());
  PageWriter page(file, HeadOf(folder, listing, runs, options.use));

  ReportPageSummary summary;
  summary.failures = runs.failures.size();
  summary.missing_shards = MissingShards(listing);
  for (const Failure& failure : runs.failures) page.Add(EntryOf(failure));
  // Many at a time, for the threads; few enough to hold.
  constexpr std::size_t kTogether = 256;
  for (std::size_t first = 0; first < listing.reports.size(); first += kTogether) {
    std::vector<std::vector<PageEntry>> made(std::min(kTogether, listing.reports.size() - first));
    ForEachInParallel(made.size(), options.threads,
                      [&](std::size_t i) { made[i] = entries.Of(listing.reports[first + i]); });
    for (const std::vector<PageEntry>& picture : made) {
      Count(picture, summary);
      for (const PageEntry& entry : picture) page.Add(entry);
    }
  }
  if (summary.pictures + summary.failures == 0) {
    throw Error(ErrorKind::kUsage, "no results in folder " + Quoted(options.folder),
                "results are reports: the main job writes them unless --write leaves both json and "
                "jsonl out");
  }
  summary.pages = page.Finish();
  return summary;
}

}  // namespace gradcam

#include "run/earlier_results.h"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "core/file_handle.h"
#include "core/read_file.h"
#include "explain/class_lookup.h"
#include "gradcam/error.h"
#include "report/parse_report.h"
#include "report/report_file.h"
#include "report/text.h"
#include "run/ground_truth.h"
#include "run/output_names.h"
#include "run/own_report.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

bool HasContent(const fs::path& file) {
  try {
    constexpr std::size_t kBeginning = 100;
    return !IsZeroFilled(ReadAt(OpenRegularFile(file).handle, 0, kBeginning));
  } catch (const std::system_error&) {
    return true;  // nothing says that it has none
  }
}

// Power loss can leave a renamed file empty, or full of zeros. Throws Error(kInput) if nobody can
// tell.
bool IsThere(const fs::path& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) == 0) {
    return S_ISREG(status.st_mode) && status.st_size > 0 && HasContent(file);
  }
  if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) return false;
  throw Error(ErrorKind::kInput,
              "cannot read the earlier " + Quoted(file) + ": " + SystemMessage(errno));
}

bool HasTruth(const PictureReport& picture, const Job& job, int classes,
              const std::vector<Label>& labels) {
  if (!job.truth || !picture.truth) return job.truth.has_value() == picture.truth.has_value();
  return picture.truth->index == ResolveClass(*job.truth, {}, classes, labels);
}

}  // namespace

std::optional<EarlierReport> EarlierResults::Find(const Job& job,
                                                  const std::string& picture_sha256) const {
  try {
    std::string text = ReadText(job);
    if (text.empty()) return std::nullopt;
    StoredReport stored = ParseReport(text, "report");
    if (stored.picture.image.file != job.name || stored.picture.image.sha256 != picture_sha256 ||
        !IsOfThisRun(stored.picture, stored.run, job) || !HasAllFiles(stored.picture, job) ||
        !IsKept(stored.picture.top, stored.picture.truth, only_)) {
      return std::nullopt;
    }
    return EarlierReport{std::move(text), std::move(stored)};
  } catch (const Error&) {
    return std::nullopt;  // damaged, or another program's: for the run itself to deal with
  }
}

void EarlierResults::RequireFiles(const Job& job, const EarlierReport& found) const {
  if (HasAllFiles(found.stored.picture, job)) return;
  throw Error(ErrorKind::kOutput,
              "the earlier results of " + Quoted(job.path) + " were removed during the run",
              "--resume does again what is missing");
}

std::string EarlierResults::ReadText(const Job& job) const {
  if (!run_.settings.outputs.contains(Output::kJson)) return lines_->Find(job.name);
  try {
    return ReadReportFile(job.folder / OutputName(job.stem, {}, FileKind::kReport));
  } catch (const std::system_error&) {
    return "";
  }
}

bool EarlierResults::IsOfThisRun(const PictureReport& picture, const RunContext& run,
                                 const Job& job) const {
  return run.settings_sha256 == run_.settings_sha256 && run.model.sha256 == run_.model.sha256 &&
         HasTruth(picture, job, run.model.info.classes, run_.model.info.labels);
}

bool EarlierResults::HasAllFiles(const PictureReport& picture, const Job& job) const {
  const Settings& settings = run_.settings;
  const bool several_classes = settings.explain.classes.size() > 1;
  const auto is_there = [&](const std::optional<int> index, const OutputEnding& ending) {
    return IsThere(job.folder / OutputName(job.stem, index, ending.kind, ending.format));
  };
  for (const OutputEnding& ending : WrittenEndings(settings.outputs, settings.render.format)) {
    if (!several_classes || !IsPerClass(ending.kind)) {
      if (!is_there(std::nullopt, ending)) return false;
      continue;
    }
    for (const ClassReport& report : picture.explanations) {
      if (!is_there(report.prediction.index, ending)) return false;
    }
  }
  return true;
}

}  // namespace gradcam

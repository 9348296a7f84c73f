#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/environment.h"
#include "cli/messages.h"
#include "cli/terminal.h"
#include "cli/values.h"
#include "compare/picture_comparison.h"
#include "gradcam/explainer.h"
#include "page/report_page.h"
#include "run/run_options.h"

namespace gradcam {

// How a command talks.
struct Talk {
  bool json = false;  // one JSON document on stdout in place of the table
  Verbosity verbosity = Verbosity::kNormal;
  When color = When::kAuto;
  When progress = When::kAuto;
};

// Which model file, and how it may be loaded.
struct ModelChoice {
  std::string model;                          // a name or a path
  std::optional<std::string> models_dir;      // --models-dir
  std::optional<std::filesystem::path> card;  // --card
  bool trust_model = false;                   // --trust-model
};

// The main job: explain pictures.
struct ExplainArguments {
  ModelChoice model;
  std::optional<std::filesystem::path> labels;  // --labels
  LoadOptions load;  // without card and labels, which are files still to be read
  RunOptions run;    // io_threads is still to be chosen
  std::optional<int> threads;
  bool dry_run = false;  // only list what would be written
  std::optional<int> io_threads;
  Talk talk;
};

// gradcam worker: as the main job, but pictures are named by requests.
struct WorkerArguments {
  ExplainArguments job;
};

// gradcam layers MODEL
struct LayersArguments {
  ModelChoice model;
  std::optional<InputSize> input_size;
  std::optional<int> threads;
  Talk talk;
};

// gradcam models
struct ModelsArguments {
  std::optional<std::string> models_dir;
  Talk talk;
};

// gradcam compare BASELINE CURRENT
struct CompareArguments {
  std::filesystem::path baseline;
  std::filesystem::path current;
  CompareOptions options;
  std::optional<std::filesystem::path> junit;     // --junit
  std::optional<std::filesystem::path> diff_dir;  // --diff-dir
  std::optional<std::filesystem::path> html;      // --html
  bool update = false;                            // --update
  Talk talk;
};

// gradcam report DIR
struct ReportArguments {
  ReportPageOptions page;  // but for the number of threads
  std::optional<int> threads;
  Talk talk;
};

// --help and --version: text for stdout, nothing else to do.
struct TextRequest {
  std::string text;
};

using Arguments = std::variant<ExplainArguments, WorkerArguments, LayersArguments, ModelsArguments,
                               CompareArguments, ReportArguments, TextRequest>;

// The command line without the program's name. Options beat `environment`, which beats defaults.
// Throws Error(kUsage).
[[nodiscard]] Arguments ParseArguments(const std::vector<std::string>& command_line,
                                       const Environment& environment);

}  // namespace gradcam

#include "cli/compare_arguments.h"

#include <filesystem>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/read_options.h"
#include "compare/short_number.h"
#include "core/path_below.h"
#include "report/text.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

// The value of a limit that lies in minimum...1.
double LimitOr(const CommandLine& line, const std::string& option, double minimum,
               double default_value) {
  if (!line.Has(option)) return default_value;
  const double value = ParseNumber(option, line.Value(option));
  if (value < minimum || value > 1) {
    ThrowUsage("option " + option + ": must be in " + ShortNumber(minimum) + "...1");
  }
  return value;
}

Limits ReadLimits(const CommandLine& line) {
  const Limits defaults;
  Limits limits;
  limits.max_difference = LimitOr(line, "--max-diff", 0, defaults.max_difference);
  limits.max_rmse = LimitOr(line, "--max-rmse", 0, defaults.max_rmse);
  limits.min_correlation = LimitOr(line, "--min-corr", -1, defaults.min_correlation);
  limits.min_iou = LimitOr(line, "--min-iou", 0, defaults.min_iou);
  limits.max_peak_shift = LimitOr(line, "--max-peak-shift", 0, defaults.max_peak_shift);
  limits.max_probability_difference =
      LimitOr(line, "--max-prob-diff", 0, defaults.max_probability_difference);
  return limits;
}

// Whoever writes to a path that cannot be followed says why.
fs::path RealPathOrItself(const fs::path& path) {
  try {
    return RealPath(path);
  } catch (const fs::filesystem_error&) {
    return path;
  }
}

// The options that write, with what they write to.
std::vector<std::pair<std::string, fs::path>> WrittenPaths(const CompareArguments& arguments) {
  std::vector<std::pair<std::string, fs::path>> outputs;
  const auto add = [&outputs](const std::string& option, const std::optional<fs::path>& path) {
    if (path) outputs.emplace_back(option, RealPathOrItself(*path));
  };
  add("--junit", arguments.junit);
  add("--html", arguments.html);
  add("--diff-dir", arguments.diff_dir);
  return outputs;
}

void RequireApart(const CompareArguments& arguments) {
  const auto outputs = WrittenPaths(arguments);
  for (auto one = outputs.begin(); one != outputs.end(); ++one) {
    for (auto other = std::next(one); other != outputs.end(); ++other) {
      if (one->second != other->second) continue;
      ThrowUsage(
          "options " + one->first + " and " + other->first + " both write " + Quoted(one->second),
          "give each a file of its own");
    }
  }
}

}  // namespace

CompareArguments ReadCompareArguments(const CommandLine& line) {
  const std::vector<std::string>& paths = line.positionals();
  if (paths.size() != 2 || paths[0].empty() || paths[1].empty()) {
    ThrowUsage("'gradcam compare' takes two folders of results, or two reports",
               "gradcam compare BASELINE CURRENT");
  }
  CompareArguments arguments;
  arguments.baseline = paths[0];
  arguments.current = paths[1];
  arguments.options = {.limits = ReadLimits(line),
                       .allow_missing = line.Has("--allow-missing"),
                       .allow_new = line.Has("--allow-new"),
                       .same_model = line.Has("--same-model"),
                       .allow_setup_change = line.Has("--allow-setup-change")};
  arguments.junit = ReadText(line, "--junit");
  arguments.diff_dir = ReadText(line, "--diff-dir");
  arguments.html = ReadText(line, "--html");
  RequireApart(arguments);
  arguments.update = line.Has("--update");
  arguments.talk = ReadTalk(line);
  return arguments;
}

}  // namespace gradcam

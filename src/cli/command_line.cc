#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <sstream>
#include <utility>

#include "cli/suggest.h"
#include "gradcam/error.h"

namespace gradcam {
namespace {

[[noreturn]] void ThrowUsage(const std::string& message, std::string hint = "") {
  if (hint.empty()) hint = "'gradcam --help' lists the options";
  throw Error(ErrorKind::kUsage, message, hint);
}

std::string LongName(const OptionSpec& option) {
  return option.names.substr(option.names.find("--"));
}

std::vector<OptionSpec> AllOptions(const CommandSpec& spec) {
  std::vector<OptionSpec> options;
  for (const OptionGroup& group : spec.groups) {
    options.insert(options.end(), group.options.begin(), group.options.end());
  }
  return options;
}

[[noreturn]] void ThrowUnknownOption(const CommandSpec& spec, const std::string& argument) {
  const std::string name = argument.substr(0, argument.find('='));
  std::vector<std::string> known;
  for (const OptionSpec& option : AllOptions(spec)) known.push_back(LongName(option));
  ThrowUsage("unknown option '" + name + "'", DidYouMean(name, known));
}

// CLI11 takes the next argument as the value of "--name=", which would swallow a picture.
void RefuseEmptyValues(const CommandSpec& spec, const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    if (argument == "--") return;
    for (const OptionSpec& option : AllOptions(spec)) {
      if (argument == LongName(option) + "=") {
        ThrowUsage("option " + LongName(option) + " needs a value");
      }
    }
  }
}

// CLI11 works on names and counts only; values stay text and are read by arguments.cc.
std::map<std::string, CLI::Option*> AddOptions(CLI::App& app, const CommandSpec& spec) {
  std::map<std::string, CLI::Option*> added;
  for (const OptionSpec& option : AllOptions(spec)) {
    CLI::Option* handle =
        option.value.empty() ? app.add_flag(option.names) : app.add_option(option.names);
    handle->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    added[LongName(option)] = handle;
  }
  return added;
}

void Parse(CLI::App& app, const std::vector<std::string>& arguments) {
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::ArgumentMismatch&) {
    // With one value an option, only the last argument can lack its own.
    ThrowUsage("option " + arguments.back() + " needs a value");
  } catch (const CLI::ParseError& error) {
    ThrowUsage(error.what());
  }
}

void CheckValues(const OptionSpec& option, const std::vector<std::string>& values,
                 const std::map<std::string, CLI::Option*>& options) {
  const std::string name = LongName(option);
  if (option.value.empty()) {
    if (std::any_of(values.begin(), values.end(), [](auto& value) { return value != "true"; })) {
      ThrowUsage(name + " takes no value");
    }
    return;
  }
  if (values.size() > 1 && !option.repeatable) {
    ThrowUsage("option " + name + " is given twice: '" + values[0] + "' and '" + values[1] + "'");
  }
  const auto swallowed = std::find_if(values.begin(), values.end(),
                                      [&](auto& value) { return options.contains(value); });
  if (swallowed != values.end()) {
    ThrowUsage("option " + name + " needs a value, found option " + *swallowed);
  }
}

std::vector<std::string> Words(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

std::vector<std::string> WrappedLines(const std::vector<std::string>& words, std::size_t width) {
  std::vector<std::string> lines(1);
  for (const std::string& word : words) {
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width) {
      lines.emplace_back();
    }
    lines.back() += (lines.back().empty() ? "" : " ") + word;
  }
  return lines;
}

std::string OptionHelp(const OptionSpec& option) {
  constexpr std::size_t kColumn = 31;
  constexpr std::size_t kWidth = 100 - kColumn;
  std::string names = option.names.starts_with("--") ? "    " + option.names : option.names;
  if (const std::size_t comma = names.find(','); comma != std::string::npos) {
    names.insert(comma + 1, " ");
  }
  std::vector<std::string> words = Words(option.description);
  if (!option.default_value.empty()) words.push_back("[default: " + option.default_value + "]");
  if (!option.variable.empty()) words.push_back("[env: " + option.variable + "]");
  std::string text = "  " + names + (option.value.empty() ? "" : " " + option.value);
  text += text.size() + 2 > kColumn ? "\n" + std::string(kColumn, ' ')
                                    : std::string(kColumn - text.size(), ' ');
  bool first = true;
  for (const std::string& line : WrappedLines(words, kWidth)) {
    text += (first ? "" : std::string(kColumn, ' ')) + line + "\n";
    first = false;
  }
  return text;
}

}  // namespace

OptionSpec OptionSpec::Default(std::string text) && {
  default_value = std::move(text);
  return std::move(*this);
}

OptionSpec OptionSpec::Variable(std::string name) && {
  variable = std::move(name);
  return std::move(*this);
}

OptionSpec OptionSpec::Repeatable() && {
  repeatable = true;
  return std::move(*this);
}

OptionSpec Option(std::string names, std::string value, std::string description) {
  OptionSpec option;
  option.names = std::move(names);
  option.value = std::move(value);
  option.description = std::move(description);
  return option;
}

OptionSpec Flag(std::string names, std::string description) {
  return Option(std::move(names), "", std::move(description));
}

CommandLine::CommandLine(const CommandSpec& spec, const std::vector<std::string>& arguments) {
  RefuseEmptyValues(spec, arguments);
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  const std::map<std::string, CLI::Option*> options = AddOptions(app, spec);
  Parse(app, arguments);

  bool options_ended = false;
  for (const std::string& argument : app.remaining()) {
    if (!options_ended && argument == "--") {
      options_ended = true;
    } else if (!options_ended && argument.size() > 1 && argument.starts_with('-')) {
      ThrowUnknownOption(spec, argument);
    } else {
      positionals_.push_back(argument);
    }
  }
  for (const OptionSpec& option : AllOptions(spec)) {
    const std::string name = LongName(option);
    std::vector<std::string> values = options.at(name)->results();
    if (values.empty()) continue;
    CheckValues(option, values, options);
    values_[name] = std::move(values);
  }
}

bool CommandLine::Has(const std::string& option) const { return values_.contains(option); }

std::string CommandLine::Value(const std::string& option) const {
  const auto found = values_.find(option);
  return found == values_.end() ? "" : found->second.front();
}

std::vector<std::string> CommandLine::Values(const std::string& option) const {
  const auto found = values_.find(option);
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

std::string HelpText(const CommandSpec& spec) {
  std::string text = spec.usage;
  text.append("\n").append(spec.description).append("\n");
  for (const OptionGroup& group : spec.groups) {
    text.append("\n").append(group.title).append(":\n");
    for (const OptionSpec& option : group.options) text += OptionHelp(option);
  }
  if (!spec.footer.empty()) text.append("\n").append(spec.footer);
  return text;
}

}  // namespace gradcam

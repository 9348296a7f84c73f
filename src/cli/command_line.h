#pragma once

#include <map>
#include <string>
#include <vector>

namespace gradcam {

// One option of a command.
struct OptionSpec {
  std::string names;  // "-m,--model" or "--model"
  std::string value;  // what follows in the help ("FILE"); empty: a flag
  std::string description;
  std::string default_value;  // for the help; may be empty
  std::string variable;       // environment variable with the same meaning; may be empty
  bool repeatable = false;

  [[nodiscard]] OptionSpec Default(std::string text) &&;
  [[nodiscard]] OptionSpec Variable(std::string name) &&;
  [[nodiscard]] OptionSpec Repeatable() &&;
};

[[nodiscard]] OptionSpec Option(std::string names, std::string value, std::string description);
[[nodiscard]] OptionSpec Flag(std::string names, std::string description);

struct OptionGroup {
  std::string title;
  std::vector<OptionSpec> options;
};

// A command: what can be said to it and its help.
struct CommandSpec {
  std::string usage;  // one line a form
  std::string description;
  std::vector<OptionGroup> groups;
  std::string footer;
};

// A command line as text, checked against a CommandSpec. Options are named as "--model".
class CommandLine {
 public:
  // Every option takes exactly one value, whatever the value looks like ("--image -"); "--" ends
  // the options; values are never split. Throws Error(kUsage): unknown option (with the nearest
  // ones), missing value, option given twice.
  CommandLine(const CommandSpec& spec, const std::vector<std::string>& arguments);

  [[nodiscard]] bool Has(const std::string& option) const;
  // The (first) value; "" for an option that is not given.
  [[nodiscard]] std::string Value(const std::string& option) const;
  [[nodiscard]] std::vector<std::string> Values(const std::string& option) const;
  [[nodiscard]] const std::vector<std::string>& positionals() const { return positionals_; }

 private:
  std::map<std::string, std::vector<std::string>> values_;
  std::vector<std::string> positionals_;
};

// The text of --help.
[[nodiscard]] std::string HelpText(const CommandSpec& spec);

}  // namespace gradcam

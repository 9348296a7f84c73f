#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/arguments.h"
#include "cli/command_line.h"
#include "cli/values.h"

namespace gradcam {

// Options that several commands have, as values; nothing for one that is not given. All throw
// Error(kUsage).

[[noreturn]] void ThrowUsage(const std::string& message, const std::string& hint = "");

// A text that is not empty.
[[nodiscard]] std::optional<std::string> ReadText(const CommandLine& line,
                                                  const std::string& option);

[[nodiscard]] std::optional<double> ReadNumber(const CommandLine& line, const std::string& option);

// "R,G,B".
[[nodiscard]] std::optional<std::array<double, 3>> ReadTriple(const CommandLine& line,
                                                              const std::string& option);

// A number of threads, from 1 to 1024.
[[nodiscard]] std::optional<int> ReadThreads(const CommandLine& line, const std::string& option);

// --input-size.
[[nodiscard]] std::optional<InputSize> ReadInputSize(const CommandLine& line);

// --json, --quiet, --verbose, --color, --progress.
[[nodiscard]] Talk ReadTalk(const CommandLine& line);

// --models-dir, --card, --trust-model, for `model`, a name or a path.
[[nodiscard]] ModelChoice ReadModelChoice(const CommandLine& line, std::string model);

// The one of `choices` whose NameOf is the value.
template <typename T>
[[nodiscard]] std::optional<T> ReadNamed(const CommandLine& line, const std::string& option,
                                         const std::vector<T>& choices) {
  if (!line.Has(option)) return std::nullopt;
  std::vector<std::pair<std::string, T>> named;
  named.reserve(choices.size());
  for (const T choice : choices) named.emplace_back(NameOf(choice), choice);
  return ParseChoice(option, line.Value(option), named);
}

}  // namespace gradcam

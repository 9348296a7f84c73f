#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gradcam/explainer.h"
#include "report/settings.h"
#include "report/shard.h"

namespace gradcam {

// Values of options as text to values as types. `option` stands in messages ("--top-k"). All throw
// Error(kUsage) that says what was expected.

// A whole number in minimum...maximum; digits only.
[[nodiscard]] std::int64_t ParseWhole(const std::string& option, const std::string& text,
                                      std::int64_t minimum, std::int64_t maximum);

// A finite decimal number ("-0.5", "1e-3").
[[nodiscard]] double ParseNumber(const std::string& option, const std::string& text);

// Three finite numbers "R,G,B".
[[nodiscard]] std::array<double, 3> ParseTriple(const std::string& option, const std::string& text);

struct InputSize {
  int height = 0;
  int width = 0;
};

// "N" for a square, or "HxW".
[[nodiscard]] InputSize ParseSize(const std::string& option, const std::string& text);

// "K/N": two whole numbers, 1 <= K <= N.
[[nodiscard]] Shard ParseShard(const std::string& option, const std::string& text);

// "top", "truth", digits for an index, "label:TEXT" or any other text for a label.
[[nodiscard]] ClassTarget ParseClass(const std::string& text);

// "gradcam,panel,...": at least one.
[[nodiscard]] Outputs ParseOutputs(const std::string& text);

// "auto", "cpu", "cuda" or "cuda:N". `origin`: "option --device".
[[nodiscard]] Device ParseDevice(const std::string& origin, const std::string& text);

// One of `choices` by its name; an unknown one gets the list and the nearest names.
template <typename T>
[[nodiscard]] T ParseChoice(const std::string& option, const std::string& text,
                            const std::vector<std::pair<std::string, T>>& choices);

// As ParseChoice, for names only: the position of `text` in `names`.
[[nodiscard]] std::size_t ParseName(const std::string& option, const std::string& text,
                                    const std::vector<std::string>& names);

template <typename T>
T ParseChoice(const std::string& option, const std::string& text,
              const std::vector<std::pair<std::string, T>>& choices) {
  std::vector<std::string> names;
  names.reserve(choices.size());
  for (const auto& [name, value] : choices) names.push_back(name);
  return choices[ParseName(option, text, names)].second;
}

}  // namespace gradcam

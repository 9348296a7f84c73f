#include "cli/suggest.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "core/edit_distance.h"

namespace gradcam {

std::vector<std::string> Nearest(std::string_view word,
                                 const std::vector<std::string>& candidates) {
  const std::size_t limit = std::max<std::size_t>(2, word.size() / 3);
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = EditDistance(word, candidate);
    if (distance <= limit && distance < candidate.size()) near.emplace_back(distance, candidate);
  }
  std::sort(near.begin(), near.end());
  std::vector<std::string> names;
  for (const auto& [distance, name] : near) {
    if (names.size() < 3) names.push_back(name);
  }
  return names;
}

std::string DidYouMean(std::string_view word, const std::vector<std::string>& candidates) {
  const std::vector<std::string> names = Nearest(word, candidates);
  if (names.empty()) return "";
  std::string sentence = "did you mean '" + names[0] + "'";
  for (std::size_t i = 1; i < names.size(); ++i) sentence += " or '" + names[i] + "'";
  return sentence + "?";
}

}  // namespace gradcam

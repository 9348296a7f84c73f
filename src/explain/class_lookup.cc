#include "explain/class_lookup.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <tuple>

#include "core/edit_distance.h"
#include "core/joined.h"
#include "gradcam/error.h"

namespace gradcam {
namespace {

constexpr std::size_t kSuggestions = 3;

// Lower case (ASCII) with spaces for underscores: what labels are compared by.
std::string Folded(std::string_view text) {
  std::string folded(text);
  for (char& letter : folded) {
    if (letter == '_') {
      letter = ' ';
    } else if (letter >= 'A' && letter <= 'Z') {
      letter = static_cast<char>(letter - 'A' + 'a');
    }
  }
  return folded;
}

// The nearest labels, quoted: first those that contain the word, then by edit distance.
std::string Suggestions(const std::string& folded, const std::vector<Label>& labels) {
  using Candidate = std::tuple<bool, std::size_t, std::string>;
  std::vector<Candidate> candidates;
  for (const Label& label : labels) {
    const std::string name = Folded(label.name);
    const bool lacks_word = folded.empty() || name.find(folded) == std::string::npos;
    candidates.emplace_back(lacks_word, EditDistance(folded, name), label.name);
  }
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  candidates.resize(std::min(candidates.size(), kSuggestions));
  std::vector<std::string> names;
  names.reserve(candidates.size());
  for (const Candidate& candidate : candidates) names.push_back(std::get<std::string>(candidate));
  return JoinedQuoted(names);
}

}  // namespace

int FindLabel(const std::string& label, const std::vector<Label>& labels) {
  if (labels.empty()) {
    throw Error(ErrorKind::kUsage, "cannot find class '" + label + "': the model has no labels",
                "give the class by its index, or labels with --labels");
  }
  const std::string folded = Folded(label);
  std::vector<std::size_t> found;
  for (std::size_t index = 0; index < labels.size(); ++index) {
    if (Folded(labels[index].name) == folded) {
      found.push_back(index);
    }
  }
  if (found.empty()) {
    throw Error(ErrorKind::kUsage, "no class is called '" + label + "'",
                "nearest labels: " + Suggestions(folded, labels));
  }
  if (found.size() > 1) {
    std::vector<std::string> indices;
    indices.reserve(found.size());
    for (const std::size_t index : found) indices.push_back(std::to_string(index));
    throw Error(ErrorKind::kUsage, "several classes are called '" + label + "'",
                "give one of their indices: " + Joined(indices, ", "));
  }
  return static_cast<int>(found.front());
}

int ResolveClass(const ClassTarget& target, const KnownClasses& known, int classes,
                 const std::vector<Label>& labels) {
  switch (target.by) {
    case ClassTarget::By::kTop:
      return known.top;
    case ClassTarget::By::kTruth:
      if (known.truth) return *known.truth;
      throw Error(ErrorKind::kUsage, "the true class of the picture is not known",
                  "give it in a list with path,class");
    case ClassTarget::By::kLabel:
      return FindLabel(target.label, labels);
    case ClassTarget::By::kIndex:
      break;
  }
  if (target.index < 0 || target.index >= classes) {
    throw Error(ErrorKind::kUsage,
                "class " + std::to_string(target.index) + " is not there: the model has " +
                    std::to_string(classes) + " classes",
                "indices run from 0 to " + std::to_string(classes - 1));
  }
  return target.index;
}

void RequireLabelPerClass(const std::vector<Label>& labels, int classes) {
  if (!labels.empty() && labels.size() != static_cast<std::size_t>(classes)) {
    throw Error(ErrorKind::kUsage,
                "there are " + std::to_string(labels.size()) + " labels, but the model has " +
                    std::to_string(classes) + " classes",
                "give the labels of this model with --labels, or another card with --card");
  }
}

}  // namespace gradcam

#include "explain/pass_explanation.h"

#include <ATen/Parallel.h>
#include <ATen/Tensor.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "cam/methods.h"
#include "cam/score.h"
#include "explain/class_lookup.h"
#include "explain/predictions.h"
#include "gradcam/error.h"

namespace gradcam {
namespace {

// All maps of a batch, [N, h, w], in one copy from the device.
at::Tensor OnHost(const at::Tensor& maps) { return maps.to(at::kCPU, at::kFloat); }

// Row `n` of [N, h, w] as a map.
Map MapOf(const at::Tensor& maps, std::int64_t n) {
  const at::Tensor row = maps.select(0, n).contiguous();
  const float* values = row.const_data_ptr<float>();
  return {.width = static_cast<int>(row.size(1)),
          .height = static_cast<int>(row.size(0)),
          .values = std::vector<float>(values, values + row.numel())};
}

// Row `n` of [N, K], float64 and contiguous.
std::span<const double> RowOf(const at::Tensor& values, std::int64_t n) {
  const auto classes = static_cast<std::size_t>(values.size(1));
  return {values.const_data_ptr<double>() + static_cast<std::size_t>(n) * classes, classes};
}

// A class to explain of one picture.
struct Choice {
  int index = 0;
  ClassTarget::By chosen_by = ClassTarget::By::kTop;
};

// The classes of one picture in the order of the targets, each once.
std::vector<Choice> ChoicesOf(const std::vector<ClassTarget>& targets, const KnownClasses& known,
                              int classes, const std::vector<Label>& labels) {
  std::vector<Choice> choices;
  for (const ClassTarget& target : targets) {
    const int index = ResolveClass(target, known, classes, labels);
    const bool is_there =
        std::any_of(choices.begin(), choices.end(),
                    [index](const Choice& choice) { return choice.index == index; });
    if (!is_there) {
      choices.push_back({index, target.by});
    }
  }
  return choices;
}

// Calls `work(n)` for every picture of a batch, by several threads: sorting the classes of one
// takes some 0.01 ms, a fast GPU no longer for all else.
template <typename Work>
void ForEachPicture(std::int64_t count, const Work& work) {
  constexpr std::int64_t kWorthAThread = 16;
  at::parallel_for(0, count, kWorthAThread, [&work](std::int64_t begin, std::int64_t end) {
    for (std::int64_t n = begin; n < end; ++n) work(n);
  });
}

// A class that the network does not have is a mistake of this picture's, not of the run's.
int ResolveTruth(const ClassTarget& truth, const KnownClasses& known, int classes,
                 const std::vector<Label>& labels) {
  try {
    return ResolveClass(truth, known, classes, labels);
  } catch (const Error& error) {
    throw Error(ErrorKind::kInput, std::string("its true class: ") + error.what(), error.hint());
  }
}

// What is known of the classes of every picture; `logits` [N, K] in float64.
std::vector<KnownClasses> FindKnown(const at::Tensor& logits, const std::vector<Label>& labels,
                                    std::span<const std::optional<ClassTarget>> truths) {
  std::vector<KnownClasses> all(static_cast<std::size_t>(logits.size(0)));
  ForEachPicture(logits.size(0), [&](std::int64_t n) {
    const std::span<const double> row = RowOf(logits, n);
    KnownClasses& known = all[static_cast<std::size_t>(n)];
    known.top = TopPredictions({row, row}, 1, {}).front().index;
    if (!truths.empty() && truths[static_cast<std::size_t>(n)]) {
      const ClassTarget& truth = *truths[static_cast<std::size_t>(n)];
      known.truth = ResolveTruth(truth, known, static_cast<int>(row.size()), labels);
    }
  });
  return all;
}

// The classes of every picture.
std::vector<std::vector<Choice>> ChooseClasses(const std::vector<KnownClasses>& all, int classes,
                                               const std::vector<Label>& labels,
                                               const std::vector<ClassTarget>& targets) {
  std::vector<std::vector<Choice>> choices;
  choices.reserve(all.size());
  for (const KnownClasses& known : all) {
    choices.push_back(ChoicesOf(targets, known, classes, labels));
  }
  return choices;
}

// The class of every picture in one round: the first of all, then the second, and so on. A picture
// with fewer classes is sent along with its last one; that map is not taken.
at::Tensor ClassesOfRound(const std::vector<std::vector<Choice>>& choices, std::size_t round) {
  std::vector<std::int64_t> classes;
  classes.reserve(choices.size());
  for (const std::vector<Choice>& of_picture : choices) {
    classes.push_back(of_picture[std::min(round, of_picture.size() - 1)].index);
  }
  return at::tensor(classes, at::kLong);
}

std::size_t Rounds(const std::vector<std::vector<Choice>>& choices) {
  std::size_t rounds = 0;
  for (const std::vector<Choice>& of_picture : choices) {
    rounds = std::max(rounds, of_picture.size());
  }
  return rounds;
}

}  // namespace

std::vector<Explanation> ExplainPass(const HeadPass& pass, OutputKind output_kind,
                                     const std::vector<Label>& labels,
                                     const ExplainOptions& options,
                                     std::span<const std::optional<ClassTarget>> truths) {
  const at::Tensor logits = pass.logits().to(at::kCPU, at::kDouble).contiguous();
  const at::Tensor probabilities = Probabilities(logits, output_kind).contiguous();
  const int classes = static_cast<int>(logits.size(1));
  RequireLabelPerClass(labels, classes);
  const std::vector<KnownClasses> known = FindKnown(logits, labels, truths);
  const std::vector<std::vector<Choice>> choices =
      ChooseClasses(known, classes, labels, options.classes);

  std::vector<Explanation> explanations(known.size());
  ForEachPicture(logits.size(0), [&](std::int64_t n) {
    const ClassScores scores{RowOf(probabilities, n), RowOf(logits, n)};
    Explanation& explanation = explanations[static_cast<std::size_t>(n)];
    explanation.top = TopPredictions(scores, options.top_k, labels);
    if (const auto truth = known[static_cast<std::size_t>(n)].truth) {
      explanation.truth = PredictionOf(scores, *truth, labels);
    }
    explanation.engine = pass.facts().engine;
    explanation.precision = pass.facts().precision;
  });
  const at::Tensor activations = pass.activations();
  const at::Tensor saliency = OnHost(ActivationSaliency(activations));
  for (std::size_t round = 0; round < Rounds(choices); ++round) {
    const at::Tensor cotangent =
        ScoreCotangent(options.score, output_kind, pass.logits(), ClassesOfRound(choices, round));
    const at::Tensor gradcam = OnHost(GradCam(activations, pass.Gradient(cotangent)));
    for (std::size_t picture = 0; picture < choices.size(); ++picture) {
      if (round >= choices[picture].size()) {
        continue;
      }
      const auto n = static_cast<std::int64_t>(picture);
      const Choice& choice = choices[picture][round];
      const ClassScores scores{RowOf(probabilities, n), RowOf(logits, n)};
      explanations[picture].classes.push_back(
          {.prediction = PredictionOf(scores, choice.index, labels),
           .chosen_by = choice.chosen_by,
           .gradcam = MapOf(gradcam, n),
           .saliency = MapOf(saliency, n)});
    }
  }
  return explanations;
}

}  // namespace gradcam

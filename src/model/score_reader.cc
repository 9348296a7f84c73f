#include "model/score_reader.h"

#include <ATen/ATen.h>

#include <limits>
#include <utility>

#include "core/shape_text.h"
#include "gradcam/error.h"

namespace gradcam {
namespace {

// Sums of 1000 float32 probabilities are off by about 1e-6; half precision exports by 1e-3.
constexpr double kSumTolerance = 2e-3;
// The softmax of the scores against what the network returned: float32 rounding is below 1e-6, half
// precision below 1e-3.
constexpr double kActivationTolerance = 2e-3;

// [batch, K] of `tensor` if it is a vector of scores for each picture: [batch, K], [batch, K, 1,
// 1], or, for a batch of one, [K] and [].
std::optional<at::Tensor> AsScores(const at::Tensor& tensor, std::int64_t batch) {
  if (!tensor.defined() || !at::isFloatingType(tensor.scalar_type()) || tensor.numel() == 0 ||
      batch < 1) {
    return std::nullopt;
  }
  if (tensor.dim() < 2) {
    return batch == 1 ? std::optional(tensor.reshape({1, -1})) : std::nullopt;
  }
  if (tensor.size(0) != batch || tensor.numel() != batch * tensor.size(1)) {
    return std::nullopt;
  }
  return tensor.reshape({batch, -1});
}

bool AreProbabilities(const at::Tensor& values) {
  const auto v = values.detach().to(at::kDouble);
  return v.ge(0).all().item<bool>() && v.sum(1).sub(1).abs().max().item<double>() <= kSumTolerance;
}

// Whether `activation` of the scores gives what the network returned.
bool Explains(FinalActivation activation, const at::Tensor& scores, const at::Tensor& value) {
  const auto z = scores.detach().to(at::kDouble);
  const auto y = value.detach().to(at::kDouble);
  const bool softmax =
      activation == FinalActivation::kSoftmax || activation == FinalActivation::kLogSoftmax;
  const bool logarithm =
      activation == FinalActivation::kLogSoftmax || activation == FinalActivation::kLogSigmoid;
  const auto p = softmax ? at::softmax(z, 1) : at::sigmoid(z);
  const auto difference = (p - (logarithm ? y.exp() : y)).abs().max().item<double>();
  return !(difference > kActivationTolerance);  // NaN scores are told elsewhere
}

void AppendTensors(const c10::IValue& value, const std::string& key,
                   std::vector<std::pair<std::string, at::Tensor>>& tensors) {
  if (value.isTensor()) {
    tensors.emplace_back(key, value.toTensor());
  } else if (value.isTuple()) {
    for (const auto& element : value.toTupleRef().elements()) {
      AppendTensors(element, "", tensors);
    }
  } else if (value.isList()) {
    for (const auto& element : value.toListRef()) {
      AppendTensors(element, "", tensors);
    }
  } else if (value.isGenericDict()) {
    for (const auto& entry : value.toGenericDict()) {
      AppendTensors(entry.value(), entry.key().isString() ? entry.key().toStringRef() : "",
                    tensors);
    }
  }
}

// What a network returned, for a message: "a tensor of shape [1, 4, 8, 8]".
std::string Description(const c10::IValue& output) {
  std::vector<std::pair<std::string, at::Tensor>> tensors;
  AppendTensors(output, "", tensors);
  if (tensors.empty()) {
    return "a value of type " + output.type()->annotation_str();
  }
  const at::Tensor& first = tensors.front().second;
  const std::string kind = first.is_complex() ? "complex tensor" : "tensor";
  return "a " + kind + " of shape " + ShapeText(first.sizes());
}

}  // namespace

ScoreReader::ScoreReader(std::vector<OutputTensor> outputs, std::optional<OutputKind> declared)
    : outputs_(std::move(outputs)), declared_(declared) {}

OutputKind ScoreReader::kind() const {
  return decided_.value_or(declared_.value_or(OutputKind::kLogits));
}

std::vector<std::string> ScoreReader::TakeWarnings() { return std::exchange(warnings_, {}); }

ScoreReader::Candidate ScoreReader::Choose(const c10::IValue& output, std::int64_t batch) const {
  std::vector<Candidate> candidates;
  const auto add = [&](const std::string& key, const at::Tensor& value, const at::Tensor& scores,
                       FinalActivation activation) {
    const auto y = AsScores(value, batch);
    const auto z = AsScores(scores, batch);
    if (y && z) {
      candidates.push_back({key, *y, *z, activation});
    }
  };
  if (outputs_.empty()) {
    std::vector<std::pair<std::string, at::Tensor>> tensors;
    AppendTensors(output, "", tensors);
    for (const auto& [key, tensor] : tensors) {
      add(key, tensor, tensor, FinalActivation::kNone);
    }
  } else {
    const auto& elements = output.toTupleRef().elements();
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      if (elements.at(2 * i).isTensor()) {
        add(outputs_[i].key, elements.at(2 * i).toTensor(), elements.at(2 * i + 1).toTensor(),
            outputs_[i].activation);
      }
    }
  }
  for (const char* name : {"logits", "out"}) {
    for (const auto& candidate : candidates) {
      if (candidate.key == name) {
        return candidate;
      }
    }
  }
  if (candidates.empty()) {
    throw Error(ErrorKind::kModel,
                "the network returns " + Description(output) + ", not one score for each class",
                "only classifiers that return [N, K] scores can be explained");
  }
  return candidates.front();
}

void ScoreReader::DecideWithoutActivation(const at::Tensor& value) {
  if (value.size(1) == 1) {
    decided_ = OutputKind::kLogits;
    return;
  }
  if (declared_ == OutputKind::kSigmoid || declared_ == OutputKind::kLogits) {
    decided_ = declared_;
    return;
  }
  if (AreProbabilities(value)) {
    decided_ = OutputKind::kSoftmax;
    reading_ = Reading::kProbabilities;
    warnings_.emplace_back(
        "the network returns probabilities, but no softmax was found in its graph: their "
        "logarithms "
        "are taken as logits, which loses digits where a probability is above 0.9999");
    return;
  }
  if (declared_ == OutputKind::kSoftmax) {
    throw Error(ErrorKind::kModel,
                "the output kind is said to be softmax, but no softmax is in the graph and the "
                "scores are no probabilities",
                "try --output-kind logits or --output-kind sigmoid");
  }
  decided_ = OutputKind::kLogits;
}

void ScoreReader::Decide(const Candidate& candidate) {
  if (candidate.activation == FinalActivation::kNone ||
      !Explains(candidate.activation, candidate.scores, candidate.value)) {
    DecideWithoutActivation(candidate.value);
    return;
  }
  strip_activation_ = true;
  const bool sigmoid = candidate.activation == FinalActivation::kSigmoid ||
                       candidate.activation == FinalActivation::kLogSigmoid;
  if (candidate.value.size(1) == 1) {
    decided_ = OutputKind::kSoftmax;  // softmax(0, z) = (1 - sigmoid(z), sigmoid(z))
    return;
  }
  decided_ = sigmoid ? OutputKind::kSigmoid : OutputKind::kSoftmax;
  if (declared_ && *declared_ != *decided_) {
    warnings_.emplace_back(std::string("the graph ends in a ") + (sigmoid ? "sigmoid" : "softmax") +
                           ": the output kind said otherwise and is not followed");
  }
}

at::Tensor ScoreReader::Returned(const c10::IValue& output, std::int64_t batch) const {
  return Choose(output, batch).value;
}

at::Tensor ScoreReader::Logits(const c10::IValue& output, std::int64_t batch) {
  const auto candidate = Choose(output, batch);
  if (!decided_) {
    Decide(candidate);
  }
  auto logits = (strip_activation_ ? candidate.scores : candidate.value).to(at::kFloat);
  if (reading_ == Reading::kProbabilities) {
    logits = logits.clamp_min(std::numeric_limits<float>::min()).log();
  }
  // One output z says yes or no.
  if (logits.size(1) == 1) {
    logits = at::cat({at::zeros_like(logits), logits}, 1);
  }
  return logits;
}

}  // namespace gradcam

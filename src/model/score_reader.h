#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gradcam/card.h"
#include "model/graph/final_activation.h"

namespace gradcam {

// Finds the class scores in what a network returned and turns them into logits. What kind of scores
// they are is decided at the first reading and kept.
class ScoreReader {
 public:
  ScoreReader(std::vector<OutputTensor> outputs, std::optional<OutputKind> declared);

  // `output`: of a graph after ExposeScores. Result [batch, K], float32, K >= 2, on the tape of the
  // scores. Throws Error(kModel) if the network returned no [batch, K].
  [[nodiscard]] at::Tensor Logits(const c10::IValue& output, std::int64_t batch);

  // The scores [batch, K] as the network returned them. Throws as Logits.
  [[nodiscard]] at::Tensor Returned(const c10::IValue& output, std::int64_t batch) const;

  // How Logits become probabilities, and whether the file does it itself (kSoftmax) or not
  // (kLogits). One output z gives the classes 0 and 1, which exclude each other: kSoftmax where its
  // final sigmoid was taken off, since softmax(0, z) = (1 - sigmoid(z), sigmoid(z)), else kLogits;
  // never kSigmoid. Before the first reading as declared, or kLogits.
  [[nodiscard]] OutputKind kind() const;

  [[nodiscard]] std::vector<std::string> TakeWarnings();

 private:
  enum class Reading { kLogits, kProbabilities };

  struct Candidate {
    std::string key;
    at::Tensor value;   // [batch, K], as returned
    at::Tensor scores;  // [batch, K], before the final activation
    FinalActivation activation;
  };

  [[nodiscard]] Candidate Choose(const c10::IValue& output, std::int64_t batch) const;
  void Decide(const Candidate& candidate);
  void DecideWithoutActivation(const at::Tensor& value);

  std::vector<OutputTensor> outputs_;
  std::optional<OutputKind> declared_;
  std::optional<OutputKind> decided_;
  bool strip_activation_ = false;
  Reading reading_ = Reading::kLogits;
  std::vector<std::string> warnings_;
};

}  // namespace gradcam

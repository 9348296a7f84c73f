#include "model/engine/chosen_features.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <sstream>
#include <utility>

#include "core/stopwatch.h"
#include "gradcam/error.h"
#include "model/engine/torch_error.h"

namespace gradcam {
namespace {

// The largest difference of two tensors as a share of the largest number of `expected`; infinity if
// their shapes differ or a number is not finite.
double Difference(const at::Tensor& found, const at::Tensor& expected) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (found.sizes() != expected.sizes()) return kInfinity;
  if (found.numel() == 0) return 0;
  const auto largest = expected.to(at::kDouble).abs().max().item<double>();
  const auto difference =
      (found.to(at::kDouble) - expected.to(at::kDouble)).abs().max().item<double>();
  const double share = largest > 0 ? difference / largest : difference;
  return std::isfinite(share) ? share : kInfinity;
}

// Whatever crosses the cut, tensor by tensor; infinity where it is no tensor and differs.
double Difference(const c10::IValue& found, const c10::IValue& expected) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (found.isTensor() && expected.isTensor()) {
    return Difference(found.toTensor(), expected.toTensor());
  }
  if (!found.isTensorList() || !expected.isTensorList()) {
    return found == expected ? 0 : kInfinity;
  }
  const auto left = found.toTensorVector();
  const auto right = expected.toTensorVector();
  if (left.size() != right.size()) return kInfinity;
  double largest = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    largest = std::max(largest, Difference(left[i], right[i]));
  }
  return largest;
}

double Difference(const Features& found, const Features& expected) {
  double largest = Difference(found.activations, expected.activations);
  for (std::size_t i = 0; i < expected.carried.size(); ++i) {
    largest = std::max(largest, Difference(found.carried.at(i), expected.carried[i]));
  }
  return largest;
}

void RequireLimit(const Features& found, const Features& expected, double limit) {
  const double difference = Difference(found, expected);
  if (difference <= limit) return;
  std::ostringstream problem;
  problem << "its feature maps differ from LibTorch's by " << difference
          << " of their maximum, limit " << limit;
  throw Error(ErrorKind::kModel, problem.str());
}

}  // namespace

ChosenFeatures::ChosenFeatures(std::unique_ptr<FeaturesEngine> reference,
                               std::vector<EngineCandidate> candidates, EngineTrial trial,
                               Failure failure)
    : candidates_(std::move(candidates)),
      engines_(candidates_.size() + 1),
      trial_(std::move(trial)),
      failure_(failure) {
  engines_.front() = std::move(reference);
}

Features ChosenFeatures::Run(const at::Tensor& input) {
  for (;;) {
    const EngineWay way = trial_.Next();
    if (way.engine == 0) return RunWay(way, input);
    const EngineCandidate& candidate = candidates_[way.engine - 1];
    const bool is_new = engines_[way.engine] == nullptr;
    try {
      return is_new ? FirstRun(way, input) : RunWay(way, input);
    } catch (const std::exception& error) {
      // Once it has shown that it works, what it throws is about the picture.
      if (!is_new) throw;
      const std::string problem =
          "engine '" + candidate.name + "' cannot run this network: " + TorchMessage(error);
      if (failure_ == Failure::kThrow) {
        throw Error(ErrorKind::kModel, problem, "leave --precision out: float32 always runs");
      }
      notes_.push_back(problem);
      trial_.Exclude(way.engine);
    }
  }
}

Features ChosenFeatures::RunWay(const EngineWay& way, const at::Tensor& input) {
  Stopwatch watch;
  Features features = engines_[way.engine]->Run(input);
  trial_.Record(way, static_cast<int>(input.size(0)), watch.Lap());
  return features;
}

Features ChosenFeatures::FirstRun(const EngineWay& way, const at::Tensor& input) {
  const EngineCandidate& candidate = candidates_[way.engine - 1];
  const Features expected = engines_.front()->Run(input);
  if (candidate.make_float32) {
    RequireLimit(candidate.make_float32()->Run(input), expected, kFloat32Limit);
  }
  auto made = candidate.make();
  Features found = made->Run(input);
  RequireLimit(found, expected, candidate.limit);
  engines_[way.engine] = std::move(made);
  trial_.Record(way, static_cast<int>(input.size(0)), /*seconds=*/0);  // a first run is not counted
  return found;
}

std::vector<std::string> ChosenFeatures::TakeNotes() { return std::exchange(notes_, {}); }

}  // namespace gradcam

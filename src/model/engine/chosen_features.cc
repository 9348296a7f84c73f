#include "model/engine/chosen_features.h"

#include <ATen/ATen.h>

#include <chrono>
#include <cmath>
#include <exception>
#include <limits>
#include <sstream>
#include <utility>

#include "gradcam/error.h"
#include "model/engine/torch_error.h"

namespace gradcam {
namespace {

// The largest difference of two tensors as a share of the largest number of `expected`; infinity if
// one of them has numbers that are not finite.
double Difference(const at::Tensor& found, const at::Tensor& expected) {
  const auto largest = expected.abs().max().item<double>();
  const auto difference = (found - expected).abs().max().item<double>();
  const double share = largest > 0 ? difference / largest : difference;
  return std::isfinite(share) ? share : std::numeric_limits<double>::infinity();
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
      if (failure_ == Failure::kThrow) throw Error(ErrorKind::kModel, problem);
      notes_.push_back(problem);
      trial_.Exclude(way.engine);
    }
  }
}

Features ChosenFeatures::RunWay(const EngineWay& way, const at::Tensor& input) {
  const auto start = std::chrono::steady_clock::now();
  Features features = engines_[way.engine]->Run(input);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  trial_.Record(way, static_cast<int>(input.size(0)), seconds.count());
  return features;
}

Features ChosenFeatures::FirstRun(const EngineWay& way, const at::Tensor& input) {
  const EngineCandidate& candidate = candidates_[way.engine - 1];
  auto made = candidate.make();
  Features found = made->Run(input);
  const double difference = Difference(found.activations, engines_.front()->Run(input).activations);
  if (!(difference <= candidate.limit)) {
    std::ostringstream problem;
    problem << "its activations differ from LibTorch's by " << difference
            << " of their maximum, limit " << candidate.limit;
    throw Error(ErrorKind::kModel, problem.str());
  }
  engines_[way.engine] = std::move(made);
  trial_.Record(way, static_cast<int>(input.size(0)), /*seconds=*/0);  // a first run is not counted
  return found;
}

std::vector<std::string> ChosenFeatures::TakeNotes() { return std::exchange(notes_, {}); }

}  // namespace gradcam

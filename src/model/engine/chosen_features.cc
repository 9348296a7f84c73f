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

// Share of the time of the best way so far that another engine is expected to save: the least that
// was measured for OpenVINO against LibTorch on the networks of docs/performance.md.
constexpr double kSaving = 0.25;

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
                               int pictures, std::string hint)
    : candidates_(std::move(candidates)),
      engines_(candidates_.size() + 1),
      trial_(std::move(trial)),
      pictures_left_(pictures),
      hint_(std::move(hint)) {
  engines_.front() = std::move(reference);
}

Features ChosenFeatures::Run(const at::Tensor& input) {
  for (;;) {
    const EngineWay way = trial_.Next();
    if (engines_[way.engine] != nullptr) return RunWay(way, input);
    try {
      return FirstRun(way, input);
    } catch (const std::exception& error) {
      // Once it has shown that it works, what it throws is about the picture.
      PassOver(way.engine, TorchMessage(error));
    }
  }
}

void ChosenFeatures::PassOver(std::size_t engine, const std::string& problem) {
  const std::string note =
      "engine '" + candidates_[engine - 1].name + "' cannot run this network: " + problem;
  trial_.Exclude(engine);
  if (!trial_.has_way()) throw Error(ErrorKind::kUsage, note, hint_);
  notes_.push_back(note);
}

Features ChosenFeatures::RunWay(const EngineWay& way, const at::Tensor& input) {
  Stopwatch watch;
  Features features = engines_[way.engine]->Run(input);
  Record(way, input.size(0), watch.Lap());
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
  Record(way, input.size(0), /*seconds=*/0);  // a first run is not counted
  return found;
}

void ChosenFeatures::Record(const EngineWay& way, std::int64_t pictures, double seconds) {
  pictures_left_ -= pictures;
  trial_.Record(way, static_cast<int>(pictures), seconds);
  for (std::size_t i = 1; i < engines_.size(); ++i) {
    if (engines_[i] == nullptr && !Pays(candidates_[i - 1])) trial_.Exclude(i);
  }
  if (!trial_.is_decided()) return;
  // The others hold a copy of the weights each.
  for (std::size_t i = 1; i < engines_.size(); ++i) {
    if (i != trial_.Next().engine) engines_[i].reset();
  }
}

bool ChosenFeatures::Pays(const EngineCandidate& candidate) const {
  const auto seconds = trial_.BestSeconds();
  if (!seconds) return true;
  return static_cast<double>(pictures_left_) * *seconds * kSaving >= candidate.preparation;
}

std::vector<std::string> ChosenFeatures::TakeNotes() { return std::exchange(notes_, {}); }

}  // namespace gradcam

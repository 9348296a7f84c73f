#include "model/engine/features_difference.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "gradcam/error.h"

namespace gradcam {
namespace {

// The largest difference of two tensors as a share of the largest number of `expected`; infinity if
// their shapes or types differ or a number is not finite.
double Difference(const at::Tensor& found, const at::Tensor& expected) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (found.sizes() != expected.sizes() || found.scalar_type() != expected.scalar_type()) {
    return kInfinity;
  }
  if (found.numel() == 0) return 0;
  // Maps of real numbers are not converted: those of an early layer take hundreds of megabytes.
  const auto type = expected.is_floating_point() ? expected.scalar_type() : at::kDouble;
  const auto largest = expected.to(type).abs().max().item<double>();
  const auto difference = (found.to(type) - expected.to(type)).abs_().max().item<double>();
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
  if (found.carried.size() != expected.carried.size()) {
    return std::numeric_limits<double>::infinity();
  }
  double largest = Difference(found.activations, expected.activations);
  for (std::size_t i = 0; i < expected.carried.size(); ++i) {
    largest = std::max(largest, Difference(found.carried[i], expected.carried[i]));
  }
  return largest;
}

bool IsFinite(const at::Tensor& tensor) {
  return !tensor.is_floating_point() || at::isfinite(tensor).all().item<bool>();
}

bool IsFinite(const Features& features) {
  if (!IsFinite(features.activations)) return false;
  return std::ranges::all_of(features.carried, [](const c10::IValue& value) {
    if (value.isTensor()) return IsFinite(value.toTensor());
    if (!value.isTensorList()) return true;
    const auto tensors = value.toTensorVector();
    return std::ranges::all_of(tensors, [](const at::Tensor& t) { return IsFinite(t); });
  });
}

}  // namespace

void RequireLimit(const Features& found, const Features& expected, double limit) {
  if (limit >= kHalfLimit && !IsFinite(found) && IsFinite(expected)) return;
  const double difference = Difference(found, expected);
  if (difference <= limit) return;
  std::ostringstream problem;
  problem << "its feature maps differ from LibTorch's by " << difference
          << " of their maximum, limit " << limit;
  throw Error(ErrorKind::kModel, problem.str());
}

}  // namespace gradcam

#include "model/engine/features_difference.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <sstream>
#include <vector>

#include "gradcam/error.h"

namespace gradcam {
namespace {

// The activations and every other tensor that crosses the cut, those of lists included.
std::vector<at::Tensor> TensorsOf(const Features& features) {
  std::vector<at::Tensor> tensors = {features.activations};
  for (const c10::IValue& value : features.carried) {
    if (value.isTensor()) tensors.push_back(value.toTensor());
    if (!value.isTensorList()) continue;
    for (const at::Tensor& tensor : value.toTensorVector()) tensors.push_back(tensor);
  }
  return tensors;
}

bool IsSameForm(const at::Tensor& found, const at::Tensor& expected) {
  return found.sizes() == expected.sizes() && found.scalar_type() == expected.scalar_type();
}

// Of what crosses the cut beside the activations. What is no tensor must be equal.
bool IsSameForm(const c10::IValue& found, const c10::IValue& expected) {
  if (found.isTensor() && expected.isTensor()) {
    return IsSameForm(found.toTensor(), expected.toTensor());
  }
  if (!found.isTensorList() || !expected.isTensorList()) return found == expected;
  return std::ranges::equal(
      found.toTensorVector(), expected.toTensorVector(),
      [](const at::Tensor& a, const at::Tensor& b) { return IsSameForm(a, b); });
}

bool IsSameForm(const Features& found, const Features& expected) {
  return IsSameForm(found.activations, expected.activations) &&
         std::ranges::equal(
             found.carried, expected.carried,
             [](const c10::IValue& a, const c10::IValue& b) { return IsSameForm(a, b); });
}

bool IsFinite(const Features& features) {
  return std::ranges::all_of(TensorsOf(features), [](const at::Tensor& tensor) {
    return !tensor.is_floating_point() || at::isfinite(tensor).all().item<bool>();
  });
}

// The largest difference of two tensors of one form as a share of the largest number of `expected`;
// infinity if a number is not finite.
double Difference(const at::Tensor& found, const at::Tensor& expected) {
  if (found.numel() == 0) return 0;
  // Maps of real numbers are not converted: those of an early layer take hundreds of megabytes.
  const auto type = expected.is_floating_point() ? expected.scalar_type() : at::kDouble;
  const auto largest = expected.to(type).abs().max().item<double>();
  const auto difference = (found.to(type) - expected.to(type)).abs_().max().item<double>();
  const double share = largest > 0 ? difference / largest : difference;
  return std::isfinite(share) ? share : std::numeric_limits<double>::infinity();
}

// Of features of one form.
double Difference(const Features& found, const Features& expected) {
  const auto left = TensorsOf(found);
  const auto right = TensorsOf(expected);
  double largest = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    largest = std::max(largest, Difference(left[i], right[i]));
  }
  return largest;
}

}  // namespace

void RequireLimit(const Features& found, const Features& expected, double limit) {
  if (!IsSameForm(found, expected)) {
    throw Error(ErrorKind::kModel, "its feature maps differ from LibTorch's in shape or type");
  }
  const double difference = Difference(found, expected);
  if (difference <= limit) return;
  std::ostringstream problem;
  problem << "its feature maps differ from LibTorch's by " << difference
          << " of their maximum, limit " << limit;
  throw Error(ErrorKind::kModel, problem.str());
}

bool IsOverflow(const Features& found, const Features& expected) {
  return IsSameForm(found, expected) && !IsFinite(found) && IsFinite(expected);
}

}  // namespace gradcam

#include "model/policy/checked_operators.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/stack.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <vector>

namespace gradcam {
namespace {

using torch::jit::peek;
using torch::jit::Stack;

void RequireDefinedQuotient(const Stack& stack) {
  const c10::IValue& dividend = peek(stack, 0, 2);
  const c10::IValue& divisor = peek(stack, 1, 2);
  if (!dividend.isInt() || !divisor.isInt()) {
    return;
  }
  if (divisor.toInt() == 0 ||
      (divisor.toInt() == -1 && dividend.toInt() == std::numeric_limits<std::int64_t>::min())) {
    throw std::runtime_error("integer division by zero or out of range");
  }
}

void Require(bool fits) {
  if (!fits) {
    throw std::runtime_error("the input, state and weights of an LSTM do not fit each other");
  }
}

// input, hx [h, c], params, has_biases, num_layers, dropout, train, bidirectional, batch_first.
// Weights of layer l and direction d: [4H, in], [4H, H] and, with biases, twice [4H].
void RequireLstmShapes(const Stack& stack) {
  constexpr std::size_t kArguments = 9;
  const at::Tensor input = peek(stack, 0, kArguments).toTensor();
  const std::vector<at::Tensor> state = peek(stack, 1, kArguments).toTensorVector();
  const std::vector<at::Tensor> weights = peek(stack, 2, kArguments).toTensorVector();
  const std::size_t weights_each = peek(stack, 3, kArguments).toBool() ? 4 : 2;
  const std::int64_t layers = peek(stack, 4, kArguments).toInt();
  const std::int64_t directions = peek(stack, 7, kArguments).toBool() ? 2 : 1;
  const std::int64_t batch_dim = peek(stack, 8, kArguments).toBool() ? 0 : 1;
  const std::size_t count = weights.size() / weights_each;
  Require(input.dim() == 3 && state.size() == 2 && state[0].dim() == 3 && layers > 0);
  const std::int64_t hidden = state[0].size(2);
  Require(state[0].size(0) == layers * directions && state[0].size(1) == input.size(batch_dim) &&
          state[1].sizes() == state[0].sizes());
  Require(weights.size() == count * weights_each &&
          static_cast<std::int64_t>(count) == layers * directions);
  for (std::size_t i = 0; i < count; ++i) {
    const bool first_layer = static_cast<std::int64_t>(i) < directions;
    const at::Tensor* const weight = &weights[i * weights_each];
    const std::int64_t inputs = first_layer ? input.size(2) : hidden * directions;
    Require(weight[0].sizes() == at::IntArrayRef({4 * hidden, inputs}) &&
            weight[1].sizes() == at::IntArrayRef({4 * hidden, hidden}));
    for (std::size_t bias = 2; bias < weights_each; ++bias) {
      Require(weight[bias].sizes() == at::IntArrayRef({4 * hidden}));
    }
  }
}

void AddCheck(const char* name, const char* overload, void (*check)(const Stack&)) {
  const std::shared_ptr<torch::jit::Operator> unchecked =
      torch::jit::findOperatorFor({name, overload});
  if (unchecked == nullptr) {
    return;
  }
  const c10::FunctionSchema schema = unchecked->schema();
  torch::jit::deregisterOperator(schema);
  torch::jit::registerOperator(torch::jit::Operator(
      toString(schema),
      [check, run = unchecked->getOperation()](Stack& stack) mutable {
        check(stack);
        run(stack);
      },
      c10::AliasAnalysisKind::FROM_SCHEMA));
}

}  // namespace

void CheckOperatorArguments() {
  static std::once_flag once;
  std::call_once(once, [] {
    AddCheck("aten::__round_to_zero_floordiv", "int", RequireDefinedQuotient);
    for (const char* const overload : {"int", ""}) {
      AddCheck("aten::divmod", overload, RequireDefinedQuotient);
      AddCheck("aten::floordiv", overload, RequireDefinedQuotient);
      AddCheck("aten::remainder", overload, RequireDefinedQuotient);
    }
    AddCheck("aten::lstm", "input", RequireLstmShapes);
  });
}

}  // namespace gradcam

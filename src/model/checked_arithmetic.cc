#include "model/checked_arithmetic.h"

#include <ATen/core/stack.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <stdexcept>

namespace gradcam {
namespace {

bool Traps(const c10::IValue& dividend, const c10::IValue& divisor) {
  if (!dividend.isInt() || !divisor.isInt()) {
    return false;
  }
  return divisor.toInt() == 0 ||
         (divisor.toInt() == -1 && dividend.toInt() == std::numeric_limits<std::int64_t>::min());
}

void AddCheck(const char* name, const char* overload) {
  const std::shared_ptr<torch::jit::Operator> unchecked =
      torch::jit::findOperatorFor({name, overload});
  if (unchecked == nullptr) {
    return;
  }
  const c10::FunctionSchema schema = unchecked->schema();
  torch::jit::deregisterOperator(schema);
  torch::jit::registerOperator(torch::jit::Operator(
      toString(schema),
      [divide = unchecked->getOperation()](torch::jit::Stack& stack) mutable {
        if (Traps(torch::jit::peek(stack, 0, 2), torch::jit::peek(stack, 1, 2))) {
          throw std::runtime_error("integer division by zero or out of range");
        }
        divide(stack);
      },
      c10::AliasAnalysisKind::FROM_SCHEMA));
}

}  // namespace

void CheckIntegerDivision() {
  static std::once_flag once;
  std::call_once(once, [] {
    AddCheck("aten::__round_to_zero_floordiv", "int");
    for (const char* const overload : {"int", ""}) {
      AddCheck("aten::divmod", overload);
      AddCheck("aten::floordiv", overload);
      AddCheck("aten::remainder", overload);
    }
  });
}

}  // namespace gradcam

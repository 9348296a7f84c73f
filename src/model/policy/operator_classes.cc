#include "model/policy/operator_classes.h"

#include <ATen/core/function_schema.h>

#include <algorithm>
#include <array>

namespace gradcam {
namespace {

using enum OperatorClass;

#define GRADCAM_OPERATOR(name, operator_class) ClassifiedOperator{name, operator_class},
constexpr std::array kTable{
#include "model/policy/operator_classes.inc"
};
#undef GRADCAM_OPERATOR

constexpr bool Before(const ClassifiedOperator& a, const ClassifiedOperator& b) {
  return a.name < b.name;
}
static_assert(std::is_sorted(kTable.begin(), kTable.end(), Before));

}  // namespace

std::span<const ClassifiedOperator> ClassifiedOperators() { return kTable; }

std::optional<OperatorClass> ClassOfName(std::string_view name) {
  const auto* const found =
      std::lower_bound(kTable.begin(), kTable.end(), ClassifiedOperator{name, kInternal}, Before);
  if (found == kTable.end() || found->name != name) {
    return std::nullopt;
  }
  return found->operator_class;
}

std::optional<OperatorClass> ClassOf(const c10::FunctionSchema& schema) {
  if (!schema.overload_name().empty()) {
    if (const auto own = ClassOfName(schema.name() + "." + schema.overload_name())) {
      return own;
    }
  }
  const auto named = ClassOfName(schema.name());
  const bool writes_out =
      std::any_of(schema.arguments().begin(), schema.arguments().end(),
                  [](const c10::Argument& argument) { return argument.is_out(); });
  return named == kHarmless && writes_out ? kInternal : named;
}

std::string_view Explain(OperatorClass operator_class) {
  switch (operator_class) {
    case kHarmless:
      return "is harmless";
    case kFiles:
      return "reads or writes files";
    case kProcess:
      return "reads or changes the state of the program";
    case kAutograd:
      return "runs or changes autograd";
    case kDevice:
      return "belongs to another device or back end";
    case kDistributed:
      return "talks to other processes";
    case kQuantized:
      return "works on quantized tensors";
    case kSparse:
      return "works on sparse tensors";
    case kMemory:
      return "can reach memory outside its tensors";
    case kInternal:
      return "is not meant for networks";
  }
  return "is unknown";
}

}  // namespace gradcam

#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace c10 {
struct FunctionSchema;
}  // namespace c10

namespace gradcam {

// What an operator can do, as far as a file from a stranger is concerned.
enum class OperatorClass {
  kHarmless,     // touches nothing but tensors and plain values; the only class that may run
  kFiles,        // reads or writes files
  kProcess,      // changes or reads the state of the process: generators, modes, profiler, Python
  kAutograd,     // runs or changes autograd; backward formulas trust their arguments
  kDevice,       // of other devices or back ends, or takes their opaque objects
  kDistributed,  // talks to other processes
  kQuantized,    // quantized tensors and packed weights
  kSparse,       // sparse and nested tensors: their constructors trust the indices
  kMemory,    // can reach outside its tensors: trusts sizes, strides or indices, or leaves memory
              // uninitialized
  kInternal,  // LibTorch's own use, tests, training losses: no exported network calls it
};

struct ClassifiedOperator {
  std::string_view name;  // "aten::add" for all its overloads, "aten::view.dtype" for one
  OperatorClass operator_class;
};

// The whole table, sorted by name.
[[nodiscard]] std::span<const ClassifiedOperator> ClassifiedOperators();

// The class of a name as it stands in the table.
[[nodiscard]] std::optional<OperatorClass> ClassOfName(std::string_view name);

// The class of an overload: its own line, else that of its name; kInternal if it writes into an
// argument `out`, which exported networks do not. Nothing for an operator that is not in the table.
[[nodiscard]] std::optional<OperatorClass> ClassOf(const c10::FunctionSchema& schema);

// What makes an operator of the class not harmless, to follow its name: "reads or writes files".
[[nodiscard]] std::string_view Explain(OperatorClass operator_class);

}  // namespace gradcam

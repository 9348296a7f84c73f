#include "model/policy/operator_classes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/runtime/operator.h>
#include <torch/version.h>

#include <set>
#include <string>
#include <vector>

#include "model/policy/checked_operators.h"
#include "model/policy/operator_policy.h"

namespace gradcam {
namespace {

using ::testing::IsEmpty;

// The table is of this version; with another one, operators may be missing, which then are refused.
bool IsPinnedLibTorch() { return TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR == 11; }

std::string FullName(const c10::FunctionSchema& schema) {
  return schema.overload_name().empty() ? schema.name()
                                        : schema.name() + "." + schema.overload_name();
}

// Interpreter instructions that are no registered operators.
const std::set<std::string> kNodeKinds{
    "prim::CallFunction",  "prim::CallMethod", "prim::Constant",      "prim::CreateObject",
    "prim::DictConstruct", "prim::Enter",      "prim::Exit",          "prim::GetAttr",
    "prim::HasAttr",       "prim::If",         "prim::ListConstruct", "prim::ListUnpack",
    "prim::Loop",          "prim::PythonOp",   "prim::SetAttr",       "prim::TupleConstruct",
    "prim::TupleSlice",    "prim::fork",       "prim::isinstance",
};

TEST(OperatorClasses, CoverEveryOperatorOfThePinnedLibTorch) {
  if (!IsPinnedLibTorch()) {
    GTEST_SKIP() << "the table is of LibTorch 2.11";
  }
  std::vector<std::string> missing;
  for (const auto& op : torch::jit::getAllOperators()) {
    if (!ClassOf(op->schema())) {
      missing.push_back(FullName(op->schema()));
    }
  }
  EXPECT_THAT(missing, IsEmpty());
  EXPECT_GT(torch::jit::getAllOperators().size(), 4000U);
}

TEST(OperatorClasses, ListNothingThatThePinnedLibTorchDoesNotHave) {
  if (!IsPinnedLibTorch()) {
    GTEST_SKIP() << "the table is of LibTorch 2.11";
  }
  std::set<std::string> known = kNodeKinds;
  for (const auto& op : torch::jit::getAllOperators()) {
    known.insert(op->schema().name());
    known.insert(FullName(op->schema()));
  }
  std::vector<std::string> unknown;
  for (const ClassifiedOperator& op : ClassifiedOperators()) {
    if (known.count(std::string(op.name)) == 0) {
      unknown.emplace_back(op.name);
    }
  }
  EXPECT_THAT(unknown, IsEmpty());
}

TEST(OperatorClasses, KnowWhatReachesOutOfTheNetwork) {
  EXPECT_EQ(ClassOfName("aten::add"), OperatorClass::kHarmless);
  EXPECT_EQ(ClassOfName("aten::save"), OperatorClass::kFiles);
  EXPECT_EQ(ClassOfName("aten::from_file"), OperatorClass::kFiles);
  EXPECT_EQ(ClassOfName("aten::manual_seed"), OperatorClass::kProcess);
  EXPECT_EQ(ClassOfName("prim::PythonOp"), OperatorClass::kProcess);
  EXPECT_EQ(ClassOfName("aten::set_"), OperatorClass::kMemory);
  EXPECT_EQ(ClassOfName("aten::_unsafe_index"), OperatorClass::kMemory);
  EXPECT_EQ(ClassOfName("c10d::send"), OperatorClass::kDistributed);
  EXPECT_EQ(ClassOfName("quantized::linear"), OperatorClass::kQuantized);
  EXPECT_EQ(ClassOfName("aten::no_such_operator"), std::nullopt);
}

OperatorClass ClassOfOverload(const char* name, const char* overload) {
  const auto op = torch::jit::findOperatorFor({name, overload});
  return ClassOf(op->schema()).value();
}

TEST(OperatorClasses, TellOverloadsApart) {
  EXPECT_EQ(ClassOfOverload("aten::lstm", "input"), OperatorClass::kHarmless);
  EXPECT_EQ(ClassOfOverload("aten::lstm", "data"), OperatorClass::kMemory);
  EXPECT_EQ(ClassOfOverload("aten::add", "Tensor"), OperatorClass::kHarmless);
  EXPECT_EQ(ClassOfOverload("aten::add", "out"), OperatorClass::kInternal);
}

// Constants for all arguments, or nothing where one has no plain value.
bool InsertConstants(const c10::FunctionSchema& schema, torch::jit::Graph& graph,
                     torch::jit::Node* node) {
  for (const auto& argument : schema.arguments()) {
    const auto& type = argument.type();
    c10::IValue value;
    if (type->kind() == c10::TypeKind::IntType || type->kind() == c10::TypeKind::NumberType) {
      value = 0;
    } else if (type->kind() == c10::TypeKind::FloatType) {
      value = 0.5;
    } else if (type->kind() == c10::TypeKind::BoolType) {
      value = false;
    } else if (type->kind() == c10::TypeKind::StringType ||
               type->kind() == c10::TypeKind::VarType) {
      value = "";
    } else if (type->kind() == c10::TypeKind::DeviceObjType) {
      value = c10::Device(c10::kCPU);
    } else if (type->kind() != c10::TypeKind::OptionalType) {
      return false;
    }
    node->addInput(graph.insertConstant(value));
  }
  return true;
}

// True if the compiler's constant folding runs the operator on constants of its argument types.
bool IsFolded(const c10::FunctionSchema& schema) {
  auto graph = std::make_shared<torch::jit::Graph>();
  torch::jit::Node* const node =
      graph->create(c10::Symbol::fromQualString(schema.name()), schema.returns().size());
  if (!InsertConstants(schema, *graph, node)) {
    return false;
  }
  for (std::size_t i = 0; i < schema.returns().size(); ++i) {
    node->outputs()[i]->setType(schema.returns()[i].type());
    graph->registerOutput(node->outputs()[i]);
  }
  graph->insertNode(node);
  if (node->maybeOperator() == nullptr) {
    return false;
  }
  if (schema.returns().empty()) {
    // Folding runs it, but has no value to put in its place.
    return !node->hasSideEffects() && !node->isNondeterministic();
  }
  torch::jit::ConstantPropagationImmutableTypes(graph);
  for (const torch::jit::Node* left : graph->nodes()) {
    if (left->kind().toQualString() == schema.name()) {
      return false;
    }
  }
  return true;
}

TEST(OperatorClasses, NothingOutsideTheAllowListRunsWhileCompiling) {
  CheckOperatorArguments();  // the constants are zeros
  std::vector<std::string> folded;
  int runs = 0;
  for (const auto& op : torch::jit::getAllOperators()) {
    const auto& schema = op->schema();
    const auto found = ClassOf(schema);
    // Operators with any number of arguments need attributes, which code cannot give.
    if (schema.is_vararg() || schema.is_varret() || !IsFolded(schema)) {
      continue;
    }
    ++runs;
    const std::string name = schema.name().substr(schema.name().find("::") + 2);
    if (found != OperatorClass::kHarmless && !RunsWhileCompiling(name)) {
      folded.push_back(FullName(schema));
    }
  }
  EXPECT_THAT(folded, IsEmpty());
  // The test sees folding at all: there are hundreds of operators of numbers and strings.
  EXPECT_GT(runs, 50);
}

}  // namespace
}  // namespace gradcam

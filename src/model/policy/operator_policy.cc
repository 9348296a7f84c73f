#include "model/policy/operator_policy.h"

#include <ATen/core/interned_strings.h>
#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "gradcam/error.h"
#include "model/graph/graph_walk.h"
#include "model/policy/operator_classes.h"

namespace gradcam {
namespace {

using torch::jit::Function;
using torch::jit::Graph;
using torch::jit::Node;

// Values whose layout the interpreter takes on trust from their static type.
bool HasTrustedLayout(const c10::Type& type) {
  switch (type.kind()) {
    case c10::TypeKind::ClassType:
    case c10::TypeKind::InterfaceType:
    case c10::TypeKind::TupleType:
    case c10::TypeKind::FunctionType:
      return true;
    default:
      break;
  }
  const auto contained = type.containedTypes();
  return std::any_of(contained.begin(), contained.end(),
                     [](const c10::TypePtr& inner) { return HasTrustedLayout(*inner); });
}

// A cast the interpreter does not check: it may only take None away, or yield values that every
// operator checks for itself.
bool IsSafeCast(const Node& node) {
  const c10::TypePtr& from = node.input(0)->type();
  const c10::TypePtr& to = node.output()->type();
  if (const auto optional = from->cast<c10::OptionalType>()) {
    if (*optional->getElementType() == *to) {
      return true;
    }
  }
  return from->isSubtypeOf(*to) || !HasTrustedLayout(*to);
}

// LibTorch recurses over calls; exported networks nest some twenty.
constexpr int kMaxCalls = 200;

// Every function that is reached is looked at once.
class Walk {
 public:
  explicit Walk(const std::string& where) : where_(where) {}

  // Looks at everything that `entry` can reach.
  void Run(Function& entry) {
    CallHeight(entry);
    while (!through_interfaces_.empty()) {
      Function* const function = through_interfaces_.back();
      through_interfaces_.pop_back();
      CallHeight(*function);
    }
  }

 private:
  // How deep calls nest below `function`, which is itself `depth` calls below the first. Looks at
  // all of them.
  int CallHeight(Function& function, int depth = 0) {
    if (const auto known = heights_.find(&function); known != heights_.end()) {
      return known->second;
    }
    int height = 0;
    if (depth < kMaxCalls) {
      for (Function* const callee : Visit(function)) {
        height = std::max(height, 1 + CallHeight(*callee, depth + 1));
      }
    }
    if (depth + height >= kMaxCalls) {
      Refuse("nests calls of functions too deeply");
    }
    heights_[&function] = height;
    return height;
  }

  [[noreturn]] void Refuse(const std::string& what) const {
    throw Error(ErrorKind::kModel, where_ + " " + what,
                "run it anyway with --trust-model, if you trust where the file comes from");
  }

  void Reach(Function& function) { callees_.push_back(&function); }

  // What `function` calls itself.
  std::vector<Function*> Visit(Function& function) {
    function.ensure_defined();
    auto* const graph_function = torch::jit::tryToGraphFunction(function);
    if (graph_function == nullptr) {
      Refuse("calls '" + function.qualname().qualifiedName() + "', which is not TorchScript");
    }
    callees_.clear();
    Visit(*graph_function->graph());
    return std::move(callees_);
  }

  void Visit(Graph& graph) {
    RememberUnit(graph);
    ForEachNode(graph.block(), [this](Node* node) { Visit(*node); });
  }

  // The classes of the file, where calls through an interface can end.
  void RememberUnit(const Graph& graph) {
    for (const auto* const input : graph.inputs()) {
      if (const auto type = input->type()->cast<c10::ClassType>()) {
        if (auto unit = type->compilation_unit()) {
          unit_ = std::move(unit);
        }
      }
    }
  }

  void Visit(Node& node) {
    RequireHarmlessKind(node);
    VisitSubgraphs(node);
    switch (node.kind()) {
      case c10::prim::CallMethod:
        return ReachMethod(node.input(0)->type(), node.s(c10::attr::name));
      case c10::prim::CallFunction:
        return ReachFunction(node.input(0)->type());
      case c10::prim::Enter:
        return ReachMethod(node.input(0)->type(), "__enter__");
      case c10::prim::Exit:
        return ReachMethod(node.input(0)->type(), "__exit__");
      case c10::prim::unchecked_cast:
      case c10::prim::unchecked_unwrap_optional:
        if (!IsSafeCast(node)) {
          Refuse("casts a value to " + node.output()->type()->repr_str() + " unchecked");
        }
        return;
      case c10::aten::sort:
      case c10::aten::sorted:
        return ReachComparison(node);
      default:
        return;
    }
  }

  void RequireHarmlessKind(const Node& node) const {
    const std::string name = node.kind().toQualString();
    const auto* const schema = node.maybeSchema();
    const auto found = schema != nullptr ? ClassOf(*schema) : ClassOfName(name);
    if (!found) {
      Refuse("uses the operator '" + name + "', which is not on the list of known operators");
    }
    if (*found != OperatorClass::kHarmless) {
      Refuse("uses the operator '" + name + "', which " + std::string(Explain(*found)));
    }
  }

  // prim::fork keeps what it runs as an attribute.
  void VisitSubgraphs(const Node& node) {
    for (const c10::Symbol name : node.attributeNames()) {
      if (node.kindOf(name) == torch::jit::AttributeKind::g) {
        Visit(*node.g(name));
      } else if (node.kindOf(name) == torch::jit::AttributeKind::gs) {
        for (const auto& graph : node.gs(name)) {
          Visit(*graph);
        }
      }
    }
  }

  void ReachMethod(const c10::TypePtr& type, const std::string& name) {
    if (const auto class_type = type->cast<c10::ClassType>()) {
      if (Function* const method = class_type->findMethod(name)) {
        return Reach(*method);
      }
      if (Function* const hook = class_type->findHook(name)) {
        return Reach(*hook);
      }
    }
    if (type->kind() == c10::TypeKind::InterfaceType && unit_ != nullptr) {
      for (Function* const function : unit_->get_functions()) {
        if (function->name() == name) {
          through_interfaces_.push_back(function);
        }
      }
      return;
    }
    Refuse("calls the method '" + name + "' of an unknown class");
  }

  void ReachFunction(const c10::TypePtr& type) {
    const auto function_type = type->cast<c10::FunctionType>();
    if (function_type == nullptr) {
      Refuse("calls an unknown function");
    }
    Reach(*function_type->function());
  }

  // Sorting objects calls their __lt__.
  void ReachComparison(const Node& node) {
    const auto list = node.input(0)->type()->cast<c10::ListType>();
    if (list != nullptr && list->getElementType()->kind() == c10::TypeKind::ClassType) {
      ReachMethod(list->getElementType(), "__lt__");
    }
  }

  const std::string& where_;
  std::map<Function*, int> heights_;
  std::vector<Function*> callees_;  // of the function being visited
  // Every method of a fitting name: some of them may call this one in turn, so they count apart.
  std::vector<Function*> through_interfaces_;
  std::shared_ptr<const torch::jit::CompilationUnit> unit_;
};

}  // namespace

bool RunsWhileCompiling(std::string_view identifier) {
  constexpr std::array<std::string_view, 10> kNames{
      "Generator",
      "_cufft_clear_plan_cache",
      "_cufft_get_plan_cache_max_size",
      "_cufft_get_plan_cache_size",
      "_cufft_set_plan_cache_max_size",
      "_is_tracing",  // of LibTorch 2.15
      "_nnpack_available",
      "_print",
      "_use_cudnn_rnn_flatten_weight",
      "is_vulkan_available",
  };
  return std::find(kNames.begin(), kNames.end(), identifier) != kNames.end();
}

void RequireHarmless(Function& entry, const std::string& where) { Walk(where).Run(entry); }

}  // namespace gradcam

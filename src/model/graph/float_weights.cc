#include "model/graph/float_weights.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>

#include <set>

#include "model/graph/graph_walk.h"

namespace gradcam {
namespace {

using torch::jit::Node;

bool NeedsConversion(const at::Tensor& tensor) {
  return tensor.defined() && at::isFloatingType(tensor.scalar_type()) &&
         tensor.scalar_type() != at::kFloat && tensor.dim() > 0;
}

class Converter {
 public:
  void ConvertInPlace(const at::Tensor& tensor) {
    if (NeedsConversion(tensor)) {
      converted_.insert(tensor.scalar_type());
      tensor.set_data(tensor.detach().to(at::kFloat));
    }
  }

  void ConvertConstant(Node* node) {
    const bool holds_tensor = node->kind() == c10::prim::Constant &&
                              node->hasAttribute(c10::attr::value) &&
                              node->kindOf(c10::attr::value) == torch::jit::AttributeKind::t;
    if (holds_tensor && NeedsConversion(node->t(c10::attr::value))) {
      converted_.insert(node->t(c10::attr::value).scalar_type());
      node->t_(c10::attr::value, node->t(c10::attr::value).to(at::kFloat));
      node->output()->setType(c10::TensorType::get());
    }
  }

  // A network in half precision may say `x.half()`: its weights no longer fit that.
  void ConvertTargets(Node* node) const {
    const auto* const schema = node->maybeSchema();
    for (std::size_t i = 0; schema != nullptr && i < schema->arguments().size(); ++i) {
      if (schema->arguments()[i].name() != "dtype") {
        continue;
      }
      const auto type = torch::jit::toIValue(node->input(i));
      if (type && type->isInt() &&
          converted_.contains(static_cast<at::ScalarType>(type->toInt()))) {
        const torch::jit::WithInsertPoint here(node);
        node->replaceInput(i, node->owningGraph()->insertConstant(at::kFloat));
      }
    }
  }

 private:
  std::set<at::ScalarType> converted_;
};

template <typename Visit>
void ForEachNodeOf(const std::vector<torch::jit::Function*>& functions, const Visit& visit) {
  for (torch::jit::Function* const function : functions) {
    if (auto* const graph_function = torch::jit::tryToGraphFunction(*function)) {
      ForEachNode(graph_function->graph()->block(), visit);
    }
  }
}

}  // namespace

void ConvertToFloat(torch::jit::Module& module,
                    const std::vector<torch::jit::Function*>& functions) {
  Converter converter;
  for (const at::Tensor& parameter : module.parameters()) {
    converter.ConvertInPlace(parameter);
  }
  for (const at::Tensor& buffer : module.buffers()) {
    converter.ConvertInPlace(buffer);
  }
  ForEachNodeOf(functions, [&](Node* node) { converter.ConvertConstant(node); });
  ForEachNodeOf(functions, [&](Node* node) { converter.ConvertTargets(node); });
}

}  // namespace gradcam

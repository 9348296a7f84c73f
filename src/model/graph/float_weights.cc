#include "model/graph/float_weights.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>

#include "model/graph/graph_walk.h"

namespace gradcam {
namespace {

bool NeedsConversion(const at::Tensor& tensor) {
  return tensor.defined() && at::isFloatingType(tensor.scalar_type()) &&
         tensor.scalar_type() != at::kFloat && tensor.dim() > 0;
}

void ConvertInPlace(const at::Tensor& tensor) {
  if (NeedsConversion(tensor)) {
    tensor.set_data(tensor.detach().to(at::kFloat));
  }
}

}  // namespace

void ConvertToFloat(torch::jit::Module& module) {
  for (const at::Tensor& parameter : module.parameters()) {
    ConvertInPlace(parameter);
  }
  for (const at::Tensor& buffer : module.buffers()) {
    ConvertInPlace(buffer);
  }
}

void ConvertToFloat(torch::jit::Function& function) {
  auto* const graph_function = torch::jit::tryToGraphFunction(function);
  if (graph_function == nullptr) {
    return;
  }
  ForEachNode(graph_function->graph()->block(), [](torch::jit::Node* node) {
    const bool holds_tensor = node->kind() == c10::prim::Constant &&
                              node->hasAttribute(c10::attr::value) &&
                              node->kindOf(c10::attr::value) == torch::jit::AttributeKind::t;
    if (holds_tensor && NeedsConversion(node->t(c10::attr::value))) {
      node->t_(c10::attr::value, node->t(c10::attr::value).to(at::kFloat));
      node->output()->setType(c10::TensorType::get());
    }
  });
}

}  // namespace gradcam

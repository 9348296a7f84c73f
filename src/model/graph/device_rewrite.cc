#include "model/graph/device_rewrite.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>

#include "model/graph/graph_walk.h"

namespace gradcam {
namespace {

const auto kCudaCall = c10::Symbol::fromQualString("aten::cuda");

void MoveToCpu(torch::jit::Node* node) {
  if (node->kind() == c10::prim::Constant) {
    const auto value = torch::jit::toIValue(node->output());
    if (value && value->isDevice()) {
      node->s_(c10::attr::value, "cpu");
    }
  } else if (node->kind() == kCudaCall) {
    const torch::jit::WithInsertPoint guard(node);
    auto* const cpu =
        node->owningGraph()->insert(c10::Symbol::fromQualString("aten::cpu"), {node->input(0)});
    node->output()->replaceAllUsesWith(cpu);
  }
}

// What MoveToCpu has replaced.
void RemoveCudaCalls(torch::jit::Block* block) {
  for (auto it = block->nodes().begin(); it != block->nodes().end(); ++it) {
    for (torch::jit::Block* nested : it->blocks()) {
      RemoveCudaCalls(nested);
    }
    if (it->kind() == kCudaCall) {
      it.destroyCurrent();
    }
  }
}

}  // namespace

void MoveToCpu(torch::jit::Function& function) {
  function.ensure_defined();
  if (auto* const graph_function = torch::jit::tryToGraphFunction(function)) {
    torch::jit::Block* const block = graph_function->graph()->block();
    ForEachNode(block, [](torch::jit::Node* node) { MoveToCpu(node); });
    RemoveCudaCalls(block);
  }
}

}  // namespace gradcam

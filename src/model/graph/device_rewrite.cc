#include "model/graph/device_rewrite.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>

#include "model/graph/graph_walk.h"

namespace gradcam {
namespace {

// The call that moves a tensor to a device, and the one that moves it away from there.
struct Moves {
  c10::Symbol wanted;
  c10::Symbol unwanted;
};

Moves MovesFor(const at::Device& device) {
  const auto cpu = c10::Symbol::fromQualString("aten::cpu");
  const auto cuda = c10::Symbol::fromQualString("aten::cuda");
  return device.is_cuda() ? Moves{cuda, cpu} : Moves{cpu, cuda};
}

void Rewrite(torch::jit::Node* node, const at::Device& device, const Moves& moves) {
  if (node->kind() == c10::prim::Constant) {
    const auto value = torch::jit::toIValue(node->output());
    if (value && value->isDevice()) {
      node->s_(c10::attr::value, device.str());
    }
  } else if (node->kind() == moves.unwanted) {
    const torch::jit::WithInsertPoint guard(node);
    auto* const moved = node->owningGraph()->insert(moves.wanted, {node->input(0)});
    node->output()->replaceAllUsesWith(moved);
  }
}

// What Rewrite has replaced.
void RemoveNodes(torch::jit::Block* block, c10::Symbol kind) {
  for (auto it = block->nodes().begin(); it != block->nodes().end(); ++it) {
    for (torch::jit::Block* nested : it->blocks()) {
      RemoveNodes(nested, kind);
    }
    if (it->kind() == kind) {
      it.destroyCurrent();
    }
  }
}

}  // namespace

void RewriteDevices(torch::jit::Function& function, const at::Device& device) {
  function.ensure_defined();
  if (auto* const graph_function = torch::jit::tryToGraphFunction(function)) {
    const Moves moves = MovesFor(device);
    torch::jit::Block* const block = graph_function->graph()->block();
    ForEachNode(block, [&](torch::jit::Node* node) { Rewrite(node, device, moves); });
    RemoveNodes(block, moves.unwanted);
  }
}

}  // namespace gradcam

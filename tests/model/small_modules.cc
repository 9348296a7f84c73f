#include "model/small_modules.h"

#include <ATen/ATen.h>

namespace gradcam {
namespace {

void AddWeights(torch::jit::Module& module) {
  auto generator = at::detail::createCPUGenerator(7);
  module.register_parameter("w", at::randn({4, 3, 3, 3}, generator), /*is_buffer=*/false);
  module.register_parameter("v", at::randn({4, 4, 3, 3}, generator), /*is_buffer=*/false);
  module.register_parameter("fc", at::randn({5, 4}, generator), /*is_buffer=*/false);
  for (auto parameter : module.parameters(/*recurse=*/false)) {
    parameter.requires_grad_(false);
  }
}

std::string Method(const std::string& body) {
  std::string text = "def forward(self, x):\n";
  std::size_t begin = 0;
  while (begin < body.size()) {
    const auto end = std::min(body.find('\n', begin), body.size());
    text += "    " + body.substr(begin, end - begin) + "\n";
    begin = end + 1;
  }
  return text;
}

// Python's `self.layer(x)`: the compiler behind Module::define knows only `self.layer.forward(x)`.
std::string WithForwardCalls(std::string text, const std::vector<SmallLayer>& layers) {
  for (const auto& layer : layers) {
    const std::string call = "self." + layer.name + "(";
    for (auto at = text.find(call); at != std::string::npos; at = text.find(call, at + 1)) {
      text.insert(at + call.size() - 1, ".forward");
    }
  }
  return text;
}

}  // namespace

torch::jit::Module SmallModule(const std::vector<SmallLayer>& layers, const std::string& forward) {
  const auto unit = std::make_shared<torch::jit::CompilationUnit>();
  torch::jit::Module module("__torch__.SmallModule", unit);
  AddWeights(module);
  for (const auto& layer : layers) {
    torch::jit::Module child("__torch__." + layer.name, unit);
    AddWeights(child);
    child.define(Method(layer.forward));
    module.register_module(layer.name, child);
  }
  module.define(Method(WithForwardCalls(forward, layers)));
  module.eval();
  return module;
}

}  // namespace gradcam

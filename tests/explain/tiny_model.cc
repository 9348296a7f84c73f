#include "explain/tiny_model.h"

#include <torch/csrc/jit/api/module.h>

#include <ATen/ATen.h>

namespace gradcam {

void WriteTinyModel(const std::filesystem::path& file, const std::string& card, int classes,
                    const std::string& check) {
  at::Tensor weight = at::zeros({2, 3, 3, 3});
  weight.select(1, 0).fill_(1);
  torch::jit::Module conv("Conv");
  conv.register_parameter("weight", weight, /*is_buffer=*/false);
  conv.register_parameter("bias", at::tensor({-50.0F, -75.0F}), /*is_buffer=*/false);
  conv.define("def forward(self, x):\n  return torch.conv2d(x, self.weight, self.bias)\n");
  torch::jit::Module relu("Relu");
  relu.define("def forward(self, x):\n  return torch.relu(x)\n");

  const at::Tensor row = at::tensor({1.0F, 1.0F, 1.0F, 1.0F, 1.0F, -1.0F, -1.0F, -1.0F});
  const at::Tensor factors = 1 - at::arange(classes, at::kFloat) / 2;
  torch::jit::Module root("Tiny");
  root.register_module("conv", conv);
  root.register_module("relu", relu);
  root.register_parameter("weight", at::outer(factors, row), /*is_buffer=*/false);
  root.define("def forward(self, x):\n  " + check +
              "\n"
              "  x = self.relu.forward(self.conv.forward(x))\n"
              "  return torch.linear(torch.flatten(x, 1), self.weight)\n");
  torch::jit::ExtraFilesMap extra_files;
  if (!card.empty()) {
    extra_files["gradcam.json"] = card;
  }
  root.save(file.string(), extra_files);
}

std::string TinyCard() {
  return R"({"schema_version": 1, "name": "tiny", "layer": "relu", "output_kind": "logits",
             "preprocess": {"plain": {"size": [4, 4], "scale": 1, "mean": [0, 0, 0], "std": [1, 1, 1]}},
             "labels": ["red", "green", "blue", "Grey one"]})";
}

}  // namespace gradcam

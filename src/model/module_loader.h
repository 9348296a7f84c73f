#pragma once

#include <torch/csrc/jit/api/module.h>

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "model/archive/mapped_file.h"
#include "model/archive/zip_archive.h"
#include "model/torchscript_file.h"

namespace gradcam {

struct LoadedModule {
  torch::jit::Module module;
  std::optional<std::array<int, 2>> traced_input_size;  // {height, width}
};

// The module of a TorchScript archive whose records stand below `root` ("net/"): on the CPU, its
// tensors mapped from `file`. With Trust::kAllowListOnly, what loading runs and what forward can
// reach is checked first. Throws Error(kModel) without the file's name.
[[nodiscard]] LoadedModule LoadModule(const std::shared_ptr<MappedFile>& file,
                                      const ZipArchive& archive, const std::string& root,
                                      Trust trust);

}  // namespace gradcam

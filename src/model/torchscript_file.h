#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "model/policy/trust.h"

namespace torch::jit {
struct Module;
}  // namespace torch::jit

namespace gradcam {

class ComputeDevice;

// A TorchScript file, loaded onto the CPU with its weights mapped, not copied; in eval mode, its
// parameters without gradient, devices in its graph rewritten to the CPU. Nothing of it has run but
// the __setstate__ methods of its classes.
class TorchScriptFile {
 public:
  // Throws Error(kModel): what is wrong with the file or, for another format (by content, not by
  // extension), what it is and what to do.
  explicit TorchScriptFile(const std::filesystem::path& path, Trust trust = Trust::kAllowListOnly);
  ~TorchScriptFile();
  TorchScriptFile(TorchScriptFile&&) noexcept;
  TorchScriptFile& operator=(TorchScriptFile&&) noexcept;

  // Moves weights and graphs to a device with memory of its own (device/module_move.h); with
  // `deterministic`, its convolutions take only algorithms that repeat themselves. Does nothing for
  // the CPU. Throws Error(kModel).
  void MoveTo(ComputeDevice& device, bool deterministic);

  [[nodiscard]] const std::filesystem::path& path() const;
  [[nodiscard]] const torch::jit::Module& module() const;
  // The text of the extra file gradcam.json.
  [[nodiscard]] const std::optional<std::string>& card_json() const;
  // {height, width} of the example input that a traced file keeps.
  [[nodiscard]] std::optional<std::array<int, 2>> traced_input_size() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gradcam

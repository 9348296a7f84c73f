#pragma once

#include <filesystem>
#include <string>

namespace gradcam {

// Writes a scripted classifier that can be worked out by hand: `conv` 3 -> 2 channels of 3x3 that
// adds the red values up (biases -50, -75), `relu`, flatten, and a linear layer of 8 inputs with
// `classes` rows, row k = (1, 1, 1, 1, 1, -1, -1, -1) * (1 - k / 2). It takes [N, 3, 4, 4]. `card`
// is embedded as gradcam.json unless it is empty. `check` is a line of TorchScript that comes
// first.
void WriteTinyModel(const std::filesystem::path& file, const std::string& card, int classes = 4,
                    const std::string& check = "pass");

// A card for it: red values as they are, labels "red", "green", "blue", "Grey one".
[[nodiscard]] std::string TinyCard();

}  // namespace gradcam

#include "model/engine/torch_error.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <new>
#include <string_view>

#include "core/cut_text.h"
#include "core/shape_text.h"

namespace gradcam {
namespace {

constexpr std::size_t kMaxLength = 300;  // a list of all overloads has 20 times as much

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(kSpaces), text.size()));
  return text.substr(0, text.find_last_not_of(kSpaces) + 1);
}

// Removes the first line of `text` and returns it.
std::string_view TakeLine(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

// Whether `line` starts like "RuntimeError: " or "builtins.ValueError: ".
bool StartsWithErrorName(std::string_view line) {
  const std::string_view name = line.substr(0, line.find(": "));
  return !name.empty() && name.size() < line.size() &&
         std::all_of(
             name.begin(), name.end(),
             [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '_'; });
}

// The interpreter puts its traceback first and "RuntimeError: message" behind it.
std::string_view WithoutTraceback(std::string_view text) {
  if (!text.starts_with("The following operation failed")) {
    return text;
  }
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view from_here = rest;
    if (StartsWithErrorName(TakeLine(rest))) {
      return from_here.substr(from_here.find(": ") + 2);
    }
  }
  return text;
}

// Behind such a line stand quoted source, a traceback or a list, and nothing that says more.
bool EndsTheMessage(std::string_view line) {
  return Contains(line, "File \"") || line.starts_with("The original call is") ||
         line.starts_with("Search for `cuda") || line.starts_with("CUDA kernel errors might be") ||
         line.starts_with("Here are some suggestions") || line.starts_with("Exception raised from");
}

// " (code/__torch__.py, line 8)" of `  File "code/__torch__.py", line 8`, or nothing.
std::string Place(std::string_view text) {
  constexpr std::string_view kMark = "File \"";
  const auto at = text.find(kMark);
  if (at == std::string_view::npos) {
    return "";
  }
  std::string_view rest = text.substr(at + kMark.size());
  std::string place(Trimmed(TakeLine(rest)));
  std::erase(place, '"');
  return " (" + place + ")";
}

// The lines of a message as one.
std::string Joined(std::string_view text) {
  std::string joined;
  while (!text.empty()) {
    const std::string_view line = Trimmed(TakeLine(text));
    if (EndsTheMessage(line)) {
      break;
    }
    if (!line.empty()) {
      joined.append(joined.empty() ? "" : " ").append(line);
    }
  }
  while (joined.ends_with(':')) {
    joined.pop_back();
  }
  return joined;
}

// What is asked of the input where LibTorch's message says so.
std::string HintFor(const std::string& message, const at::Tensor& input) {
  const std::string shape = ShapeText(input.sizes());
  if (Contains(message, "expected input" + shape + " to have") ||
      Contains(message, "running_mean should contain 3 elements")) {
    return "gradcam feeds 3 channels (red, green, blue); export a network that takes 3";
  }
  if (Contains(message, "modified inplace") || Contains(message, "in-place operation")) {
    return "the network changes the layer's output in place; choose a layer behind that";
  }
  return "the network may want another size: --input-size";
}

}  // namespace

std::string TorchMessage(const std::exception& error) {
  const auto* torch_error = dynamic_cast<const c10::Error*>(&error);
  const std::string text =
      torch_error != nullptr ? torch_error->what_without_backtrace() : error.what();
  const std::string_view message = WithoutTraceback(text);
  return Shortened(Joined(message), kMaxLength) + Place(message);
}

bool IsOutOfMemory(const std::exception& error) {
  if (const auto* own = dynamic_cast<const Error*>(&error)) {
    return own->kind() == ErrorKind::kMemory;
  }
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return true;
  const std::string message = TorchMessage(error);
  constexpr std::array<std::string_view, 9> kSigns = {
      "can't allocate memory", "CUDA out of memory", "CUDA error: out of memory",
      // Of the allocator "cudaMallocAsync", which PYTORCH_CUDA_ALLOC_CONF may choose.
      "would exceed allowed memory", "CUDNN_STATUS_ALLOC_FAILED",
      "CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED",
      "CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED", "CUBLAS_STATUS_ALLOC_FAILED",
      // What is left of cuDNN's choice when no algorithm's working memory fits.
      "unable to find an engine to execute this computation"};
  return std::ranges::any_of(kSigns,
                             [&](std::string_view sign) { return Contains(message, sign); });
}

Error CannotRun(const std::string& name, const at::Tensor& input, const std::exception& error) {
  const std::string message = TorchMessage(error);
  if (IsOutOfMemory(error)) {
    const bool has_words = dynamic_cast<const std::bad_alloc*>(&error) == nullptr;
    return {ErrorKind::kMemory, "not enough memory to run model '" + name + "' on an input of " +
                                    ShapeText(input.sizes()) + (has_words ? ": " + message : "")};
  }
  return {
      ErrorKind::kModel,
      "model '" + name + "' cannot run on an input of " + ShapeText(input.sizes()) + ": " + message,
      HintFor(message, input)};
}

}  // namespace gradcam

#include "run/inputs/class_text.h"

#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>

#include "core/digits.h"

namespace gradcam {

std::optional<ClassTarget> ParseClassText(const std::string& text) {
  constexpr std::string_view kLabelPrefix = "label:";
  ClassTarget target;
  if (IsDigits(text)) {
    target.by = ClassTarget::By::kIndex;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, target.index);
    return error == std::errc() ? std::optional(target) : std::nullopt;
  }
  target.by = ClassTarget::By::kLabel;
  target.label = text.starts_with(kLabelPrefix) ? text.substr(kLabelPrefix.size()) : text;
  return target.label.empty() ? std::nullopt : std::optional(target);
}

std::optional<std::string> ClassTextOf(const nlohmann::ordered_json& value) {
  if (value.is_number_unsigned()) return std::to_string(value.get<std::uint64_t>());
  if (value.is_string()) return value.get<std::string>();
  return std::nullopt;
}

}  // namespace gradcam

#include "cli/values.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>
#include <system_error>

#include "cli/suggest.h"
#include "core/device_name.h"
#include "core/digits.h"
#include "core/equals_ignoring_case.h"
#include "core/joined.h"
#include "gradcam/error.h"
#include "run/inputs/class_text.h"

namespace gradcam {
namespace {

constexpr std::int64_t kMaxSide = 16'384;  // of a network's input; larger is a slip of the finger

[[noreturn]] void ThrowBadValue(const std::string& option, const std::string& text,
                                const std::string& expected, const std::string& hint = "") {
  throw Error(ErrorKind::kUsage, "option " + option + ": '" + text + "' is not " + expected, hint);
}

template <typename T>
bool ParseAll(const std::string& text, T& value) {
  const char* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, value);
  return failed == std::errc() && stop == end;
}

std::vector<std::string> SplitAtCommas(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ',') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

}  // namespace

std::int64_t ParseWhole(const std::string& option, const std::string& text, std::int64_t minimum,
                        std::int64_t maximum) {
  std::int64_t value = 0;
  if (!IsDigits(text) || !ParseAll(text, value) || value < minimum || value > maximum) {
    std::string expected = "a whole number of at least " + std::to_string(minimum);
    if (maximum < std::numeric_limits<std::int64_t>::max()) {
      expected = "a whole number in " + std::to_string(minimum) + "..." + std::to_string(maximum);
    }
    ThrowBadValue(option, text, expected);
  }
  return value;
}

double ParseNumber(const std::string& option, const std::string& text) {
  double value = 0;
  if (!ParseAll(text, value) || !std::isfinite(value)) {
    ThrowBadValue(option, text, "a number");
  }
  return value;
}

std::array<double, 3> ParseTriple(const std::string& option, const std::string& text) {
  const std::vector<std::string> parts = SplitAtCommas(text);
  if (parts.size() != 3) ThrowBadValue(option, text, "three numbers R,G,B");
  std::array<double, 3> triple{};
  for (std::size_t i = 0; i < 3; ++i) triple.at(i) = ParseNumber(option, parts[i]);
  return triple;
}

InputSize ParseSize(const std::string& option, const std::string& text) {
  const std::size_t cross = text.find('x');
  const std::string height = text.substr(0, cross);
  const std::string width = cross == std::string::npos ? height : text.substr(cross + 1);
  if (!IsDigits(height) || !IsDigits(width)) {
    ThrowBadValue(option, text, "a size: N or HEIGHTxWIDTH, e.g. 224 or 240x320");
  }
  return {static_cast<int>(ParseWhole(option, height, 1, kMaxSide)),
          static_cast<int>(ParseWhole(option, width, 1, kMaxSide))};
}

Shard ParseShard(const std::string& option, const std::string& text) {
  constexpr std::size_t kMaxShards = 1'000'000;
  const std::size_t slash = text.find('/');
  Shard shard;
  const bool is_pair = slash != std::string::npos && IsDigits(text.substr(0, slash)) &&
                       IsDigits(text.substr(slash + 1)) &&
                       ParseAll(text.substr(0, slash), shard.number) &&
                       ParseAll(text.substr(slash + 1), shard.count);
  if (!is_pair || shard.number < 1 || shard.number > shard.count || shard.count > kMaxShards) {
    ThrowBadValue(option, text, "a share K/N with 1 <= K <= N", "1/4 is the first of four");
  }
  return shard;
}

ClassTarget ParseClass(const std::string& text) {
  if (EqualsIgnoringCase(text, "top")) return {};
  if (EqualsIgnoringCase(text, "truth")) return {.by = ClassTarget::By::kTruth, .label = {}};
  if (const auto target = ParseClassText(text)) return *target;
  constexpr int kMaxIndex = std::numeric_limits<int>::max();
  if (IsDigits(text)) static_cast<void>(ParseWhole("--class", text, 0, kMaxIndex));
  ThrowBadValue("--class", text, "a class: top, truth, an index, a label or label:TEXT");
}

Outputs ParseOutputs(const std::string& text) {
  std::vector<std::pair<std::string, Output>> choices;
  choices.reserve(kOutputs.size());
  for (const Output output : kOutputs) choices.emplace_back(NameOf(output), output);
  Outputs outputs;
  for (const std::string& name : SplitAtCommas(text)) {
    outputs.insert(ParseChoice("--write", name, choices));
  }
  return outputs;
}

Device ParseDevice(const std::string& origin, const std::string& text) {
  if (const std::optional<Device> device = DeviceNamed(text)) return *device;
  throw Error(ErrorKind::kUsage, origin + ": unknown device '" + text + "'",
              "devices are auto, cpu and cuda[:N]");
}

std::size_t ParseName(const std::string& option, const std::string& text,
                      const std::vector<std::string>& names) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  ThrowBadValue(option, text, "one of " + Joined(names, ", "), DidYouMean(text, names));
}

}  // namespace gradcam

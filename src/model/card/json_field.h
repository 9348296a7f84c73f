#pragma once

#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace gradcam {

// `text` with a space for every control character: labels and names from files go to terminals.
[[nodiscard]] std::string WithoutControls(std::string text);

// A value in a JSON document with the words that lead to it ("card 'vgg16.json': field 'name'").
// All members throw Error(kUsage) that names the field when the value is not what is asked for.
class JsonField {
 public:
  // The whole of `document`, which `origin` names. The document must outlive its fields.
  JsonField(const nlohmann::ordered_json& document, std::string origin);

  // Parses `text`; throws Error(kUsage) with the line of the first mistake.
  [[nodiscard]] static nlohmann::ordered_json Parse(const std::string& text,
                                                    const std::string& origin);

  [[nodiscard]] const nlohmann::ordered_json& value() const { return *value_; }

  [[nodiscard]] const std::string& origin() const { return origin_; }

  [[nodiscard]] bool Has(const std::string& key) const;      // false also for null
  [[nodiscard]] JsonField At(const std::string& key) const;  // of an object; must be there
  [[nodiscard]] std::vector<JsonField> Elements() const;     // of an array
  [[nodiscard]] std::vector<std::pair<std::string, JsonField>> Members() const;  // of an object

  [[nodiscard]] std::string Text() const;  // control characters become spaces
  [[nodiscard]] bool Boolean() const;
  [[nodiscard]] double Number() const;
  [[nodiscard]] int Integer() const;  // in the range of int
  [[nodiscard]] int PositiveInteger() const;
  [[nodiscard]] std::array<double, 3> ThreeNumbers() const;

  // Throws "<origin>: field '<path>': <problem>".
  [[noreturn]] void Fail(const std::string& problem) const;

 private:
  JsonField(const nlohmann::ordered_json& value, std::string origin, std::string path);

  const nlohmann::ordered_json* value_;
  std::string origin_;
  std::string path_;  // e.g. "preprocess.imagenet.size"; empty for the whole document
};

}  // namespace gradcam

#include "model/card/json_field.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/json_depth.h"
#include "gradcam/error.h"

namespace gradcam {

using nlohmann::ordered_json;

std::string WithoutControls(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char byte) { return byte < 0x20 || byte == 0x7f; },
      ' ');
  return text;
}

JsonField::JsonField(const ordered_json& document, std::string origin)
    : JsonField(document, std::move(origin), "") {}

JsonField::JsonField(const ordered_json& value, std::string origin, std::string path)
    : value_(&value), origin_(std::move(origin)), path_(std::move(path)) {}

ordered_json JsonField::Parse(const std::string& text, const std::string& origin) {
  if (JsonDepth(text) > kDeepestJson) {
    throw Error(ErrorKind::kUsage, origin + ": not valid JSON (nested more than " +
                                       std::to_string(kDeepestJson) + " levels deep)");
  }
  try {
    return ordered_json::parse(text);
  } catch (const ordered_json::parse_error& error) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(error.byte, text.size()));
    const auto line = 1 + std::count(text.begin(), end, '\n');
    throw Error(ErrorKind::kUsage, origin + ": not valid JSON (line " + std::to_string(line) + ")");
  } catch (const ordered_json::exception&) {
    throw Error(ErrorKind::kUsage, origin + ": not valid JSON (a number is too large)");
  }
}

bool JsonField::Has(const std::string& key) const {
  if (!value_->is_object()) {
    Fail("expected an object");
  }
  return value_->contains(key) && !(*value_)[key].is_null();
}

JsonField JsonField::At(const std::string& key) const {
  const std::string path = path_.empty() ? key : path_ + "." + key;
  if (!Has(key)) {
    throw Error(ErrorKind::kUsage, origin_ + ": field '" + path + "' is missing");
  }
  return {(*value_)[key], origin_, path};
}

std::vector<JsonField> JsonField::Elements() const {
  if (!value_->is_array()) {
    Fail("expected an array");
  }
  std::vector<JsonField> elements;
  elements.reserve(value_->size());
  for (const ordered_json& element : *value_) {
    elements.push_back(
        JsonField(element, origin_, path_ + "[" + std::to_string(elements.size()) + "]"));
  }
  return elements;
}

std::vector<std::pair<std::string, JsonField>> JsonField::Members() const {
  if (!value_->is_object()) {
    Fail("expected an object");
  }
  std::vector<std::pair<std::string, JsonField>> members;
  for (const auto& [key, unused] : value_->items()) {
    members.emplace_back(key, At(key));
  }
  return members;
}

std::string JsonField::Text() const {
  if (!value_->is_string()) {
    Fail("expected a text");
  }
  return WithoutControls(value_->get<std::string>());
}

bool JsonField::Boolean() const {
  if (!value_->is_boolean()) {
    Fail("expected true or false");
  }
  return value_->get<bool>();
}

double JsonField::Number() const {
  if (!value_->is_number()) {
    Fail("expected a number");
  }
  return value_->get<double>();
}

int JsonField::Integer() const {
  if (!value_->is_number_integer()) {
    Fail("expected a whole number");
  }
  const auto number = value_->get<std::int64_t>();
  if (number < std::numeric_limits<int>::min() || number > std::numeric_limits<int>::max()) {
    Fail("the number is too large");
  }
  return static_cast<int>(number);
}

int JsonField::PositiveInteger() const {
  const int number = Integer();
  if (number < 1) {
    Fail("expected a number above 0");
  }
  return number;
}

std::array<double, 3> JsonField::ThreeNumbers() const {
  const std::vector<JsonField> elements = Elements();
  if (elements.size() != 3) {
    Fail("expected three numbers (R, G, B)");
  }
  return {elements[0].Number(), elements[1].Number(), elements[2].Number()};
}

void JsonField::Fail(const std::string& problem) const {
  const std::string where = path_.empty() ? origin_ : origin_ + ": field '" + path_ + "'";
  throw Error(ErrorKind::kUsage, where + ": " + problem);
}

}  // namespace gradcam

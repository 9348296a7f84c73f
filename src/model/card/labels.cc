#include "model/card/labels.h"

#include <charconv>
#include <map>
#include <sstream>
#include <system_error>
#include <utility>

#include "gradcam/error.h"
#include "model/card/small_file.h"

namespace gradcam {
namespace {

Label LabelFromJson(const JsonField& field) {
  if (field.value().is_string()) {
    return {.id = "", .name = field.Text()};
  }
  if (field.value().is_object()) {
    return {.id = field.Has("id") ? field.At("id").Text() : "", .name = field.At("label").Text()};
  }
  if (field.value().is_array() && field.value().size() == 2) {
    const std::vector<JsonField> pair = field.Elements();
    return {.id = pair[0].Text(), .name = pair[1].Text()};
  }
  field.Fail(R"(expected a name, ["id", "name"] or {"id": …, "label": …})");
}

std::vector<Label> LabelsByIndex(const JsonField& field) {
  std::map<std::size_t, Label> by_index;
  for (const auto& [key, entry] : field.Members()) {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
    if (error != std::errc() || end != key.data() + key.size()) {
      entry.Fail("expected a class index as the key");
    }
    if (!by_index.emplace(index, LabelFromJson(entry)).second) {
      entry.Fail("class " + std::to_string(index) + " is named twice");
    }
  }
  std::vector<Label> labels;
  for (auto& [index, label] : by_index) {
    if (index != labels.size()) {
      field.Fail("class " + std::to_string(labels.size()) + " has no label");
    }
    labels.push_back(std::move(label));
  }
  return labels;
}

std::vector<Label> LabelsFromText(const std::string& text, const std::string& origin) {
  std::vector<Label> labels;
  std::istringstream lines(text);
  std::size_t first_empty = 0;  // 1-based; 0 = none
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const auto begin = line.find_first_not_of(" \t\r");
    if (begin == std::string::npos) {
      first_empty = first_empty == 0 ? number : first_empty;
      continue;
    }
    if (first_empty != 0) {
      throw Error(ErrorKind::kUsage, origin + ": line " + std::to_string(first_empty) +
                                         " is empty; labels stand one a line");
    }
    const auto end = line.find_last_not_of(" \t\r");
    labels.push_back({.id = "", .name = WithoutControls(line.substr(begin, end - begin + 1))});
  }
  return labels;
}

void RequireUtf8(const std::string& text, const std::string& origin) {
  try {
    static_cast<void>(nlohmann::json(text).dump());
  } catch (const nlohmann::json::exception&) {
    throw Error(ErrorKind::kUsage, origin + ": not a text in UTF-8");
  }
}

bool IsJson(const std::filesystem::path& file, const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return file.extension() == ".json" ||
         (first != std::string::npos && (text[first] == '[' || text[first] == '{'));
}

}  // namespace

std::vector<Label> LabelsFromJson(const JsonField& field) {
  if (field.value().is_object()) {
    return LabelsByIndex(field);
  }
  if (!field.value().is_array()) {
    field.Fail("expected an array of labels");
  }
  std::vector<Label> labels;
  for (const JsonField& entry : field.Elements()) {
    labels.push_back(LabelFromJson(entry));
  }
  return labels;
}

std::vector<Label> ReadLabels(const std::filesystem::path& file) {
  const std::string text = ReadSmallFile(file, "labels");
  const std::string origin = "labels '" + file.string() + "'";
  std::vector<Label> labels;
  if (IsJson(file, text)) {
    const nlohmann::ordered_json document = JsonField::Parse(text, origin);
    labels = LabelsFromJson({document, origin});
  } else {
    RequireUtf8(text, origin);
    labels = LabelsFromText(text, origin);
  }
  if (labels.empty()) {
    throw Error(ErrorKind::kUsage, origin + ": holds no label");
  }
  return labels;
}

}  // namespace gradcam

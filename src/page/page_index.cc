#include "page/page_index.h"

#include <nlohmann/json.hpp>

#include "core/joined.h"
#include "page/script_json.h"
#include "run/sha256.h"

namespace gradcam {

PageIndex::PageIndex(const std::vector<PageState>& states) {
  for (const PageState& state : states) {
    states_.emplace(state.key, static_cast<int>(states_.size()));
  }
}

int PageIndex::NumberOf(const PagePrediction& prediction) {
  const std::pair name(prediction.label, prediction.index);
  return classes_.emplace(name, static_cast<int>(classes_.size())).first->second;
}

void PageIndex::Add(const PageEntry& entry) {
  using Json = nlohmann::ordered_json;
  const int explained = entry.explained ? NumberOf(*entry.explained) : -1;
  const int answer = entry.truth ? static_cast<int>(entry.truth->is_right) : -1;
  Json others = Json::array();
  for (const PagePrediction& prediction : entry.top) others.push_back(NumberOf(prediction));
  if (entry.truth) others.push_back(NumberOf(entry.truth->true_class));
  entries_ += entries_.empty() ? "" : ",\n";
  const Json probability = entry.explained ? NumberOrNull(entry.explained->probability) : Json();
  entries_ +=
      ScriptJson({entry.file, states_.at(entry.state), explained, probability, answer, others});
}

void PageIndex::EndPage(const std::string& file_name) {
  pages_.push_back("{\"file\":" + ScriptJson(file_name) + ",\"entries\":[" + entries_ + "]}");
  entries_.clear();
}

std::string PageIndex::Json() const {
  nlohmann::ordered_json classes(classes_.size(), nullptr);
  for (const auto& [name, number] : classes_) {
    classes[static_cast<std::size_t>(number)] = {name.first, name.second};
  }
  const std::string content =
      "\"classes\":" + ScriptJson(classes) + ",\n\"pages\":[" + Joined(pages_, ",\n") + "]}";
  return "{\"key\":\"" + Sha256Of(content) + "\",\n" + content;
}

}  // namespace gradcam

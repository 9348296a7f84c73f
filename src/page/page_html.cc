#include "page/page_html.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/joined.h"
#include "page/assets.h"
#include "page/base64.h"
#include "page/script_json.h"
#include "report/markup.h"
#include "run/sha256.h"

namespace gradcam {
namespace {

using Json = nlohmann::ordered_json;

// Pictures that the page unpacks together when the first of them comes into view.
constexpr std::size_t kPicturesTogether = 100;

// How far back NumberOf looks: several classes of a picture with two maps each.
constexpr std::size_t kNeighbours = 32;

constexpr std::string_view kBeginning =
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"generator\" content=\"gradcam\">\n";

Json FactsToJson(const std::vector<PageFact>& facts) {
  Json list = Json::array();
  for (const PageFact& fact : facts) list.push_back({fact.name, fact.value});
  return list;
}

Json PredictionToJson(const PagePrediction& prediction) {
  Json json{prediction.label, prediction.index, NumberOrNull(prediction.probability)};
  if (!prediction.side.empty()) json.push_back(prediction.side);
  return json;
}

Json HeadToJson(const PageHead& head, const PageBody& body, std::size_t page) {
  Json states = Json::array();
  for (const PageState& state : head.states) {
    states.push_back({{"key", state.key}, {"name", state.name}, {"problem", state.is_problem}});
  }
  return {{"facts", FactsToJson(head.facts)},
          {"notes", head.notes},
          {"tiles", head.tile_names},
          {"maps", head.map_names},
          {"top", head.top_name},
          {"states", states},
          {"order", head.order},
          {"opacity", head.opacity},
          {"wholeMaps", head.map_cut == MapCut::kWhole},
          {"picturesTogether", kPicturesTogether},
          {"page", page},
          {"count", body.size()}};
}

// The pictures as JSON arrays of URLs, each in an element of its own, so that none is parsed before
// it is needed.
std::string PictureElements(const std::vector<PictureUrl>& pictures) {
  std::string text;
  for (std::size_t first = 0; first < pictures.size(); first += kPicturesTogether) {
    const std::size_t count = std::min(kPicturesTogether, pictures.size() - first);
    text += "<script type=\"application/json\" id=\"pictures-" +
            std::to_string(first / kPicturesTogether) + "\">[";
    for (std::size_t i = 0; i < count; ++i) {
      text += i == 0 ? "" : ",";
      text += ScriptJson(pictures[first + i]);
    }
    text += "]</script>\n";
  }
  return text;
}

// What allows an inline script or style of exactly this text.
std::string HashSource(std::string_view text) {
  return "'sha256-" + Base64(Sha256DigestOf(text)) + "'";
}

bool HasLinks(const std::vector<PictureUrl>& pictures) {
  return std::ranges::any_of(pictures, [](const auto& url) { return !url.starts_with("data:"); });
}

// Files beside the page only where pictures are linked, or where there are other pages.
std::string PolicyOf(const PageBody& body, bool is_part) {
  const std::string files = " file: 'self'";
  return "default-src 'none'; img-src data:" + (HasLinks(body.pictures()) ? files : "") +
         (is_part ? "; frame-src" + files : "") + "; style-src " + HashSource(PageStyle()) +
         "; script-src " + HashSource(PageScript()) + "; base-uri 'none'; form-action 'none'";
}

// `text` with every {{name}} replaced once; what is put in is not looked at again.
std::string Filled(std::string_view text, const std::map<std::string_view, std::string>& values) {
  std::string filled;
  while (true) {
    const std::size_t begin = text.find("{{");
    if (begin == std::string_view::npos) return filled.append(text);
    const std::size_t end = text.find("}}", begin);
    filled.append(text.substr(0, begin)).append(values.at(text.substr(begin + 2, end - begin - 2)));
    text.remove_prefix(end + 2);
  }
}

}  // namespace

int PageBody::NumberOf(const PictureUrl& url) {
  if (url.empty()) return -1;
  const std::size_t from = pictures_.size() - std::min(pictures_.size(), kNeighbours);
  for (std::size_t i = from; i < pictures_.size(); ++i) {
    if (pictures_[i] == url) return static_cast<int>(i);
  }
  pictures_.push_back(url);
  bytes_ += url.size() + 3;
  return static_cast<int>(pictures_.size()) - 1;
}

void PageBody::Add(const PageEntry& entry) {
  Json json{{"file", entry.file}, {"state", entry.state}};
  if (entry.explained) json["class"] = PredictionToJson(*entry.explained);
  json["top"] = Json::array();
  for (const PagePrediction& prediction : entry.top) {
    json["top"].push_back(PredictionToJson(prediction));
  }
  if (entry.truth) {
    json["truth"] = PredictionToJson(entry.truth->true_class);
    json["right"] = entry.truth->is_right;
  }
  if (!entry.has_large_tile) json["pair"] = true;
  json["ratio"] = NumberOrNull(entry.aspect_ratio);
  const PageArea& seen = entry.seen;
  if (seen.width < 1 || seen.height < 1) {
    json["seen"] = {NumberOrNull(seen.x), NumberOrNull(seen.y), NumberOrNull(seen.width),
                    NumberOrNull(seen.height)};
  }
  json["maps"] = Json::array();
  for (const PageMap& map : entry.maps) {
    Json tiles = Json::array();
    for (const PageTile& tile : map.tiles) {
      const int picture = NumberOf(tile.picture);
      tiles.push_back({picture, NumberOf(tile.map)});
    }
    Json part{{"state", map.state}, {"tiles", tiles}, {"facts", FactsToJson(map.facts)}};
    if (!map.summary.empty()) part["summary"] = map.summary;
    if (map.peak) part["peak"] = {NumberOrNull(map.peak->x), NumberOrNull(map.peak->y)};
    json["maps"].push_back(part);
  }
  if (!entry.facts.empty()) json["facts"] = FactsToJson(entry.facts);
  if (!entry.notes.empty()) json["notes"] = entry.notes;
  if (!entry.error.empty()) json["error"] = entry.error;
  if (!entry.hint.empty()) json["hint"] = entry.hint;
  entries_.push_back(ScriptJson(json));
  bytes_ += entries_.back().size() + 2;
}

std::string PageEnd(const PageIndex& index) {
  const std::string element =
      "<script type=\"application/json\" id=\"index\">" + index.Json() + "</script>\n";
  return (index.pages() > 1 ? element : "") + "</body>\n</html>\n";
}

std::string PageHtml(const PageHead& head, const PageBody& body,
                     const std::optional<PagePart>& part) {
  return (part ? PartBeginning(*part) : std::string(kBeginning)) +
         Filled(PageTemplate(),
                {{"policy", PolicyOf(body, part.has_value())},
                 {"title", EscapedMarkup(head.title)},
                 {"style", std::string(PageStyle())},
                 {"script", std::string(PageScript())},
                 {"head", ScriptJson(HeadToJson(head, body, part ? part->number : 0))},
                 {"entries", "[" + Joined(body.entries(), ",\n") + "]"},
                 {"pictures", PictureElements(body.pictures())}});
}

std::string_view PageBeginning() { return kBeginning; }

std::string PartBeginning(const PagePart& part) {
  return std::string(kBeginning) + "<meta name=\"gradcam-page\" content=\"" +
         std::to_string(part.number + 1) + " of " + EscapedMarkup(part.first_page) + "\">\n";
}

}  // namespace gradcam

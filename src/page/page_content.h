#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace gradcam {

// What a page shows. Texts are bytes of any kind: nothing in them is taken for HTML.

// Where a picture of the page comes from: "data:image/jpeg;base64,..." or a URL relative to the
// page. Empty: there is none.
using PictureUrl = std::string;

struct PageTile {
  PictureUrl picture;
  PictureUrl map;  // over `picture` with the opacity of the page's slider, or alone
};

// What the pictures of maps show.
enum class MapCut {
  kSeen,   // the part of the picture that the network saw
  kWhole,  // the whole picture; the rest is not to be looked at
};

// A name with its value.
struct PageFact {
  std::string name;
  std::string value;
};

// A point as fractions of a tile's width and height.
struct PagePoint {
  double x = 0;
  double y = 0;
};

// A part of a tile in the same fractions.
struct PageArea {
  double x = 0;
  double y = 0;
  double width = 1;
  double height = 1;
};

struct PageMap {
  std::string state;              // one of PageHead::states
  std::array<PageTile, 3> tiles;  // the first is drawn large, unless PageEntry says otherwise
  std::optional<PagePoint> peak;
  std::vector<PageFact> facts;
  std::string summary;  // of the facts, on the card; or empty
};

struct PagePrediction {
  std::string label;
  int index = 0;
  double probability = 0;
  // Whose it is where there are two, as in PageHead::tile_names in small letters: "baseline". With
  // = {}, an initializer that leaves it out is no missing initializer to g++.
  std::string side = {};  // NOLINT(readability-redundant-member-init)
};

// What is known of the answer.
struct PageTruth {
  PagePrediction true_class;
  bool is_right = false;  // it is the most probable one
};

// One explained class of a picture, or a picture that failed.
struct PageEntry {
  std::string file;
  std::string state;                        // one of PageHead::states
  std::optional<PagePrediction> explained;  // empty for a failure
  std::vector<PagePrediction> top;          // most probable first
  std::optional<PageTruth> truth;           // empty: not known
  // Else the first tile is left out, and the others are large, each of the class that `top` has for
  // its side.
  bool has_large_tile = true;
  double aspect_ratio = 1;    // of the pictures in all tiles, width by height
  PageArea seen;              // the part of them that the network saw
  std::vector<PageMap> maps;  // one for each of PageHead::map_names, or none
  std::vector<PageFact> facts;
  std::vector<std::string> notes;  // what is missing
  std::string error;               // why it failed
  std::string hint;                // what else there is to say, on the card as well
};

// A state that entries can have.
struct PageState {
  std::string key;   // "all_zero"
  std::string name;  // "Map is zero"
  bool is_problem = true;
};

// What is the same for all entries.
struct PageHead {
  std::string title;
  std::vector<PageFact> facts;
  std::vector<std::string> notes;
  std::array<std::string, 3> tile_names;
  std::vector<std::string> map_names;
  std::string top_name = "Most probable classes";  // what PageEntry::top lists
  std::vector<PageState> states;                   // from harmless to grave
  std::string order;     // name of the order in which entries come; empty: by file
  double opacity = 0.5;  // of maps over pictures at first, 0...1
  MapCut map_cut = MapCut::kSeen;
};

}  // namespace gradcam

#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "report/picture_report.h"
#include "report/shard.h"

namespace gradcam {

// A picture (or a folder that could not be listed) that failed.
struct Failure {
  std::string file;   // path below its input, as bytes; for a folder its path as given
  std::string error;  // one line
  std::string hint;   // or empty
};

struct RunCounts {
  int pictures = 0;  // found
  int done = 0;      // explained and written
  int failed = 0;    // including folders that could not be listed
  int skipped = 0;   // files in folders that are no pictures by their name
  int left_out = 0;  // explained, but not among those that --only keeps
  int right = 0;     // the most probable class is the true one, in this run or an earlier one
  int wrong = 0;     // it is another; neither where the true class is not known
  int resumed = 0;   // that an earlier run had done (--resume)
};

// Seconds of a run in the stages beside the network.
struct IoTimes {
  double decode = 0;  // reading, hashing, decoding and resizing pictures; all threads together
  double write = 0;   // drawing, encoding and writing files; all threads together
  double network_wait = 0;  // the network had nothing to do
  double io_wait = 0;       // threads that read and write had nothing to do; all together
};

struct StageTimes {
  ExplainTimes explain;  // from pixels to maps
  IoTimes io;
};

struct Stage {
  const char* key = "";    // in JSON
  const char* words = "";  // for people
  double seconds = 0;
};

// In the order of a picture's way, waiting last; the warm-up only if there was one.
[[nodiscard]] std::vector<Stage> StagesOf(const StageTimes& times);

// How often a class was the most probable one.
struct ClassCount {
  std::string label;  // empty without labels
  int pictures = 0;
};

// What the pictures of a run have shown, for people.
struct RunSummary {
  std::map<int, ClassCount> classes;  // by index
  // Of maps whose status is not kOk: "gradcam" or "saliency" and status.
  std::map<std::pair<std::string, MapStatus>, int> degenerate;
};

struct RunReport {
  std::vector<std::string> inputs;  // as given
  std::optional<Shard> shard;       // of a run that does a part of the pictures
  RunCounts counts;
  std::vector<Failure> failures;
  RunSummary summary;
  Recoveries recoveries;
  std::vector<std::string> notes;  // what was found about engines
  bool interrupted = false;
  std::string started;  // UTC, ISO 8601
  double seconds = 0;
  Engine engine = Engine::kLibtorch;  // of the last picture
  std::optional<StageTimes> stages;   // --timing
};

// The pictures that the network has seen, less those that failed.
[[nodiscard]] int Explained(const RunCounts& counts);

// Of those, in a second; 0 without time.
[[nodiscard]] double PicturesPerSecond(const RunReport& report);

// As run.json, --json and others list it: "file", "error" and, if there is one, "hint".
[[nodiscard]] nlohmann::ordered_json ToJson(const Failure& failure);

// run.json: docs/schema/run.schema.json.
[[nodiscard]] nlohmann::ordered_json ToJson(const RunReport& report, const RunContext& run);

// As run.json and --json list them.
[[nodiscard]] nlohmann::ordered_json FailuresToJson(const std::vector<Failure>& failures);

}  // namespace gradcam

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "report/settings.h"
#include "report/shard.h"

namespace gradcam {

enum class SelfCheck {
  kAuto,  // the first picture of a run with more than one
  kOn,    // every picture
  kOff,
};

// Which pictures results are written for, by their true class.
enum class Only { kAll, kWrong, kRight };

struct RunOptions {
  std::vector<std::string> inputs;  // pictures, folders, "@list.txt", "@-", as given
  std::optional<std::string> root;  // of the entries of lists: they keep their path below it
  bool null_separated = false;      // paths in lists end with a NUL byte
  std::optional<Shard> shard;       // do a part of the pictures
  std::filesystem::path output = "gradcam-out";
  Settings settings;
  Only only = Only::kAll;
  SelfCheck self_check = SelfCheck::kAuto;
  int io_threads = 1;           // that read, decode, draw and write beside the network
  bool keep_extension = false;  // output names keep the input's extension
  bool resume = false;          // skip pictures that an earlier run has done
  bool fail_fast = false;       // stop at the first failed picture
  bool timing = false;          // report the time of each stage
  bool strict = false;          // every map status but kOk is a failure of its picture
};

}  // namespace gradcam

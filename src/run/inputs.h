#pragma once

#include <filesystem>
#include <istream>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "report/run_report.h"
#include "run/file_identity.h"

namespace gradcam {

// A picture that a run was given, not yet looked at.
struct InputPicture {
  std::filesystem::path path;  // to open
  std::string name;            // path below its input, as bytes: "a/cat.jpg"
};

struct InputListing {
  std::vector<InputPicture> pictures;  // each path once, in the order of the inputs
  std::set<FileIdentity> folders;      // all folders that were walked
  std::vector<Failure> failures;       // folders that cannot be listed
  std::vector<std::string> warnings;
  int skipped = 0;  // files in folders that are no pictures by their name
};

// Lists pictures, folders (run/folder_walk.h) and lists ("@list.txt", "@-" = `standard_input`: one
// path a line; empty lines are left out). An entry of a list is named by its path below the common
// parent folder of all its entries. `excluded`: a folder that is not entered. Throws Error(kUsage)
// if a list cannot be read.
[[nodiscard]] InputListing ListInputs(const std::vector<std::string>& inputs,
                                      const std::optional<FileIdentity>& excluded,
                                      std::istream& standard_input);

}  // namespace gradcam

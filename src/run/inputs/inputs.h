#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "report/run_report.h"
#include "run/inputs/file_identity.h"
#include "run/inputs/picture_list.h"

namespace gradcam {

struct InputOptions {
  std::vector<std::string> inputs;  // pictures, folders, "@list.txt", "@-", as given
  std::optional<std::string> root;  // of the entries of lists: their names are paths below it
  bool null_separated = false;      // paths in lists end with a NUL byte
};

struct InputListing {
  PictureList pictures;               // each path once, in the order of the inputs
  std::vector<FileIdentity> folders;  // all folders that were walked, sorted
  std::vector<Failure> failures;  // folders that cannot be listed, links that cannot be followed
  std::vector<std::string> warnings;
  int skipped = 0;  // files in folders that are no pictures by their name
};

// Lists pictures, folders (folder_walk.h) and lists (list_reader.h; "@-" is read from the
// descriptor `standard_input`). Entries of a list are named by their path below `root`, or else
// below their common parent folder. `excluded`: a folder that is not entered. Opens no picture.
// Throws Error(kUsage) for a list that cannot be read, an entry outside of `root`, and a path that
// has two true classes.
[[nodiscard]] InputListing ListInputs(const InputOptions& options,
                                      const std::optional<FileIdentity>& excluded,
                                      int standard_input);

// Whether the inputs name a list.
[[nodiscard]] bool HasList(const std::vector<std::string>& inputs);

}  // namespace gradcam

#pragma once

#include <string>
#include <vector>

#include "results/result_folder.h"

namespace gradcam {

// What is missing of runs that shared their pictures (--shard K/N): one line for each N of which
// some shards have left their run.K-of-N.json and others have not. A folder without any report of a
// run is judged by its results.K-of-N.jsonl.
[[nodiscard]] std::vector<std::string> MissingShards(const ResultListing& listing);

}  // namespace gradcam

#include "results/missing_shards.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>

#include "core/joined.h"
#include "run/output_names.h"

namespace gradcam {
namespace {

using Numbers = std::set<std::size_t>;

// N -> the K that are there.
using Shards = std::map<std::size_t, Numbers>;

template <typename Parse>
Shards ShardsIn(const std::vector<std::string>& names, const Parse& parse) {
  Shards shards;
  for (const std::string& name : names) {
    if (const std::optional<Shard> shard = parse(name)) shards[shard->count].insert(shard->number);
  }
  return shards;
}

// N comes from a file name and may be of any size: no more is looked at than is named.
template <typename Name>
std::string TextFor(std::size_t count, const Numbers& there, const Name& name) {
  constexpr std::size_t kMostNamed = 5;
  const std::size_t missing = count - there.size();
  std::vector<std::string> named;
  for (std::size_t number = 1; named.size() < std::min(missing, kMostNamed); ++number) {
    if (!there.contains(number)) named.push_back(name(Shard{.number = number, .count = count}));
  }
  if (missing > kMostNamed) named.emplace_back("...");
  return std::to_string(missing) + " of " + std::to_string(count) + " shards " +
         (missing == 1 ? "is missing or has" : "are missing or have") + " not ended: there is no " +
         Joined(named, ", ");
}

}  // namespace

std::vector<std::string> MissingShards(const ResultListing& listing) {
  const bool by_lines = listing.runs.empty();
  const Shards shards =
      by_lines ? ShardsIn(listing.lines, ShardOfResults) : ShardsIn(listing.runs, ShardOfRunReport);
  std::vector<std::string> texts;
  for (const auto& [count, there] : shards) {
    if (there.size() == count) continue;
    texts.push_back(TextFor(count, there, by_lines ? ResultsName : RunReportName));
  }
  return texts;
}

}  // namespace gradcam

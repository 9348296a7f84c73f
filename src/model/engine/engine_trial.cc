#include "model/engine/engine_trial.h"

#include <algorithm>
#include <utility>

namespace gradcam {
namespace {

constexpr int kMostBatches = 3;  // of a way's turn, or as many pictures

}  // namespace

EngineTrial::EngineTrial(const std::vector<EngineWay>& ways, int largest_batch)
    : largest_batch_(largest_batch) {
  candidates_.reserve(ways.size());
  for (const EngineWay& way : ways) {
    Candidate candidate;
    candidate.way = way;
    candidates_.push_back(candidate);
  }
}

void EngineTrial::PutFirst(std::size_t engine) {
  std::ranges::stable_partition(candidates_,
                                [&](const Candidate& c) { return c.way.engine == engine; });
}

bool EngineTrial::HasWayWithout(std::size_t engine) const {
  return std::ranges::any_of(
      candidates_, [&](const Candidate& c) { return !c.excluded && c.way.engine != engine; });
}

EngineWay EngineTrial::Next() const {
  const Candidate* untried = Untried();
  return untried != nullptr ? untried->way : Best()->way;
}

int EngineTrial::NextBatch() const {
  const Candidate* untried = Untried();
  return untried != nullptr ? BatchInTrial(untried->way) : Best()->way.batch;
}

int EngineTrial::BatchInTrial(const EngineWay& way) const {
  return Ways().size() == 1 ? way.batch : std::min(way.batch, largest_batch_);
}

void EngineTrial::Record(const EngineWay& way, int pictures, std::optional<double> seconds) {
  const auto candidate =
      std::ranges::find_if(candidates_, [&](const Candidate& c) { return c.way == way; });
  if (candidate == candidates_.end() || candidate->seconds) return;
  candidate->pictures += pictures;
  const bool is_repeated = std::exchange(candidate->last_batch, pictures) == pictures;
  // Batches that a picture has failed in are computed again one by one.
  const bool is_own_size = pictures > 1 || way.batch == 1;
  const bool is_over = candidate->pictures >= kMostBatches * BatchInTrial(way);
  const bool counts = (is_repeated && is_own_size) || is_over;
  if (seconds && counts) candidate->seconds = *seconds / pictures;
}

void EngineTrial::Exclude(std::size_t engine) {
  for (Candidate& candidate : candidates_) {
    candidate.excluded = candidate.excluded || candidate.way.engine == engine;
  }
}

std::vector<EngineTrial::Measured> EngineTrial::Ways() const {
  std::vector<Measured> ways;
  for (const Candidate& candidate : candidates_) {
    if (!candidate.excluded) ways.push_back({candidate.way, candidate.seconds});
  }
  return ways;
}

int EngineTrial::PicturesToTry(std::size_t engine) const {
  int pictures = 0;
  for (const Candidate& candidate : candidates_) {
    if (candidate.way.engine == engine) pictures += PicturesToTry(candidate);
  }
  return pictures;
}

// If its batches are full.
int EngineTrial::PicturesToTry(const Candidate& candidate) const {
  if (candidate.seconds) return 0;
  const int batch = BatchInTrial(candidate.way);
  return candidate.last_batch == batch ? batch : 2 * batch;
}

std::optional<double> EngineTrial::Seconds(std::size_t engine) const {
  const auto candidate =
      std::ranges::find(candidates_, engine, [](const Candidate& c) { return c.way.engine; });
  return candidate != candidates_.end() ? candidate->seconds : std::nullopt;
}

bool EngineTrial::is_decided() const { return Untried() == nullptr; }

const EngineTrial::Candidate* EngineTrial::Untried() const {
  for (const Candidate& candidate : candidates_) {
    if (!candidate.excluded && !candidate.seconds) return &candidate;
  }
  return nullptr;
}

std::optional<double> EngineTrial::BestSeconds() const {
  const Candidate* best = Best();
  return best != nullptr ? best->seconds : std::nullopt;
}

// Not where the same engine, which may take more, was measured with single pictures as well.
bool EngineTrial::IsAnother(const Candidate& candidate) const {
  return candidate.way.batch > 1 || std::ranges::none_of(candidates_, [&](const Candidate& other) {
           return other.way.engine == candidate.way.engine && other.way.batch > 1 &&
                  other.seconds && other.last_batch == 1;
         });
}

const EngineTrial::Candidate* EngineTrial::Best() const {
  const Candidate* best = nullptr;
  for (const Candidate& candidate : candidates_) {
    if (candidate.excluded || !IsAnother(candidate)) continue;
    const bool is_faster = candidate.seconds && best != nullptr &&
                           (!best->seconds || *candidate.seconds < *best->seconds);
    if (best == nullptr || is_faster) best = &candidate;
  }
  return best;
}

}  // namespace gradcam

#include "model/engine/chosen_features.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <exception>
#include <iomanip>
#include <iterator>
#include <sstream>
#include <utility>

#include "core/free_memory.h"
#include "core/stopwatch.h"
#include "gradcam/error.h"
#include "model/engine/compared_engine.h"
#include "model/engine/torch_error.h"

namespace gradcam {
namespace {

// Pictures in the batch by which an engine is compared with the reference, which may be the slowest
// of all: enough to see that they are told apart.
constexpr int kCompared = 2;

// "up to 8 pictures at a time, 9.71 ms each"
std::string Description(const EngineTrial::Measured& measured) {
  std::ostringstream text;
  if (measured.way.batch == 1) {
    text << "one picture at a time";
  } else {
    text << "up to " << measured.way.batch << " pictures at a time";
  }
  if (measured.seconds) {
    constexpr double kMilliseconds = 1000;
    const double each = kMilliseconds * *measured.seconds;
    const int decimals = each < 10 ? 2 : each < 100 ? 1 : 0;
    text << ", " << std::fixed << std::setprecision(decimals) << each << " ms each";
  }
  return text.str();
}

// Whether both are the same numbers in memory, not only equal ones.
bool IsSame(const at::Tensor& a, const at::Tensor& b) {
  return a.const_data_ptr() == b.const_data_ptr() && a.sizes() == b.sizes() &&
         a.strides() == b.strides();
}

bool IsKept(const EngineCandidate& candidate, const at::Tensor& input) {
  return candidate.source.is_kept && candidate.source.is_kept(input);
}

}  // namespace

ChosenFeatures::ChosenFeatures(std::unique_ptr<FeaturesEngine> reference,
                               std::vector<EngineCandidate> candidates, EngineTrial trial,
                               int pictures, std::string hint)
    : candidates_(std::move(candidates)),
      engines_(candidates_.size() + 1),
      compared_(candidates_.size() + 1),
      trial_(std::move(trial)),
      pictures_left_(pictures),
      hint_(std::move(hint)) {
  engines_.front() = std::move(reference);
}

// The check that a batch equals single pictures asks for those by which an engine is compared next.
Features ChosenFeatures::RunReference(const at::Tensor& input) {
  if (last_reference_ && IsSame(last_reference_->input, input)) return last_reference_->features;
  last_reference_.reset();
  Features features = engines_.front()->Run(input);
  // A head may write to what else crosses the cut, but not to the activations: they are a leaf of
  // its tape.
  const bool may_be_asked_again =
      !candidates_.empty() && (!is_settled_ || !IsCompared(trial_.Next().engine));
  if (may_be_asked_again && features.carried.empty()) last_reference_ = {input, features};
  return features;
}

int ChosenFeatures::NextBatch() const {
  const int batch = trial_.NextBatch();
  return IsCompared(trial_.Next().engine) ? batch : std::min(batch, kCompared);
}

bool ChosenFeatures::IsCompared(std::size_t engine) const {
  return engine == 0 || (engines_[engine] != nullptr && compared_[engine] >= kCompared);
}

Features ChosenFeatures::Run(const at::Tensor& input) {
  if (!has_begun_) PutKeptFirst(input);
  has_begun_ = true;
  for (;;) {
    const EngineWay way = trial_.Next();
    if (way.engine == 0) return RunWay(way, input);
    if (engines_[way.engine] == nullptr) {
      const Reference reference{input, RunReference(input)};
      try {
        return FirstRun(way, reference);
      } catch (const std::exception& error) {
        // Fewer pictures may fit.
        if (IsOutOfMemory(error) && !trial_.HasWayWithout(way.engine)) throw;
        PassOver(way.engine, TorchMessage(error));
      }
      continue;
    }
    try {
      return RunWay(way, input);
    } catch (const std::exception& error) {
      if (IsToBeCompared(way.engine, input) && !IsOutOfMemory(error)) {
        // A single picture did not show it. By these it may be made in another way.
        engines_[way.engine].reset();
        continue;
      }
      if (!trial_.HasWayWithout(way.engine)) throw;
      static_cast<void>(RunReference(input));  // throws if it is the picture that is at fault
      PassOver(way.engine, TorchMessage(error));
    }
  }
}

bool ChosenFeatures::IsToBeCompared(std::size_t engine, const at::Tensor& input) const {
  return !IsCompared(engine) && input.size(0) > compared_[engine];
}

void ChosenFeatures::PutKeptFirst(const at::Tensor& input) {
  for (std::size_t i = candidates_.size(); i-- > 0;) {
    const EngineCandidate& candidate = candidates_[i];
    if (candidate.is_first_if_kept && IsKept(candidate, input)) trial_.PutFirst(i + 1);
  }
}

// The last way stays for the next picture: that one may be another matter.
void ChosenFeatures::PassOver(std::size_t engine, const std::string& problem) {
  const std::string note = "engine '" + NameOf(engine) + "' cannot be used: " + problem;
  if (!trial_.HasWayWithout(engine)) throw Error(ErrorKind::kUsage, note, hint_);
  trial_.Exclude(engine);
  engines_[engine].reset();
  is_settled_ = false;
  notes_.push_back(note);
}

Features ChosenFeatures::RunWay(const EngineWay& way, const at::Tensor& input) {
  Stopwatch watch;
  Features features = engines_[way.engine]->Run(input);
  const double seconds = watch.Lap();
  if (IsToBeCompared(way.engine, input)) {
    RequireAgreement(candidates_[way.engine - 1].source, features, RunReference(input));
    compared_[way.engine] = input.size(0);
    if (is_settled_) FreeOthers();
  }
  Record(way, input, seconds);
  return features;
}

Features ChosenFeatures::FirstRun(const EngineWay& way, const Reference& reference) {
  ReturnReferenceMemory();  // another allocator may take what comes now
  ComparedEngine compared =
      MakeCompared(candidates_[way.engine - 1].source, reference.input, reference.features);
  engines_[way.engine] = std::move(compared.engine);
  compared_[way.engine] = reference.input.size(0);
  std::ranges::move(compared.notes, std::back_inserter(notes_));
  last_reference_.reset();
  ReturnReferenceMemory();                       // the engine was made from the same weights
  Record(way, reference.input, /*seconds=*/{});  // of a first run they say nothing
  return std::move(compared.first);
}

void ChosenFeatures::Record(const EngineWay& way, const at::Tensor& input,
                            std::optional<double> seconds) {
  pictures_left_ -= input.size(0);
  trial_.Record(way, static_cast<int>(input.size(0)), seconds);
  ExcludeWhatDoesNotPay(input);
  const bool is_chosen = trial_.is_decided() || trial_.Ways().size() == 1;
  if (!is_chosen || is_settled_) return;
  is_settled_ = true;
  NoteChoice();
  FreeOthers();
}

// They hold a copy of the weights each, and what they have computed is free as well.
void ChosenFeatures::FreeOthers() {
  const std::size_t chosen = trial_.Next().engine;
  for (std::size_t i = 1; i < engines_.size(); ++i) {
    if (i != chosen) engines_[i].reset();
  }
  if (chosen != 0) engines_.front()->ReturnMemory();
  last_reference_.reset();
  ReturnFreeMemory();
}

// Its weights and feature maps.
void ChosenFeatures::ReturnReferenceMemory() {
  engines_.front()->ReturnMemory();
  ReturnFreeMemory();
}

void ChosenFeatures::ExcludeWhatDoesNotPay(const at::Tensor& input) {
  if (trial_.is_decided()) return;
  for (std::size_t i = 1; i < engines_.size(); ++i) {
    const auto ways = trial_.Ways();
    const bool is_offered =
        std::ranges::any_of(ways, [&](const auto& measured) { return measured.way.engine == i; });
    if (!is_offered || engines_[i] != nullptr || Pays(i, input)) continue;
    trial_.Exclude(i);
    notes_.push_back("engine '" + NameOf(i) + "' is not tried: so few pictures do not pay for it");
  }
}

bool ChosenFeatures::Pays(std::size_t engine, const at::Tensor& input) const {
  const auto seconds = trial_.BestSeconds();
  if (!seconds) return true;
  const EngineCandidate& candidate = candidates_[engine - 1];
  const double gain = static_cast<double>(pictures_left_) * *seconds * candidate.saving;
  const double detour = Detour(engine);
  if (gain >= candidate.preparation + detour) return true;
  return gain >= candidate.preparation_if_kept + detour && IsKept(candidate, input);
}

// Seconds that the pictures of its turn take longer than by the best way so far, if it is no faster
// than the reference.
double ChosenFeatures::Detour(std::size_t engine) const {
  const auto reference = trial_.Seconds(0);
  const auto best = trial_.BestSeconds();
  if (!reference || !best) return 0;
  return trial_.PicturesToTry(engine) * (*reference - *best);
}

void ChosenFeatures::NoteChoice() {
  const auto ways = trial_.Ways();
  const EngineWay chosen = trial_.Next();
  std::string note;
  for (const auto& measured : ways) {
    if (measured.way != chosen) continue;
    note = "engine '" + NameOf(chosen.engine) + "' is used, " + Description(measured);
  }
  for (const auto& measured : ways) {
    if (measured.way == chosen) continue;
    note += "; '" + NameOf(measured.way.engine) + "': " + Description(measured);
  }
  notes_.push_back(note);
}

std::string ChosenFeatures::NameOf(std::size_t engine) const {
  return engine == 0 ? "libtorch" : candidates_[engine - 1].source.name;
}

std::vector<std::string> ChosenFeatures::TakeNotes() { return std::exchange(notes_, {}); }

}  // namespace gradcam

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/engine/engine_source.h"
#include "model/engine/engine_trial.h"
#include "model/engine/features_engine.h"

namespace gradcam {

// An engine that may take the place of the reference.
struct EngineCandidate {
  EngineSource source;                // asked when its turn comes
  Engine engine = Engine::kLibtorch;  // whose it is
  // Share of the time of the best way so far that it is expected to save. It gets a turn only if
  // what is left of the run promises to save more than the turn costs.
  double saving = 0;
  // Seconds until it is ready for its first batch, and the same where an earlier run of the program
  // has kept something to begin with.
  double preparation = 0;
  double preparation_if_kept = 0;
  // Whether it has its turn before the others where it was kept.
  bool is_first_if_kept = false;
};

// The features half run by whichever of several engines is fastest. An engine is made at its first
// turn, and what it gives for its first batch, a small one, is compared with what the reference
// gives; where that is a single picture, so is the first batch of several. One that cannot be made,
// throws or differs is passed over with a note; the last one is an error instead.
class ChosenFeatures final : public FeaturesOfRun {
 public:
  // Ways of `trial` name the reference as engine 0 and candidate i as engine i + 1. `pictures` are
  // expected in all. `hint` says what to do when no way is left.
  ChosenFeatures(std::unique_ptr<FeaturesEngine> reference, std::vector<EngineCandidate> candidates,
                 EngineTrial trial, int pictures, std::string hint);

  // Throws Error(kUsage) when the last way cannot take `input`, what the reference throws, and what
  // an engine throws that has no memory left for so many pictures where no other way is left.
  [[nodiscard]] Features Run(const at::Tensor& input) override;

  // The pictures of the last call are not computed twice.
  [[nodiscard]] Features RunReference(const at::Tensor& input) override;
  [[nodiscard]] int NextBatch() const override;
  [[nodiscard]] std::vector<std::string> TakeNotes() override;

 private:
  // What the reference gives for some pictures.
  struct Reference {
    at::Tensor input;
    Features features;
  };

  // Whether `engine` may get full batches.
  [[nodiscard]] bool IsCompared(std::size_t engine) const;
  // Whether it is made and was compared by fewer pictures than that.
  [[nodiscard]] bool IsToBeCompared(std::size_t engine, const at::Tensor& input) const;
  [[nodiscard]] Features RunWay(const EngineWay& way, const at::Tensor& input);
  [[nodiscard]] Features FirstRun(const EngineWay& way, const Reference& reference);
  void PutKeptFirst(const at::Tensor& input);
  void PassOver(std::size_t engine, const std::string& problem);
  void Record(const EngineWay& way, const at::Tensor& input, std::optional<double> seconds);
  void ExcludeWhatDoesNotPay(const at::Tensor& input);
  [[nodiscard]] bool Pays(std::size_t engine, const at::Tensor& input) const;
  [[nodiscard]] double Detour(std::size_t engine) const;
  void NoteChoice();
  void FreeOthers();
  void ReturnReferenceMemory();
  [[nodiscard]] std::string NameOf(std::size_t engine) const;

  std::vector<EngineCandidate> candidates_;
  std::vector<std::unique_ptr<FeaturesEngine>> engines_;  // [0] the reference; empty: not made yet
  std::vector<std::int64_t> compared_;  // pictures of the batch by which an engine was compared
  std::optional<Reference> last_reference_;
  EngineTrial trial_;
  std::int64_t pictures_left_;
  std::string hint_;
  bool has_begun_ = false;
  bool is_settled_ = false;  // the way is chosen, and nothing else kept
  std::vector<std::string> notes_;
};

}  // namespace gradcam

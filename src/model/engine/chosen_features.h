#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/engine/engine_trial.h"
#include "model/engine/features_difference.h"
#include "model/engine/features_engine.h"

namespace gradcam {

// An engine that may take the place of the reference.
struct EngineCandidate {
  std::string name;                                       // for messages
  Engine engine = Engine::kLibtorch;                      // whose it is
  std::function<std::unique_ptr<FeaturesEngine>()> make;  // called when its turn comes
  // Share of the time of the best way so far that it is expected to save. It gets a turn only if
  // what is left of the run promises to save more than the turn costs.
  double saving = 0;
  // Seconds until it is ready for its first batch.
  double preparation = 0;
  // The same where an earlier run of the program has left something to begin with, and whether it
  // has, for pictures like these. May be empty.
  double preparation_if_kept = 0;
  std::function<bool(const at::Tensor& input)> is_kept;
  // The largest difference of its activations, and of what else crosses the cut, from the
  // reference's that is put down to rounding, as a share of the maximum.
  double limit = 0;
  // The same engine computing in float32, for one that does not: it is compared first, by a limit
  // that half precision could not keep, unless the engine was kept, and so compared, by an earlier
  // run. May be empty.
  std::function<std::unique_ptr<FeaturesEngine>()> make_float32;
};

// The features half run by whichever of several engines is fastest. An engine is made at its first
// turn, and what it gives for its first batch, a small one, is compared with what the reference
// gives. One that cannot be made, throws or differs is passed over with a note; the last one is an
// error instead.
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

  [[nodiscard]] Features RunWay(const EngineWay& way, const at::Tensor& input);
  [[nodiscard]] Features FirstRun(const EngineWay& way, const Reference& reference);
  // `compare_in_float32` is called unless an earlier run has kept the engine. May be empty.
  [[nodiscard]] Features FirstRunOf(FeaturesEngine& engine, const std::string& name, double limit,
                                    const Reference& reference,
                                    const std::function<void()>& compare_in_float32);
  void PassOver(std::size_t engine, const std::string& problem);
  void Record(const EngineWay& way, const at::Tensor& input, double seconds);
  void ExcludeWhatDoesNotPay(const at::Tensor& input);
  [[nodiscard]] bool Pays(std::size_t engine, const at::Tensor& input) const;
  [[nodiscard]] double Detour(std::size_t engine) const;
  void NoteChoice();
  void FreeOthers();
  void ReturnReferenceMemory();
  [[nodiscard]] std::string NameOf(std::size_t engine) const;

  std::vector<EngineCandidate> candidates_;
  std::vector<std::unique_ptr<FeaturesEngine>> engines_;  // [0] the reference; empty: not made yet
  std::optional<Reference> last_reference_;
  EngineTrial trial_;
  std::int64_t pictures_left_;
  std::string hint_;
  bool is_settled_ = false;  // the way is chosen, and nothing else kept
  std::vector<std::string> notes_;
};

}  // namespace gradcam

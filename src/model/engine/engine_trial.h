#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

namespace gradcam {

// One way to run the features half: which engine, and how many pictures at a time.
struct EngineWay {
  std::size_t engine = 0;  // index of the caller's list
  int batch = 1;

  bool operator==(const EngineWay&) const = default;
};

// Finds the fastest way with the pictures of the run itself, so that no work is done twice: each
// way gets batches until two in a row are of one size, of which the first is not counted (memory
// and kernels are set up in it); and from then on the fastest gets all. Where sizes go on changing,
// as with large pictures that come together as far as memory allows, or single pictures come where
// a way takes more, its turn ends after as many pictures as fill three batches.
class EngineTrial {
 public:
  // While there are several ways, those that have not had their turn get at most `largest_batch`
  // pictures at a time.
  explicit EngineTrial(const std::vector<EngineWay>& ways,
                       int largest_batch = std::numeric_limits<int>::max());

  // In front of the first Record: the ways of `engine` have their turn before the others'.
  void PutFirst(std::size_t engine);

  // Whether a way is left that does not need `engine`.
  [[nodiscard]] bool HasWayWithout(std::size_t engine) const;

  // For the next batch; there must be a way.
  [[nodiscard]] EngineWay Next() const;
  // How many pictures it is to hold.
  [[nodiscard]] int NextBatch() const;

  // A batch of `pictures`, which may be fewer than NextBatch, took `seconds` on `way`; none where
  // what it took says nothing, which never ends a turn.
  void Record(const EngineWay& way, int pictures, std::optional<double> seconds);

  // `engine` cannot be used; no way of it is given out again.
  void Exclude(std::size_t engine);

  // A way that is not excluded, and its time a picture where it was measured.
  struct Measured {
    EngineWay way;
    std::optional<double> seconds;
  };
  [[nodiscard]] std::vector<Measured> Ways() const;

  // How many pictures the ways of `engine` take until they had their turn.
  [[nodiscard]] int PicturesToTry(std::size_t engine) const;

  // A picture, of the first way of `engine`; nothing if that was not measured.
  [[nodiscard]] std::optional<double> Seconds(std::size_t engine) const;

  // Whether every way had its turn.
  [[nodiscard]] bool is_decided() const;

  // A picture, of the fastest way so far; nothing before one was measured.
  [[nodiscard]] std::optional<double> BestSeconds() const;

 private:
  struct Candidate {
    EngineWay way;
    int pictures = 0;
    int last_batch = 0;             // of them
    std::optional<double> seconds;  // a picture, once it has had its turn
    bool excluded = false;
  };

  [[nodiscard]] int BatchInTrial(const EngineWay& way) const;
  [[nodiscard]] int PicturesToTry(const Candidate& candidate) const;
  [[nodiscard]] bool IsAnother(const Candidate& candidate) const;
  [[nodiscard]] const Candidate* Untried() const;
  [[nodiscard]] const Candidate* Best() const;

  std::vector<Candidate> candidates_;
  int largest_batch_;
};

}  // namespace gradcam

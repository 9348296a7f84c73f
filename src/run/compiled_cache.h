#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "gradcam/compiled_networks.h"

namespace gradcam {

// Compiled networks of one model file as files of a folder, which programs that run side by side
// may share: a file comes into being in one step and is removed, never changed. One that is
// damaged, of another version of gradcam or of another user, or that others may write, is none.
class CompiledCache final : public CompiledNetworks {
 public:
  static constexpr std::uint64_t kMostBytes = 1'000'000'000;

  // `model_sha256` may wait for the digest, and throw; an empty one keeps nothing. All files of the
  // folder together take up to `most_bytes`: those that were used longest ago are removed.
  CompiledCache(std::filesystem::path folder, std::function<std::string()> model_sha256,
                std::uint64_t most_bytes = kMostBytes);

  [[nodiscard]] bool Has(const std::string& key) override;
  [[nodiscard]] std::optional<KeptBytes> Find(const std::string& key) override;
  // Throws Error(kOutput).
  void Keep(const std::string& key, const std::function<void(std::ostream&)>& write) override;
  void Forget(const std::string& key) override;

 private:
  struct Entry;
  [[nodiscard]] std::optional<Entry> EntryOf(const std::string& key) const;
  void RemoveOldest(const std::filesystem::path& kept) const;

  std::filesystem::path folder_;
  std::function<std::string()> model_sha256_;
  std::uint64_t most_bytes_;
};

}  // namespace gradcam

#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace gradcam {

// Bytes, and what keeps them in memory.
struct KeptBytes {
  std::shared_ptr<const void> owner;
  std::span<const std::byte> bytes;
};

// Keeps what an engine has compiled of one model file, so that a later run need not compile it
// again. `key` tells everything else that it depends on: one or more lines of text.
class CompiledNetworks {
 public:
  CompiledNetworks() = default;
  virtual ~CompiledNetworks() = default;
  CompiledNetworks(const CompiledNetworks&) = delete;
  CompiledNetworks& operator=(const CompiledNetworks&) = delete;
  CompiledNetworks(CompiledNetworks&&) = delete;
  CompiledNetworks& operator=(CompiledNetworks&&) = delete;

  // Whether Find is likely to give something; fast. Throws nothing.
  [[nodiscard]] virtual bool Has(const std::string& key) = 0;

  // What was kept, unchanged; nothing if there is none or it is damaged. Throws nothing.
  [[nodiscard]] virtual std::optional<KeptBytes> Find(const std::string& key) = 0;

  // In place of what was kept before: what `write` puts into the stream, which begins empty. Throws
  // Error if it cannot be kept, and what `write` throws.
  virtual void Keep(const std::string& key, const std::function<void(std::ostream&)>& write) = 0;

  // Throws nothing.
  virtual void Forget(const std::string& key) = 0;
};

}  // namespace gradcam

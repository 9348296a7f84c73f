#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace gradcam {

// SHA-256 of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void Update(std::span<const std::uint8_t> bytes);

  using Digest = std::array<std::uint8_t, 32>;

  // Once only, one of the two; nothing may be added afterwards.
  [[nodiscard]] Digest FinishDigest();
  // The same as 64 lower-case hex digits.
  [[nodiscard]] std::string Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

[[nodiscard]] std::string Sha256Of(std::span<const std::uint8_t> bytes);
[[nodiscard]] std::string Sha256Of(std::string_view text);
[[nodiscard]] Sha256::Digest Sha256DigestOf(std::string_view text);

}  // namespace gradcam

#include "run/sha256.h"

#include <gtest/gtest.h>

#include <array>

namespace gradcam {
namespace {

// FIPS 180-2, appendix B.1, and the digest of nothing.
constexpr const char* kOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kOfNothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(Sha256, GivesTheStandardsDigests) {
  EXPECT_EQ(Sha256Of(std::string_view("abc")), kOfAbc);
  EXPECT_EQ(Sha256Of(std::string_view("")), kOfNothing);
}

TEST(Sha256, DoesNotDependOnTheSizeOfThePieces) {
  constexpr std::array<std::uint8_t, 3> kAbc{'a', 'b', 'c'};
  Sha256 hash;
  hash.Update(std::span(kAbc).first(1));
  hash.Update({});
  hash.Update(std::span(kAbc).subspan(1));
  EXPECT_EQ(hash.Finish(), kOfAbc);
}

}  // namespace
}  // namespace gradcam

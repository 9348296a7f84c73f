#include "model/score_reader.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gradcam/error.h"
#include "model/device/cpu_device.h"
#include "model/engine/cut_engine.h"
#include "model/graph/layer_calls.h"
#include "model/small_modules.h"

namespace gradcam {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::vector<SmallLayer> kLayers = {{"maps", "return torch.conv2d(x, self.w, None, 1, 1)"}};
const char* const kLogits = "z = torch.matmul(self.maps(x).mean([2, 3]), self.fc.t())\n";

struct Reading {
  at::Tensor logits;
  OutputKind kind;
  std::vector<std::string> warnings;
};

at::Tensor Picture() { return at::randn({2, 3, 8, 8}, at::detail::createCPUGenerator(5)); }

// Reads the logits of SmallModule with `tail` behind the logits z [2, 5].
Reading Read(const std::string& tail, std::optional<OutputKind> declared = std::nullopt,
             const at::Tensor& picture = Picture()) {
  const auto module = SmallModule(kLayers, kLogits + tail);
  const auto forward = InlineForward(module);
  CpuDevice cpu;
  const auto engine = MakeCutEngine(forward, module, SelectLayer(forward, "maps"), {}, cpu);
  ScoreReader reader(engine->outputs(), declared);
  const auto logits = reader.Logits(engine->Run(picture).output, picture.size(0)).detach();
  return {logits, reader.kind(), reader.TakeWarnings()};
}

at::Tensor ExpectedLogits() { return Read("return z").logits; }

// The logits are the very values that the softmax reads: no tolerance.
void ExpectLogitsFound(const std::string& tail, OutputKind kind) {
  const auto reading = Read(tail);
  EXPECT_TRUE(at::equal(reading.logits, ExpectedLogits())) << tail;
  EXPECT_EQ(reading.kind, kind) << tail;
  EXPECT_THAT(reading.warnings, IsEmpty()) << tail;
}

TEST(ScoreReader, TakesPlainScoresForLogits) { ExpectLogitsFound("return z", OutputKind::kLogits); }

TEST(ScoreReader, FindsTheLogitsInFrontOfASoftmax) {
  ExpectLogitsFound("return torch.softmax(z, 1)", OutputKind::kSoftmax);
  ExpectLogitsFound("return torch.softmax(z, -1)", OutputKind::kSoftmax);
}

TEST(ScoreReader, FindsTheLogitsInFrontOfALogSoftmax) {
  ExpectLogitsFound("return torch.log_softmax(z, 1)", OutputKind::kSoftmax);
  ExpectLogitsFound("return torch.log(torch.softmax(z, 1))", OutputKind::kSoftmax);
}

TEST(ScoreReader, FindsTheLogitsInFrontOfASigmoid) {
  ExpectLogitsFound("return torch.sigmoid(z)", OutputKind::kSigmoid);
}

TEST(ScoreReader, FindsASoftmaxBehindChangesOfShape) {
  ExpectLogitsFound("return torch.softmax(z[:, :, None, None], 1).squeeze(-1).squeeze(-1)",
                    OutputKind::kSoftmax);
  ExpectLogitsFound("return torch.flatten(torch.softmax(z[:, :, None, None], 1), 1)",
                    OutputKind::kSoftmax);
}

TEST(ScoreReader, FindsASoftmaxInATuple) {
  ExpectLogitsFound("return (torch.softmax(z, 1), x)", OutputKind::kSoftmax);
}

TEST(ScoreReader, FindsASoftmaxInADict) {
  ExpectLogitsFound("return {'maps': x, 'p': torch.softmax(z, 1)}", OutputKind::kSoftmax);
}

TEST(ScoreReader, PrefersTheEntryLogitsOfADict) {
  ExpectLogitsFound("return {'aux': z * 2, 'logits': z}", OutputKind::kLogits);
}

TEST(ScoreReader, DoesNotTakeASoftmaxOverThePicturesForTheFinalOne) {
  const auto reading = Read("return torch.softmax(z, 0)");
  EXPECT_FALSE(at::equal(reading.logits, ExpectedLogits()));
}

TEST(ScoreReader, TakesTheLogarithmOfProbabilitiesWithoutSoftmaxAndWarns) {
  const auto reading = Read("e = z.exp()\nreturn e / e.sum(1, keepdim=True)");
  EXPECT_EQ(reading.kind, OutputKind::kSoftmax);
  EXPECT_THAT(reading.warnings, SizeIs(1));
  // Logarithms of probabilities differ from the logits by one number a picture; float32.
  const auto shift = reading.logits - ExpectedLogits();
  EXPECT_LT((shift - shift.select(1, 0).unsqueeze(1)).abs().max().item<float>(), 1e-5);
}

TEST(ScoreReader, GivesANetworkWithOneOutputTwoClasses) {
  const auto reading = Read("return z[:, 3:4]");
  ASSERT_EQ(reading.logits.sizes(), (std::vector<std::int64_t>{2, 2}));
  EXPECT_TRUE(at::equal(reading.logits.select(1, 0), at::zeros({2})));
  EXPECT_TRUE(at::equal(reading.logits.select(1, 1), ExpectedLogits().select(1, 3)));
  EXPECT_EQ(reading.kind, OutputKind::kLogits);
  const auto sigmoid = Read("return torch.sigmoid(z[:, 3:4])", OutputKind::kSigmoid);
  EXPECT_TRUE(at::equal(sigmoid.logits, reading.logits));
  EXPECT_EQ(sigmoid.kind, OutputKind::kSoftmax);  // the two classes exclude each other
  EXPECT_THAT(sigmoid.warnings, IsEmpty());
}

TEST(ScoreReader, AcceptsAVectorWithoutBatchForOnePicture) {
  const auto one = Picture().narrow(0, 0, 1);
  EXPECT_TRUE(at::equal(Read("return z.squeeze()", std::nullopt, one).logits,
                        Read("return z", std::nullopt, one).logits));
}

TEST(ScoreReader, FollowsTheDeclaredKindWhereTheGraphSaysNothing) {
  EXPECT_EQ(Read("return z", OutputKind::kSigmoid).kind, OutputKind::kSigmoid);
}

TEST(ScoreReader, WarnsWhenTheGraphContradictsTheDeclaredKind) {
  const auto reading = Read("return torch.softmax(z, 1)", OutputKind::kSigmoid);
  EXPECT_EQ(reading.kind, OutputKind::kSoftmax);
  EXPECT_THAT(reading.warnings, SizeIs(1));
}

TEST(ScoreReader, RefusesADeclaredSoftmaxThatIsNone) {
  EXPECT_THROW(static_cast<void>(Read("return z", OutputKind::kSoftmax)), Error);
}

TEST(ScoreReader, RefusesAnOutputThatIsNoVectorOfScores) {
  try {
    static_cast<void>(Read("return self.maps(x)"));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
    EXPECT_THAT(error.what(), HasSubstr("[2, 4, 8, 8]"));
  }
}

}  // namespace
}  // namespace gradcam

#include "model/engine/torch_error.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

namespace gradcam {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string MessageOf(const std::string& text) { return TorchMessage(std::runtime_error(text)); }

std::string HintOf(const std::string& text) {
  return CannotRun("net.pt", at::zeros({1, 3, 8, 8}), std::runtime_error(text)).hint();
}

TEST(TorchMessage, OfACompilerErrorNamesThePlaceAndLeavesSourceAndSuggestionsOut) {
  EXPECT_EQ(MessageOf("\nUnknown builtin op: torchvision::nms.\n"
                      "Here are some suggestions: \n\taten::ne\n\nThe original call is:\n"
                      "  File \"code/__torch__.py\", line 8\n    return torchvision.nms(x)\n"
                      "           ~~~~~~~~~~ <--- HERE\n"),
            "Unknown builtin op: torchvision::nms. (code/__torch__.py, line 8)");
  EXPECT_EQ(MessageOf("\nundefined value y:\n  File \"code/__torch__.py\", line 5\n    return y\n"),
            "undefined value y (code/__torch__.py, line 5)");
}

TEST(TorchMessage, OfAnInterpreterErrorIsTheWholeInnermostMessage) {
  const std::string traceback =
      "The following operation failed in the TorchScript interpreter.\n"
      "Traceback of TorchScript, serialized code (most recent call last):\n"
      "  File \"code/__torch__.py\", line 5, in forward\n    x: Tensor = a\n";
  EXPECT_EQ(MessageOf(traceback + "RuntimeError: sizes differ:\n [1, 2]\n and [3]\n"),
            "sizes differ: [1, 2] and [3]");
  EXPECT_EQ(MessageOf(traceback + "builtins.ValueError: RuntimeError: twice"),
            "RuntimeError: twice");
}

TEST(TorchMessage, EndsInFrontOfACxxBacktrace) {
  EXPECT_EQ(MessageOf("broken\nException raised from f at g.cpp:1 (most recent call first):\n"
                      "frame #0: f\n"),
            "broken");
}

TEST(TorchMessage, CutsALongListOfOverloadsBehindAWord) {
  std::string text = "Arguments for call are not valid.\n";
  for (int i = 0; i < 100; ++i) {
    text += "aten::add(Tensor a):\n";
  }
  const std::string message = MessageOf(text);
  EXPECT_THAT(message, SizeIs(::testing::Lt(310)));
  EXPECT_THAT(message, EndsWith(" …"));
}

TEST(CannotRun, HintsAtTheSizeUnlessTheMessageSaysSomethingElse) {
  EXPECT_THAT(HintOf("mat1 and mat2 shapes cannot be multiplied"), HasSubstr("--input-size"));
  EXPECT_THAT(HintOf("expected input[1, 3, 8, 8] to have 1 channels, but got 3 channels instead"),
              HasSubstr("3 channels"));
  // Deeper in the network: no matter of the picture's channels.
  EXPECT_THAT(HintOf("expected input[1, 6, 8, 8] to have 4 channels, but got 6 channels instead"),
              HasSubstr("--input-size"));
}

TEST(CannotRun, TellsLackOfMemoryByItsName) {
  const at::Tensor input = at::zeros({1, 3, 8, 8});
  for (const char* text :
       {"DefaultCPUAllocator: can't allocate memory: you tried to allocate 9",
        "The following operation failed in the TorchScript interpreter.\nTraceback of TorchScript "
        "(most recent call last):\n  in file.py\nRuntimeError: CUDA out of memory. Tried to "
        "allocate "
        "20.00 MiB. GPU 0 has a total capacity of 79.11 GiB of which 1.00 MiB is free.",
        "CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported",
        "Allocation on device 0 would exceed allowed memory. (out of memory)",
        "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
        "cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED"}) {
    const Error error = CannotRun("net.pt", input, std::runtime_error(text));
    EXPECT_THAT(error.what(), HasSubstr("not enough memory"));
    EXPECT_EQ(error.kind(), ErrorKind::kMemory);
  }
  EXPECT_EQ(CannotRun("net.pt", input, std::runtime_error("CUDA error: launch failure")).kind(),
            ErrorKind::kModel);
  EXPECT_THAT(CannotRun("net.pt", input, std::bad_alloc()).what(), HasSubstr("not enough memory"));
}

}  // namespace
}  // namespace gradcam

#include "model/torchscript_file.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <torch/csrc/jit/api/module.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "gradcam/error.h"
#include "model/temp_file.h"
#include "model/zip_writer.h"

namespace gradcam {
namespace {

using std::string_literals::operator""s;
using ::testing::HasSubstr;

std::string ReadBytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

std::filesystem::path WriteBytes(const std::string& name, const std::string& bytes) {
  auto path = TempFile(name);
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

constexpr const char* kForward = R"(
def forward(self, x):
    y = torch.conv2d(x, self.w)
    if self.training:
        y = y * 0
    return torch.mean(y, [2, 3]) + self.child.forward(x)
)";

// forward(x) = mean of conv2d(x, w) + sum of x * b, with w [4, 3, 1, 1] = 0, 1, ..., 11.
torch::jit::Module GoodModule() {
  torch::jit::Module module("__torch__.Net");
  torch::jit::Module child("__torch__.Child", module._ivalue()->compilation_unit());
  child.register_parameter("b", at::full({1}, 0.5), /*is_buffer=*/false);
  child.define("def forward(self, x):\n    return torch.sum(x) * self.b\n");
  module.register_attribute("training", c10::BoolType::get(), true);
  module.register_parameter("w", at::arange(12, at::kFloat).view({4, 3, 1, 1}),
                            /*is_buffer=*/false);
  module.register_module("child", child);
  module.define(kForward);
  return module;
}

// The good module as bytes, saved in train mode and with the card {"a": 1}.
std::string GoodBytes() {
  const auto path = TempFile("good.pt");
  GoodModule().save(path.string(), {{"gradcam.json", "{\"a\": 1}"}});
  return ReadBytes(path);
}

at::Tensor Forward(const TorchScriptFile& file) {
  auto module = file.module();
  return module.forward({at::ones({1, 3, 2, 2})}).toTensor();
}

std::string Refusal(const std::filesystem::path& path, Trust trust = Trust::kEverything) {
  try {
    const TorchScriptFile file(path, trust);
    Forward(file);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
    const std::string text = error.what();
    EXPECT_THAT(text, HasSubstr(path.string()));
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    EXPECT_EQ(text.find("frame #"), std::string::npos) << text;
    return text;
  }
  return "";
}

std::string Refusal(const std::vector<ZipPart>& parts) {
  return Refusal(WriteBytes("bad.pt", WriteZip(parts)));
}

std::vector<ZipPart> GoodParts() { return ReadZip(GoodBytes()); }

// Replaces the one occurrence of `from` in a part.
void Replace(ZipPart& part, const std::string& from, const std::string& to) {
  const auto at = part.content.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  ASSERT_EQ(part.content.find(from, at + 1), std::string::npos) << from;
  part.content.replace(at, from.size(), to);
}

TEST(TorchScriptFile, ComputesWhatTheSavedModuleComputes) {
  const TorchScriptFile file(WriteBytes("net.pt", GoodBytes()));
  // Rows of w sum to 3, 12, 21, 30; the ones of x sum to 12, times 0.5.
  EXPECT_TRUE(at::equal(Forward(file), at::tensor({9., 18., 27., 36.}, at::kFloat).view({1, 4})));
  EXPECT_EQ(file.card_json(), "{\"a\": 1}");
  EXPECT_EQ(file.traced_input_size(), std::nullopt);
}

TEST(TorchScriptFile, IsInEvalModeWithoutParameterGradients) {
  const TorchScriptFile file(WriteBytes("net.pt", GoodBytes()));
  EXPECT_FALSE(file.module().is_training());
  int parameters = 0;
  for (const auto& parameter : file.module().parameters()) {
    EXPECT_FALSE(parameter.requires_grad());
    EXPECT_FALSE(parameter.is_inference());
    ++parameters;
  }
  EXPECT_EQ(parameters, 2);
}

TEST(TorchScriptFile, OutlivesItsFileAndWritesNothingIntoIt) {
  const std::string bytes = GoodBytes();
  const auto path = WriteBytes("net.pt", bytes);
  auto file = std::make_unique<TorchScriptFile>(path);
  auto module = file->module();
  module.attr("w").toTensor().add_(1);
  EXPECT_EQ(ReadBytes(path), bytes);
  std::filesystem::remove(path);
  file.reset();
  EXPECT_EQ(module.attr("w").toTensor().sum().item<float>(), 78);  // 66 + 12
}

TEST(TorchScriptFile, ReadsArchivesThatOtherToolsPacked) {
  auto parts = GoodParts();
  for (ZipPart& part : parts) {
    if (part.name.ends_with(".py") || part.name.ends_with(".pkl")) {
      part.content = DeflateStored(part.content);
      part.method = 8;
    }
  }
  EXPECT_EQ(Refusal(parts), "");
}

TEST(TorchScriptFile, KnowsTheSizeOfATracedInput) {
  auto parts = GoodParts();
  ZipPart inputs;
  inputs.name = "good/traced_inputs.pkl";
  // {"forward": [tensor of sizes 1, 3, 40, 60]}; the record of its storage is left out.
  inputs.content =
      "\x80\x02}X\x07\0\0\0forward]ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storage"
      "ctorch\nFloatStorage\nX\x01\0\0\0"
      "0X\x03\0\0\0cpuM\x20\x1ctQK\0(K\x01K\x03K\x28K\x3ct"
      "(M\x20\x1cM\x60\x09K\x3cK\x01t\x89"
      "ccollections\nOrderedDict\n)RtRas."s;
  parts.push_back(inputs);
  const TorchScriptFile file(WriteBytes("net.pt", WriteZip(parts)));
  EXPECT_EQ(file.traced_input_size(), (std::array{40, 60}));
}

TEST(TorchScriptFile, MovesModelsOfAGpuToTheCpu) {
  auto parts = GoodParts();
  auto& data = Part(parts, "good/data.pkl");
  Replace(data, "X\x03\0\0\0cpu"s, "X\x06\0\0\0cuda:0"s);
  Replace(Part(parts, "good/code/__torch__.py"), "torch.mean(y0, [2, 3])",
          "torch.mean(torch.to(y0, torch.device(\"cuda:0\"), 6, False, False, None), [2, 3])");
  EXPECT_EQ(Refusal(WriteBytes("net.pt", WriteZip(parts)), Trust::kAllowListOnly), "");
}

TEST(TorchScriptFile, MovesWhatItsSetStateCallsToTheCpu) {
  torch::jit::Module module("__torch__.Net");
  module.register_attribute("training", c10::BoolType::get(), true);
  module.register_attribute("w", c10::TensorType::get(), at::ones({3}));
  module.define(R"(
def placed(self, w: Tensor) -> Tensor:
    return w.to(torch.device("cpu")) + torch.ones([3], device=torch.device("cpu"))
def __getstate__(self):
    return (self.w, self.training)
def __setstate__(self, state: Tuple[Tensor, bool]):
    self.w = self.placed(state[0])
    self.training = state[1]
def forward(self, x):
    return x + self.w
)");
  const auto path = TempFile("state.pt");
  module.save(path.string());
  auto parts = ReadZip(ReadBytes(path));
  std::string& code = Part(parts, "state/code/__torch__.py").content;
  int devices = 0;
  for (auto at = code.find("\"cpu\""); at != std::string::npos; at = code.find("\"cpu\"", at)) {
    code.replace(at, 5, "\"cuda:0\"");
    ++devices;
  }
  ASSERT_EQ(devices, 2) << code;
  const TorchScriptFile file(WriteBytes("state.pt", WriteZip(parts)));
  EXPECT_EQ(file.module().attr("w").toTensor().sum().item<float>(), 6);
}

TEST(TorchScriptFile, RefusesAFileThatWasCutOffAnywhere) {
  const std::string bytes = GoodBytes();
  for (std::size_t size = 0; size < bytes.size(); size += size < bytes.size() - 100 ? 97U : 1U) {
    EXPECT_NE(Refusal(WriteBytes("bad.pt", bytes.substr(0, size))), "") << size;
  }
}

TEST(TorchScriptFile, SurvivesChangedBytes) {
  const std::string bytes = GoodBytes();
  for (std::size_t at = 0; at < bytes.size(); at += 7) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x41);
    // Refused or loaded, but no crash.
    static_cast<void>(Refusal(WriteBytes("bad.pt", changed)));
  }
}

TEST(TorchScriptFile, RefusesARecordThatIsShorterThanItsTensor) {
  auto parts = GoodParts();
  Part(parts, "good/data/0").content.resize(4);
  Part(parts, "good/data/1").content.resize(4);
  EXPECT_THAT(Refusal(parts), HasSubstr("too short"));
}

TEST(TorchScriptFile, RefusesAMissingRecord) {
  auto parts = GoodParts();
  Part(parts, "good/data/0").name = "good/data/9";
  EXPECT_THAT(Refusal(parts), HasSubstr("missing"));
}

TEST(TorchScriptFile, RefusesCompressedAndUnalignedWeights) {
  auto parts = GoodParts();
  Part(parts, "good/data/0").method = 8;
  Part(parts, "good/data/0").content = DeflateStored(Part(parts, "good/data/0").content);
  EXPECT_THAT(Refusal(parts), HasSubstr("compressed"));
  parts = GoodParts();
  parts[0].content += std::string(64 - parts[0].content.size() % 64 + 1, ' ');
  for (ZipPart& part : parts) {
    part.alignment = 1;
  }
  Part(parts, "good/data/0").name = "good/data/0";
  bool refused = false;
  for (std::size_t shift = 0; shift < 4; ++shift) {
    parts[0].content += ' ';
    refused |= Refusal(parts).find("aligned") != std::string::npos;
  }
  EXPECT_TRUE(refused);
}

// The tensor w is ((storage), offset 0, sizes (4, 3, 1, 1), strides (3, 1, 1, 1)) in the pickle.
const std::string kShape = "K\0(K\4K\3K\1K\1t(K\3K\1K\1K\1t"s;

std::string RefusalOfShape(const std::string& shape) {
  auto parts = GoodParts();
  Replace(Part(parts, "good/data.pkl"), kShape, shape);
  return Refusal(parts);
}

TEST(TorchScriptFile, RefusesTensorsThatReachBeyondTheirStorage) {
  for (const std::string& shape : {
           "K\1(K\4K\3K\1K\1t(K\3K\1K\1K\1t"s,                // offset 1
           "J\xFF\xFF\xFF\xFF(K\4K\3K\1K\1t(K\3K\1K\1K\1t"s,  // offset -1
           "K\0(K\5K\3K\1K\1t(K\3K\1K\1K\1t"s,                // 5 rows of 4
           "K\0(K\4K\3K\1K\1t(K\4K\1K\1K\1t"s,                // a row too far apart
           "K\0(K\4K\3K\1K\1t(K\3J\xFF\xFF\xFF\xFFK\1K\1t"s,  // stride -1
           "\x8a\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F(K\4K\3K\1K\1t(K\3K\1K\1K\1t"s,
           "K\0(K\4K\3K\1K\1t(\x8a\x08\0\0\0\0\0\0\0\x60K\1K\1K\1t"s,  // 3 * stride overflows
       }) {
    EXPECT_THAT(RefusalOfShape(shape), HasSubstr("reaches beyond its storage"));
  }
}

TEST(TorchScriptFile, RefusesImpossibleSizes) {
  for (const std::string& shape : {
           "K\0(J\xFF\xFF\xFF\xFFK\3K\1K\1t(K\3K\1K\1K\1t"s,           // size -1
           "K\0(\x8a\x08\0\0\0\0\0\0\0\x40K\3K\1K\1t(K\0K\0K\0K\0t"s,  // 2^62 * 3 elements
           "K\0(K\4K\3K\1K\1t(K\3K\1K\1t"s,                            // a stride is missing
       }) {
    EXPECT_NE(RefusalOfShape(shape), "");
  }
  EXPECT_EQ(RefusalOfShape(kShape), "");
}

TEST(TorchScriptFile, RefusesAStorageLongerThanItsRecord) {
  auto parts = GoodParts();
  auto& data = Part(parts, "good/data.pkl");
  Replace(data, "K\x0ctQ"s, "J\xFF\xFF\xFF\x7FtQ"s);
  EXPECT_THAT(Refusal(parts), HasSubstr("too short"));
  // Halves of 12 elements fit, doubles do not.
  parts = GoodParts();
  Replace(Part(parts, "good/data.pkl"), "FloatStorage", "DoubleStorage");
  EXPECT_THAT(Refusal(parts), HasSubstr("too short"));
}

TEST(TorchScriptFile, RefusesAttributesOfAnotherTypeThanDeclared) {
  auto parts = GoodParts();
  // The parameter `b` becomes a number.
  Replace(Part(parts, "good/code/__torch__.py"), "  w : Tensor\n", "  w : int\n");
  EXPECT_NE(Refusal(parts), "");
  parts = GoodParts();
  Replace(Part(parts, "good/code/__torch__.py"), "  child : __torch__.Child\n",
          "  child : __torch__.Net\n");
  EXPECT_NE(Refusal(parts), "");
}

TEST(TorchScriptFile, RefusesFilesOfUnknownVersions) {
  auto parts = GoodParts();
  for (ZipPart& part : parts) {
    if (part.name.ends_with("version")) {
      part.content = "99\n";
    }
  }
  EXPECT_THAT(Refusal(parts), HasSubstr("newer PyTorch"));
}

TEST(TorchScriptFile, RefusesWhatIsNoFile) {
  EXPECT_THAT(Refusal(TempFile("none.pt")), HasSubstr("no such file"));
  EXPECT_THAT(Refusal(std::filesystem::path(::testing::TempDir())), HasSubstr("folder"));
  const auto fifo = TempFile("fifo");
  std::filesystem::remove(fifo);
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_THAT(Refusal(fifo), HasSubstr("not a regular file"));
  EXPECT_THAT(Refusal(WriteBytes("empty.pt", "")), HasSubstr("empty"));
}

TEST(TorchScriptFile, RefusesQuantizedNetworks) {
  auto parts = GoodParts();
  Replace(Part(parts, "good/data.pkl"), "_rebuild_tensor_v2", "_rebuild_qtensor");
  EXPECT_THAT(Refusal(parts), HasSubstr("quantized"));
}

TEST(TorchScriptFile, RefusesFilesOfOptimizeForInference) {
  auto parts = GoodParts();
  Replace(Part(parts, "good/code/__torch__.py"), "torch.conv2d(x, w)",
          "torch.conv2d(x, ops.prim.ConstantMKLDNNTensor())");
  EXPECT_THAT(Refusal(parts), HasSubstr("optimize_for_inference"));
}

TEST(TorchScriptFile, SendsPrintsOfTheModelToStderr) {
  auto parts = GoodParts();
  Replace(Part(parts, "good/code/__torch__.py"), "    y = torch.conv2d",
          "    print(\"chatter\")\n    y = torch.conv2d");
  const TorchScriptFile file(WriteBytes("net.pt", WriteZip(parts)));
  ::testing::internal::CaptureStderr();
  ::testing::internal::CaptureStdout();
  Forward(file);
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("chatter"));
}

}  // namespace
}  // namespace gradcam

#include "model/archive/file_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "gradcam/error.h"
#include "model/zip_writer.h"

namespace gradcam {
namespace {

using std::string_literals::operator""s;
using ::testing::HasSubstr;

std::string Said(const std::string& bytes) {
  try {
    RequireTorchScript(bytes);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
    EXPECT_NE(error.hint(), "") << error.what();
    return error.what();
  }
  return "";
}

// A zip archive of records "net/NAME".
std::string Zip(const std::vector<std::pair<std::string, std::string>>& records) {
  std::vector<ZipPart> parts;
  for (const auto& [name, content] : records) {
    ZipPart part;
    part.name = "net/" + name;
    part.content = content;
    parts.push_back(part);
  }
  return WriteZip(parts);
}

const std::string kStateDict =
    "\x80\x02"
    "ccollections\nOrderedDict\nq\0)Rq\1(X\1\0\0\0wctorch._utils\n_rebuild_tensor_v2\n"
    "((X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0"
    "0X\3\0\0\0cpuK\1tQK\0K\1\x85K\1\x85\x89"
    "ccollections\nOrderedDict\n)RtRu."s;
const std::string kNetwork =
    "\x80\x02"
    "c__main__\nNet\n)\x81}(X\1\0\0\0aK\1ub."s;

TEST(FileFormat, TakesTorchScript) {
  EXPECT_EQ(Said(Zip({{"data.pkl", ""}, {"constants.pkl", ""}})), "");
}

TEST(FileFormat, TellsWeightsFromWholeNetworks) {
  EXPECT_THAT(Said(Zip({{"data.pkl", kStateDict}, {"version", "3\n"}})), HasSubstr("state dict"));
  EXPECT_THAT(Said(Zip({{"data.pkl", kNetwork}})), HasSubstr("pickled Python object"));
  const std::string linear =
      "\x80\x02"
      "ctorch.nn.modules.linear\nLinear\n)\x81}b."s;
  EXPECT_THAT(Said(Zip({{"data.pkl", linear}})), HasSubstr("pickled Python object"));
}

TEST(FileFormat, TellsOldTorchSaveFiles) {
  const std::string head =
      "\x80\x02\x8a\x0al\xfc\x9c"
      "F\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}."s;
  EXPECT_THAT(Said(head + kStateDict), HasSubstr("state dict"));
  EXPECT_THAT(Said(head + kNetwork), HasSubstr("pickled Python object"));
}

TEST(FileFormat, TellsArchivesOfOtherExports) {
  EXPECT_THAT(Said(Zip({{"archive_format", "pt2"}, {"models/model.json", "{}"}})),
              HasSubstr("torch.export"));
  EXPECT_THAT(Said(Zip({{"serialized_exported_program.json", "{}"}})), HasSubstr("torch.export"));
  EXPECT_THAT(Said(Zip({{"archive_format", "pt2"}, {"data/aotinductor/model/a.so", "x"}})),
              HasSubstr("AOTInductor"));
  EXPECT_THAT(Said(Zip({{".data/extern_modules", ""}})), HasSubstr("torch.package"));
  EXPECT_THAT(Said(Zip({{"config.json", "{}"}, {"model.weights.h5", "x"}})), HasSubstr("Keras"));
  EXPECT_THAT(Said(Zip({{"readme.txt", "hello"}})), HasSubstr("zip archive"));
}

TEST(FileFormat, TellsOtherFilesByTheirFirstBytes) {
  const std::vector<std::pair<std::string, std::string>> files{
      {"\x89HDF\r\n\x1a\n"s, "HDF5"},
      {"\x18\0\0\0TFL3"s, "TensorFlow Lite"},
      {"GGUF\3\0\0\0"s, "GGUF"},
      {"\x89PNG\r\n\x1a\n"s, "picture (PNG)"},
      {"\xff\xd8\xff\xe0"s, "picture (JPEG)"},
      {"RIFF\0\0\0\0WEBPVP8 "s, "picture (WebP)"},
      {"\x08\x07\x12\x07pytorch\x1a\x05"s
       "2.0.0"s,
       "ONNX"},
      {"\x08\x01\x12\xe4\x01\x0a\x20VarHandleOp"s, "SavedModel"},
      {"\x10\0\0\0\0\0\0\0{\"__metadata__\":{}"s, "safetensors"},
      {"{\"layer\": \"conv\"}", "JSON"},
      {"<!DOCTYPE html>", "HTML"},
      {"hello\n", "text"},
      {"version https://git-lfs.github.com/spec/v1\n", "Git LFS"},
      {"", "empty"},
      {"\x01\x02\x03\x04", "unknown"},
  };
  for (const auto& [bytes, word] : files) {
    EXPECT_THAT(Said(bytes), HasSubstr(word));
  }
}

TEST(FileFormat, NamesWhatIsWantedInEveryCase) {
  EXPECT_THAT(Said("hello\n"), HasSubstr("not a TorchScript file"));
}

TEST(FileFormat, RefusesADamagedZip) {
  const std::string bytes = Zip({{"data.pkl", "x"}, {"constants.pkl", "y"}});
  EXPECT_THAT(Said(bytes.substr(0, bytes.size() - 30)), HasSubstr("damaged"));
}

TEST(FileFormat, TellsASavedModelFolder) {
  const auto folder = std::filesystem::path(::testing::TempDir()) / "saved_model_folder";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "saved_model.pb") << "x";
  try {
    RefuseFolder(folder);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("SavedModel"));
  }
}

}  // namespace
}  // namespace gradcam

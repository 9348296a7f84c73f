#include "model/archive/file_format.h"

#include <algorithm>
#include <array>
#include <optional>
#include <system_error>
#include <vector>

#include "gradcam/error.h"
#include "model/archive/little_endian.h"
#include "model/archive/pickle_reader.h"

namespace gradcam {
namespace {

constexpr std::size_t kMaxPickle = std::size_t{256} << 20U;

// What to do, in the cases that many formats share.
constexpr const char* kTrace =
    "build the network in Python, load the weights, and save it with torch.jit.trace or "
    "torch.jit.script and torch.jit.save; scripts/export_model.py does so for torchvision and timm";
constexpr const char* kNoPyTorch =
    "rebuild the network in PyTorch and save it with torch.jit.trace and torch.jit.save";
constexpr const char* kFromSource =
    "export the network that it was made from with torch.jit.trace and torch.jit.save";

struct Finding {
  std::string what;
  std::string hint;
};

[[noreturn]] void Refuse(const Finding& finding) {
  throw Error(ErrorKind::kModel, finding.what + ", not a TorchScript file", finding.hint);
}

Finding PickleFinding(std::string_view pickle) {
  const std::vector<std::string> globals = PickledGlobals(pickle);
  constexpr std::array<std::string_view, 7> kPlain{
      "torch.", "torch._utils.", "torch._tensor.", "collections.",
      "numpy",  "builtins.",     "_codecs."};
  for (const std::string& name : globals) {
    const bool is_class_of_network =
        name.starts_with("torch.nn.modules.") || name.starts_with("torch.fx.");
    const bool is_plain =
        name.starts_with("torch.nn.parameter.") || name.starts_with("torch.serialization.") ||
        name.starts_with("torch.storage.") ||
        std::any_of(kPlain.begin(), kPlain.end(), [&](std::string_view plain) {
          return name.starts_with(plain) &&
                 (plain != "torch." || name.find('.', plain.size()) == std::string::npos);
        });
    if (is_class_of_network || !is_plain) {
      return {
          "it is a pickled Python object (torch.save of a whole network), which needs its Python "
          "source",
          "load it in Python and save it with torch.jit.trace and torch.jit.save"};
    }
  }
  return {"it is a state dict (weights without the network)", kTrace};
}

Finding ZipFinding(const ZipArchive& archive) {
  const std::string root = ArchiveRoot(archive);
  const auto has = [&](std::string_view name) {
    return archive.Find(root + std::string(name)) != nullptr || archive.Find(name) != nullptr;
  };
  const auto holds = [&](std::string_view part) {
    return std::any_of(archive.records().begin(), archive.records().end(), [&](const auto& record) {
      return record.first.find(part) != std::string::npos;
    });
  };
  if (holds("data/aotinductor/") || (holds(".so") && holds(".cubin"))) {
    return {"it is an AOTInductor package, compiled code without gradients", kFromSource};
  }
  if (has("archive_format") || has("serialized_exported_program.json") ||
      holds("models/model.json")) {
    return {"it is a torch.export archive (.pt2), which LibTorch cannot differentiate",
            kFromSource};
  }
  if (has("model.weights.h5") || (has("config.json") && has("metadata.json"))) {
    return {"it is a Keras model (.keras)", kNoPyTorch};
  }
  if (has(".data/extern_modules")) {
    return {"it is a torch.package archive, which needs Python",
            "load it in Python and save it with torch.jit.trace and torch.jit.save"};
  }
  if (has("model.json") && holds("tensors/")) {
    return {"it was exported by a PyTorch before 1.4", "export it again with a newer PyTorch"};
  }
  if (has("data.pkl")) {
    return PickleFinding(archive.Read(
        archive.Find("data.pkl") != nullptr ? "data.pkl" : root + "data.pkl", kMaxPickle));
  }
  if (has("[Content_Types].xml")) {
    return {"it is an Office document", "give a TorchScript file"};
  }
  if (holds(".npy")) {
    return {"it is a NumPy archive (.npz)", kTrace};
  }
  return {"it is a zip archive, but none of PyTorch's", "give a TorchScript file"};
}

struct Signature {
  std::size_t offset;
  std::string_view bytes;
  const char* what;
  const char* hint;
};

using std::string_view_literals::operator""sv;

constexpr const char* kSwapped = "give it with --image, and the network with --model";
constexpr const char* kJustTorchScript = "give a TorchScript file";

constexpr std::array kSignatures{
    Signature{0, "\x89HDF\r\n\x1a\n"sv, "it is an HDF5 file (Keras weights or model)", kNoPyTorch},
    Signature{4, "TFL3"sv, "it is a TensorFlow Lite model", kNoPyTorch},
    Signature{0, "GGUF"sv, "it is a GGUF file (weights of a language model)", kJustTorchScript},
    Signature{0, "\x93NUMPY"sv, "it is a NumPy array", kTrace},
    Signature{0, "\x89PNG\r\n\x1a\n"sv, "it is a picture (PNG)", kSwapped},
    Signature{0, "\xFF\xD8\xFF"sv, "it is a picture (JPEG)", kSwapped},
    Signature{0, "GIF8"sv, "it is a picture (GIF)", kSwapped},
    Signature{0, "II*\0"sv, "it is a picture (TIFF)", kSwapped},
    Signature{0, "MM\0*"sv, "it is a picture (TIFF)", kSwapped},
    Signature{8, "WEBP"sv, "it is a picture (WebP)", kSwapped},
    Signature{4, "ftypavif"sv, "it is a picture (AVIF)", kSwapped},
    Signature{4, "ftypheic"sv, "it is a picture (HEIC)", kSwapped},
    Signature{0, "%PDF"sv, "it is a PDF document", kJustTorchScript},
    Signature{0, "\x1f\x8b"sv, "it is gzip-compressed", "unpack it first"},
    Signature{0,
              "\xFD"
              "7zXZ"sv,
              "it is xz-compressed", "unpack it first"},
    Signature{0, "BZh"sv, "it is bzip2-compressed", "unpack it first"},
    Signature{0, "\x28\xB5\x2F\xFD"sv, "it is zstd-compressed", "unpack it first"},
    Signature{257, "ustar"sv, "it is a tar archive", "unpack it first"},
    Signature{0,
              "\x7f"
              "ELF"sv,
              "it is a compiled program or library", kJustTorchScript},
    Signature{0, "version https://git-lfs"sv, "it is a Git LFS pointer, not the file itself",
              "fetch the file with git lfs pull"},
    Signature{0, "BM"sv, "it is a picture (BMP)", kSwapped},
};

// Protocol buffers have no signature. An ONNX model starts with its IR version (field 1, a small
// number); the producer's name (field 2), the graph (7) or the operator set (8) follows.
bool IsOnnx(std::string_view bytes) {
  return bytes.size() > 4 && bytes[0] == 0x08 && bytes[1] > 0 && bytes[1] < 32 &&
         (bytes[2] == 0x12 || bytes[2] == 0x3A || bytes[2] == 0x42);
}

// A SavedModel is a protocol buffer too: schema version 1, then a graph that names its operators.
bool IsSavedModel(std::string_view bytes) {
  const std::string_view start = bytes.substr(0, std::size_t{1} << 20U);
  return start.starts_with("\x08\x01\x12") &&
         (start.find("VarHandleOp") != std::string_view::npos ||
          start.find("Placeholder") != std::string_view::npos);
}

// An 8-byte length and as many bytes of JSON.
bool IsSafetensors(std::string_view bytes) {
  if (bytes.size() < 10 || bytes[8] != '{') {
    return false;
  }
  const std::uint64_t length = LittleEndian(bytes.substr(0, 8));
  return length >= 2 && length <= bytes.size() - 8;
}

bool IsText(std::string_view bytes) {
  const std::string_view start = bytes.substr(0, 4096);
  return std::none_of(start.begin(), start.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f';
  });
}

Finding TextFinding(std::string_view bytes) {
  const auto first = bytes.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  const char start = first == std::string_view::npos ? ' ' : bytes[first];
  if (start == '{' || start == '[') {
    return {"it is JSON text",
            "give a TorchScript file; a card goes with --card, a list of labels with --labels"};
  }
  if (start == '<') {
    return {"it is HTML or XML text; a download page may have been saved in place of the file",
            "download the file itself"};
  }
  if (bytes.substr(0, 3) == "P6\n" || bytes.substr(0, 3) == "P5\n") {
    return {"it is a picture (PNM)", kSwapped};
  }
  return {"it is a text file", kJustTorchScript};
}

// A pickle of protocol 2 to 5; torch.save before 1.6 wrote a magic number, a version and system
// information as three pickles of their own first.
std::optional<Finding> BarePickleFinding(std::string_view bytes) {
  if (bytes.size() < 3 || bytes[0] != '\x80' || bytes[1] < 2 || bytes[1] > 5) {
    return std::nullopt;
  }
  constexpr std::string_view kMagic{"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 12};
  if (bytes.substr(2, kMagic.size()) != kMagic) {
    Finding finding = PickleFinding(bytes);
    if (PickledGlobals(bytes).empty()) {
      finding = {"it is a pickled Python object", kTrace};
    }
    return finding;
  }
  PickleReader reader(bytes);
  for (int stops = 0; stops < 3;) {
    stops += reader.Next().op == PickleOp::kStop ? 1 : 0;
  }
  return PickleFinding(reader.rest());
}

Finding FindingOf(std::string_view bytes) {
  if (bytes.empty()) {
    return {"it is an empty file", "copy or export it again"};
  }
  if (const auto pickle = BarePickleFinding(bytes)) {
    return *pickle;
  }
  if (IsSafetensors(bytes)) {
    return {"it is a safetensors file (weights without the network)", kTrace};
  }
  for (const Signature& signature : kSignatures) {
    if (bytes.size() >= signature.offset + signature.bytes.size() &&
        bytes.substr(signature.offset, signature.bytes.size()) == signature.bytes) {
      return {signature.what, signature.hint};
    }
  }
  if (IsSavedModel(bytes)) {
    return {"it is a TensorFlow SavedModel", kNoPyTorch};
  }
  if (IsOnnx(bytes)) {
    return {"it is an ONNX model, which holds no gradients", kFromSource};
  }
  if (IsText(bytes)) {
    return TextFinding(bytes);
  }
  return {"it is of an unknown kind",
          "save the network with torch.jit.trace or "
          "torch.jit.script and torch.jit.save"};
}

}  // namespace

std::string ArchiveRoot(const ZipArchive& archive) {
  if (archive.records().empty()) {
    return "";
  }
  const std::string& first = archive.records().begin()->first;
  const std::string root = first.substr(0, first.find('/') + 1);
  const bool shared =
      std::all_of(archive.records().begin(), archive.records().end(),
                  [&](const auto& record) { return record.first.starts_with(root); });
  return shared ? root : "";
}

void RequireTorchScript(std::string_view bytes) {
  if (!IsZip(bytes)) {
    Refuse(FindingOf(bytes));
  }
  const ZipArchive archive(bytes);
  const std::string root = ArchiveRoot(archive);
  if (archive.Find(root + "constants.pkl") == nullptr ||
      archive.Find(root + "data.pkl") == nullptr) {
    Refuse(ZipFinding(archive));
  }
}

void RefuseFolder(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path / "saved_model.pb", ignored)) {
    Refuse({"it is a TensorFlow SavedModel (a folder)", kNoPyTorch});
  }
  Refuse({"it is a folder", "give a TorchScript file"});
}

}  // namespace gradcam

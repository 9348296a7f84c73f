#include "model/torchscript_file.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/print_handler.h>

#include <iostream>
#include <system_error>
#include <utility>

#include "gradcam/error.h"
#include "model/archive/file_format.h"
#include "model/archive/mapped_file.h"
#include "model/archive/zip_archive.h"
#include "model/device/module_move.h"
#include "model/engine/torch_error.h"
#include "model/module_loader.h"
#include "model/policy/checked_operators.h"

namespace gradcam {

struct TorchScriptFile::Impl {
  std::filesystem::path path;
  LoadedModule loaded;
  std::optional<std::string> card_json;
};

namespace {

constexpr std::size_t kMaxCard = std::size_t{64} << 20U;

// stdout carries results.
void SendPrintsToStderr() {
  torch::jit::setPrintHandler([](const std::string& text) { std::cerr << text; });
}

}  // namespace

TorchScriptFile::TorchScriptFile(const std::filesystem::path& path, Trust trust)
    : impl_(std::make_unique<Impl>()) {
  const std::string where = "model '" + path.string() + "'";
  SendPrintsToStderr();
  CheckOperatorArguments();
  impl_->path = path;
  try {
    std::error_code unreadable;  // what it is, opening will tell
    if (std::filesystem::is_directory(path, unreadable)) {
      RefuseFolder(path);
    }
    const auto file = std::make_shared<MappedFile>(path);
    RequireTorchScript(file->bytes());
    const ZipArchive archive(file->bytes());
    const std::string root = ArchiveRoot(archive);
    if (archive.Find(root + "extra/gradcam.json") != nullptr) {
      impl_->card_json = archive.Read(root + "extra/gradcam.json", kMaxCard);
    }
    impl_->loaded = LoadModule(file, archive, root, trust);
  } catch (const Error& error) {
    throw Error(ErrorKind::kModel, "cannot load " + where + ": " + error.what(), error.hint());
  }
}

void TorchScriptFile::MoveTo(ComputeDevice& device, bool deterministic) {
  if (!device.has_own_memory()) return;
  try {
    MoveModule(impl_->loaded.module, device, {.deterministic = deterministic, .allow_tf32 = false});
  } catch (const std::exception& error) {
    throw Error(
        ErrorKind::kModel,
        "cannot bring model '" + impl_->path.string() + "' to device '" +
            device.torch_device().str() + "': " + TorchMessage(error),
        IsOutOfMemory(error) ? "another process may hold its memory; use --device cpu" : "");
  }
}

TorchScriptFile::~TorchScriptFile() = default;
TorchScriptFile::TorchScriptFile(TorchScriptFile&&) noexcept = default;
TorchScriptFile& TorchScriptFile::operator=(TorchScriptFile&&) noexcept = default;

const std::filesystem::path& TorchScriptFile::path() const { return impl_->path; }

const torch::jit::Module& TorchScriptFile::module() const { return impl_->loaded.module; }

const std::optional<std::string>& TorchScriptFile::card_json() const { return impl_->card_json; }

std::optional<std::array<int, 2>> TorchScriptFile::traced_input_size() const {
  return impl_->loaded.traced_input_size;
}

}  // namespace gradcam

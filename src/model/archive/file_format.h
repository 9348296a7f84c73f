#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "model/archive/zip_archive.h"

namespace gradcam {

// The folder that all records of a PyTorch archive share, with its slash ("net/"); empty if there
// is none.
[[nodiscard]] std::string ArchiveRoot(const ZipArchive& archive);

// Returns if `bytes` are a TorchScript archive. Otherwise throws Error(kModel) that says what the
// file is, judged by its content, and what to do. Nothing is unpickled.
void RequireTorchScript(std::string_view bytes);

// Throws Error(kModel) that says what the folder `path` is (a TensorFlow SavedModel, say).
[[noreturn]] void RefuseFolder(const std::filesystem::path& path);

}  // namespace gradcam

#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Storage.h>

#include <map>
#include <memory>
#include <string>

#include "model/archive/mapped_file.h"
#include "model/archive/pickle_values.h"
#include "model/archive/zip_archive.h"

namespace gradcam {

// Tensors on the CPU whose memory is the mapped file itself. Every record is checked to be stored
// and aligned and to hold its storage, every tensor to lie inside its storage, before anything
// reads it.
class MappedTensors {
 public:
  // `folder`: where the archive keeps the storages ("net/data/"). `archive` must outlive this, the
  // file need not.
  MappedTensors(std::shared_ptr<MappedFile> file, const ZipArchive& archive, std::string folder);

  // Throws Error(kModel).
  [[nodiscard]] at::Tensor Map(const PickledTensor& tensor);

 private:
  [[nodiscard]] const c10::Storage& StorageOf(const PickledTensor& tensor);

  std::shared_ptr<MappedFile> file_;
  const ZipArchive& archive_;
  std::string folder_;
  std::map<std::string, c10::Storage, std::less<>> storages_;
};

// A tensor without memory, for what is only asked for its shape. Throws Error(kModel).
[[nodiscard]] at::Tensor ShapeOnly(const PickledTensor& tensor);

}  // namespace gradcam

#include "model/archive/mapped_tensors.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

#include "gradcam/error.h"

namespace gradcam {
namespace {

constexpr std::size_t kMaxDimensions = 64;  // TensorIterator's limit

[[noreturn]] void Damaged(const std::string& what) {
  throw Error(ErrorKind::kModel, "the file is damaged: " + what,
              "copy or export the file again; it may have been cut off");
}

// Number of elements; throws unless every size is >= 0 and the product fits into 63 bits.
std::int64_t CheckedNumel(const PickledTensor& tensor) {
  if (tensor.sizes.size() > kMaxDimensions || tensor.sizes.size() != tensor.strides.size()) {
    Damaged("a tensor has sizes and strides that do not match");
  }
  std::int64_t numel = 1;
  bool too_large = false;
  for (const std::int64_t size : tensor.sizes) {
    too_large |= size < 0 || __builtin_mul_overflow(numel, size, &numel);
  }
  const bool empty = std::find(tensor.sizes.begin(), tensor.sizes.end(), 0) != tensor.sizes.end();
  std::int64_t bytes = 0;
  too_large |= __builtin_mul_overflow(
      numel, static_cast<std::int64_t>(c10::elementSize(tensor.dtype)), &bytes);
  if (too_large) {
    Damaged("a tensor has an impossible size");
  }
  return empty ? 0 : numel;
}

void RequireInsideStorage(const PickledTensor& tensor) {
  const bool empty = CheckedNumel(tensor) == 0;
  std::int64_t last = tensor.offset;
  bool outside = tensor.offset < 0;
  for (std::size_t i = 0; i < tensor.sizes.size(); ++i) {
    std::int64_t reach = 0;
    outside |= tensor.strides[i] < 0;
    if (!empty) {
      outside |= __builtin_mul_overflow(tensor.sizes[i] - 1, tensor.strides[i], &reach) ||
                 __builtin_add_overflow(last, reach, &last);
    }
  }
  // An empty tensor reads nothing, but its offset may not lie behind the end.
  outside |= empty ? last > tensor.storage_numel : last >= tensor.storage_numel;
  if (outside) {
    Damaged("a tensor reaches beyond its storage");
  }
}

}  // namespace

MappedTensors::MappedTensors(std::shared_ptr<MappedFile> file, const ZipArchive& archive,
                             std::string folder)
    : file_(std::move(file)), archive_(archive), folder_(std::move(folder)) {}

const c10::Storage& MappedTensors::StorageOf(const PickledTensor& tensor) {
  const ZipRecord* const record = archive_.Find(folder_ + tensor.storage);
  if (record == nullptr) {
    Damaged("the record of a tensor is missing");
  }
  if (record->deflated) {
    throw Error(ErrorKind::kModel, "its weights are compressed, which torch.jit.save never does",
                "unpack and save it again with torch.jit.load and torch.jit.save");
  }
  const std::size_t item = c10::elementSize(tensor.dtype);
  const auto numel = static_cast<std::uint64_t>(tensor.storage_numel);
  if (tensor.storage_numel < 0 || numel > record->size / item) {
    Damaged("the record of a tensor is too short");
  }
  char* const data = file_->data() + record->offset;
  if (reinterpret_cast<std::uintptr_t>(data) % item != 0 && record->size != 0) {
    throw Error(ErrorKind::kModel, "its weights are not aligned, as torch.jit.save aligns them",
                "save it again with torch.jit.load and torch.jit.save");
  }
  // Code that reads a bool expects the bytes 0 and 1 only.
  if (tensor.dtype == at::kBool &&
      std::any_of(data, data + record->size, [](char c) { return c != 0 && c != 1; })) {
    Damaged("a tensor of truth values holds other values");
  }
  auto& storage = storages_[tensor.storage];
  if (!storage) {
    auto keep_alive = std::make_unique<std::shared_ptr<MappedFile>>(file_);
    c10::DataPtr pointer(
        data, keep_alive.release(),
        [](void* context) { delete static_cast<std::shared_ptr<MappedFile>*>(context); },
        c10::kCPU);
    storage = c10::Storage(c10::Storage::use_byte_size_t(), record->size, std::move(pointer),
                           /*allocator=*/nullptr, /*resizable=*/false);
  }
  return storage;
}

at::Tensor MappedTensors::Map(const PickledTensor& tensor) {
  RequireInsideStorage(tensor);
  const c10::Storage& storage = StorageOf(tensor);
  return at::empty({0}, tensor.dtype).set_(storage, tensor.offset, tensor.sizes, tensor.strides);
}

at::Tensor ShapeOnly(const PickledTensor& tensor) {
  CheckedNumel(tensor);
  return at::empty(tensor.sizes, at::TensorOptions(tensor.dtype).device(at::kMeta));
}

}  // namespace gradcam

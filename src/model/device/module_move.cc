#include "model/device/module_move.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/api/function_impl.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "model/device/staged_copies.h"
#include "model/graph/device_rewrite.h"
#include "model/graph/graph_walk.h"
#include "model/graph/use_order.h"

namespace gradcam {
namespace {

using torch::jit::Node;

// Large enough for the bus to be busy, small enough to be page-locked in no time.
constexpr std::int64_t kBuffer = std::int64_t{16} << 20;

// Copies storages of the CPU, each once however many tensors look at it.
class StorageMover {
 public:
  explicit StorageMover(ComputeDevice& device) : device_(device.torch_device()), copies_(device) {}

  // `tensor` on the device, with the same view of its storage.
  at::Tensor Move(const at::Tensor& tensor) {
    const at::Tensor& bytes = Bring(tensor.storage());
    return at::empty({0}, tensor.options().device(device_))
        .set_(bytes.storage(), tensor.storage_offset(), tensor.sizes(), tensor.strides());
  }

  // The bytes of `storage` on the device.
  const at::Tensor& Bring(const c10::Storage& storage) {
    Moved& moved = moved_[storage.unsafeGetStorageImpl()];
    if (moved.bytes.defined()) return moved.bytes;
    moved.original = storage;
    const auto size = static_cast<std::int64_t>(storage.nbytes());
    const at::Tensor bytes = at::empty({size}, at::TensorOptions(at::kByte).device(device_));
    moved.bytes = bytes;
    const auto* source = static_cast<const char*>(storage.data());
    for (std::int64_t begin = 0; begin < size; begin += kBuffer) {
      const std::int64_t part = std::min(kBuffer, size - begin);
      const at::Tensor buffer = copies_.Next(kBuffer);
      std::memcpy(buffer.mutable_data_ptr(), source + begin, static_cast<std::size_t>(part));
      copies_.Copy(bytes.narrow(0, begin, part));
    }
    return moved.bytes;
  }

  void Join() { copies_.Join(); }

 private:
  struct Moved {
    c10::Storage original;  // kept, so that no other storage gets its address
    at::Tensor bytes;
  };

  at::Device device_;
  StagedCopies copies_;
  std::map<const c10::StorageImpl*, Moved> moved_;
};

bool IsToMove(const at::Tensor& tensor) {
  return tensor.defined() && tensor.layout() == at::kStrided && tensor.device().is_cpu();
}

void MoveConstant(Node* node, StorageMover& mover) {
  const bool holds_tensor = node->kind() == c10::prim::Constant &&
                            node->hasAttribute(c10::attr::value) &&
                            node->kindOf(c10::attr::value) == torch::jit::AttributeKind::t;
  // A tensor without dimensions is a number, which mixes with any device: shapes are computed so.
  if (!holds_tensor || !IsToMove(node->t(c10::attr::value)) ||
      node->t(c10::attr::value).dim() == 0) {
    return;
  }
  node->t_(c10::attr::value, mover.Move(node->t(c10::attr::value)));
  node->output()->setType(c10::TensorType::get());
}

void MoveGraph(torch::jit::Function& function, const at::Device& device, StorageMover& mover,
               const ConvolutionFlags& flags) {
  RewriteDevices(function, device);
  if (auto* const graph_function = torch::jit::tryToGraphFunction(function)) {
    auto graph = graph_function->graph();
    SetConvolutionFlags(*graph, flags);
    ForEachNode(graph->block(), [&](Node* node) { MoveConstant(node, mover); });
  }
}

}  // namespace

void MoveModule(torch::jit::Module& module, ComputeDevice& device, const ConvolutionFlags& flags) {
  const at::NoGradGuard no_gradient;
  StorageMover mover(device);
  for (const at::Tensor& tensor : TensorsInOrderOfUse(module)) {
    if (IsToMove(tensor) && tensor.dim() > 0) static_cast<void>(mover.Bring(tensor.storage()));
  }
  const auto move = [&](const at::Tensor& tensor) {
    if (IsToMove(tensor)) tensor.set_data(mover.Move(tensor));
  };
  for (const at::Tensor& parameter : module.parameters()) move(parameter);
  for (const at::Tensor& buffer : module.buffers()) move(buffer);
  for (torch::jit::Function* function : module._ivalue()->compilation_unit()->get_functions()) {
    MoveGraph(*function, device.torch_device(), mover, flags);
  }
  mover.Join();
}

}  // namespace gradcam

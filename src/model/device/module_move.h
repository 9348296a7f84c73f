#pragma once

#include <torch/csrc/jit/api/module.h>

#include "model/device/compute_device.h"
#include "model/graph/convolution_flags.h"

namespace gradcam {

// Moves a loaded module to `device`: its parameters, its buffers and the tensors that are constants
// in its graphs, each storage once and in the order of use, so that the features half is there
// before the head. Devices in its graphs are rewritten, and so are the flags of traced
// convolutions. Tensors inside lists and dicts stay on the CPU, as they do in Module::to. Throws
// what LibTorch throws.
void MoveModule(torch::jit::Module& module, ComputeDevice& device, const ConvolutionFlags& flags);

}  // namespace gradcam

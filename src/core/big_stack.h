#pragma once

#include <functional>

namespace gradcam {

// Calls `work` on a thread with a stack of 1 GiB (address space; memory is taken as it is used) and
// waits for it. What it throws is thrown here. LibTorch's compiler recurses over code that comes
// from a file; source_check.h bounds how deep.
void RunOnBigStack(const std::function<void()>& work);

}  // namespace gradcam

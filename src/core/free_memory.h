#pragma once

namespace gradcam {

// Gives free memory back to the system. The allocator keeps what tensors of up to 32 MB have taken,
// for the next ones (malloc_trim(3)).
void ReturnFreeMemory();

}  // namespace gradcam

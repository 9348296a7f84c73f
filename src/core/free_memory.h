#pragma once

#include <span>

namespace gradcam {

// Gives free memory back to the system. The allocator keeps what tensors of up to 32 MB have taken,
// for the next ones (malloc_trim(3)).
void ReturnFreeMemory();

// Gives back the pages of a mapped file that lie within `bytes`; the next access reads them from
// the file again. Does nothing if one of them was written to or has no file behind it, or where the
// system does not tell (/proc/self/pagemap): `bytes` may be any memory that nobody is writing to.
void ReturnFilePages(std::span<const char> bytes);

}  // namespace gradcam

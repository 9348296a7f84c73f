#include "core/free_memory.h"

#include <malloc.h>

namespace gradcam {

void ReturnFreeMemory() { ::malloc_trim(0); }

}  // namespace gradcam

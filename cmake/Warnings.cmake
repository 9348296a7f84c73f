# Warning flags of the project's own targets; never exported. Presets turn them into errors.
# Without -Wnull-dereference: with -O3 it reports LibTorch's hash map as soon as it is inlined.
# Without -Wrestrict: g++ 12 reports "text" + std::string (GCC bug 105651).
option(GRADCAM_WARNINGS_AS_ERRORS "Treat compiler warnings as errors" OFF)

add_library(gradcam_warnings INTERFACE)
target_compile_options(
  gradcam_warnings
  INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
            -Wnon-virtual-dtor -Woverloaded-virtual -Wdouble-promotion
            -Wformat=2 $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> $<$<BOOL:${GRADCAM_WARNINGS_AS_ERRORS}>:-Werror>)

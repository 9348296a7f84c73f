# Address and undefined-behaviour sanitizer for all targets of this project (preset `asan`).
option(GRADCAM_SANITIZE "Build with the address and undefined-behaviour sanitizers" OFF)

add_library(gradcam_sanitizers INTERFACE)
if(GRADCAM_SANITIZE)
  # vptr checks need the RTTI of LibTorch's classes, which the wheel does not export in full.
  set(_flags -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=undefined
             -fno-omit-frame-pointer)
  target_compile_options(gradcam_sanitizers INTERFACE ${_flags})
  target_link_options(gradcam_sanitizers INTERFACE ${_flags})
endif()

# Sanitizers for all targets of this project (presets `asan` and `tsan`).
set(GRADCAM_SANITIZE
    ""
    CACHE STRING "Build with sanitizers: 'address' (and undefined behaviour), 'thread', or empty")
set_property(CACHE GRADCAM_SANITIZE PROPERTY STRINGS "" address thread)

add_library(gradcam_sanitizers INTERFACE)
if(GRADCAM_SANITIZE STREQUAL "address")
  # vptr checks need the RTTI of LibTorch's classes, which the wheel does not export in full.
  set(_flags -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=undefined
             -fno-omit-frame-pointer)
elseif(GRADCAM_SANITIZE STREQUAL "thread")
  set(_flags -fsanitize=thread -fno-omit-frame-pointer)
elseif(GRADCAM_SANITIZE)
  message(FATAL_ERROR "GRADCAM_SANITIZE is '${GRADCAM_SANITIZE}', not address or thread")
endif()
if(GRADCAM_SANITIZE)
  target_compile_options(gradcam_sanitizers INTERFACE ${_flags})
  target_link_options(gradcam_sanitizers INTERFACE ${_flags})
endif()

# Every third-party library of the project, as imported targets.
find_package(LibTorch 2.11 REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)

# One target for each pkg-config package, with system includes.
pkg_check_modules(ISAL REQUIRED IMPORTED_TARGET libisal)
pkg_check_modules(JPEG REQUIRED IMPORTED_TARGET libjpeg)
pkg_check_modules(SPNG REQUIRED IMPORTED_TARGET spng)
pkg_check_modules(EXIF REQUIRED IMPORTED_TARGET libexif)
pkg_check_modules(CRYPTO REQUIRED IMPORTED_TARGET libcrypto)

# Debian's libopencv-*-dev ship OpenCVConfig.cmake only with the large libopencv-dev package, which
# brings 1 GB; core, imgproc and imgcodecs are found by file.
find_path(OpenCV_INCLUDE_DIR opencv2/core.hpp PATH_SUFFIXES opencv4 REQUIRED)
foreach(_module core imgproc imgcodecs)
  find_library(OpenCV_${_module}_LIBRARY opencv_${_module} REQUIRED)
  add_library(OpenCV::${_module} UNKNOWN IMPORTED)
  set_target_properties(
    OpenCV::${_module}
    PROPERTIES IMPORTED_LOCATION "${OpenCV_${_module}_LIBRARY}"
               INTERFACE_INCLUDE_DIRECTORIES "${OpenCV_INCLUDE_DIR}"
               INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${OpenCV_INCLUDE_DIR}")
endforeach()

if(TARGET LibTorch::cuda)
  message(STATUS "CUDA runtime in ${LibTorch_CUDA_RUNTIME_DIR}: its plug-in is built")
else()
  message(STATUS "LibTorch without CUDA, or no CUDA runtime: the program is built for the CPU only")
endif()

# OpenVINO is optional: without it the program has one engine less. Its PyPI package in the source
# tree's .venv is found as LibTorch's is; CMAKE_PREFIX_PATH and OpenVINO_DIR go before it.
file(GLOB _openvino_wheels LIST_DIRECTORIES true
     "${PROJECT_SOURCE_DIR}/.venv/lib/python3*/site-packages/openvino/cmake")
find_package(OpenVINO 2026 QUIET COMPONENTS Runtime PyTorch HINTS ${_openvino_wheels})
if(OpenVINO_FOUND)
  get_target_property(_openvino_library openvino::runtime LOCATION)
  get_filename_component(OpenVINO_LIBRARY_DIR "${_openvino_library}" DIRECTORY)
  message(STATUS "OpenVINO ${OpenVINO_VERSION}: its engine is built")
else()
  message(STATUS "OpenVINO not found: the program is built without its engine")
endif()

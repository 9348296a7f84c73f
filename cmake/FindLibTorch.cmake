# Finds LibTorch in a Python wheel or in an unzipped LibTorch, without the CUDA toolkit.
#
# PyTorch's own TorchConfig.cmake demands the CUDA toolkit whenever the libraries were built with
# CUDA, even for a program that never touches the GPU. This module looks for headers and libraries
# only.
#
# Honours CMAKE_PREFIX_PATH (a LibTorch folder or a site-packages/torch folder) and Torch_DIR
# (<libtorch>/share/cmake/Torch). Otherwise the wheel in the source tree's .venv is used.
#
# Defines:
#   LibTorch::cpu        torch_cpu and c10 with their headers, as system includes
#   LibTorch::cuda       torch_cuda and c10_cuda with the headers and the library of the CUDA runtime;
#                        only if LibTorch was built with CUDA and these are found, in CUDAToolkit_ROOT,
#                        the CUDA packages beside the wheel or a toolkit (no nvcc is needed)
#   LibTorch_VERSION     e.g. 2.11.0
#   LibTorch_LIBRARY_DIR the folder of the libraries, for run paths

set(_libtorch_hints "")
if(Torch_DIR)
  list(APPEND _libtorch_hints "${Torch_DIR}/../../..")
endif()
# What CMAKE_PREFIX_PATH names goes before the wheel, the wheel before the system's folders.
set(_libtorch_prefixes ${CMAKE_PREFIX_PATH})
if(DEFINED ENV{CMAKE_PREFIX_PATH})
  string(REPLACE ":" ";" _libtorch_environment "$ENV{CMAKE_PREFIX_PATH}")
  list(APPEND _libtorch_prefixes ${_libtorch_environment})
endif()
file(GLOB _libtorch_wheels LIST_DIRECTORIES true
     "${CMAKE_CURRENT_SOURCE_DIR}/.venv/lib/python3*/site-packages/torch")

find_path(LibTorch_INCLUDE_DIR torch/script.h
          HINTS ${_libtorch_hints} ${_libtorch_prefixes} ${_libtorch_wheels}
          PATH_SUFFIXES include)
get_filename_component(_libtorch_root "${LibTorch_INCLUDE_DIR}/.." ABSOLUTE)
# Beside the headers and nowhere else: a LibTorch of another version may be in the system's folders.
find_library(LibTorch_CPU_LIBRARY torch_cpu HINTS "${_libtorch_root}/lib" NO_DEFAULT_PATH)
find_library(LibTorch_C10_LIBRARY c10 HINTS "${_libtorch_root}/lib" NO_DEFAULT_PATH)

if(LibTorch_INCLUDE_DIR AND EXISTS "${LibTorch_INCLUDE_DIR}/torch/headeronly/version.h")
  set(_libtorch_version_file "${LibTorch_INCLUDE_DIR}/torch/headeronly/version.h")
else()
  set(_libtorch_version_file
      "${LibTorch_INCLUDE_DIR}/torch/csrc/api/include/torch/version.h")
endif()
if(EXISTS "${_libtorch_version_file}")
  foreach(_part MAJOR MINOR PATCH)
    file(STRINGS "${_libtorch_version_file}" _line
         REGEX "#define TORCH_VERSION_${_part} [0-9]+")
    string(REGEX REPLACE ".* ([0-9]+).*" "\\1" _libtorch_${_part} "${_line}")
  endforeach()
  set(LibTorch_VERSION "${_libtorch_MAJOR}.${_libtorch_MINOR}.${_libtorch_PATCH}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  LibTorch
  REQUIRED_VARS LibTorch_CPU_LIBRARY LibTorch_C10_LIBRARY LibTorch_INCLUDE_DIR
  VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE
    "run scripts/setup.sh, or pass -DCMAKE_PREFIX_PATH=<libtorch or site-packages/torch>")

if(LibTorch_FOUND AND NOT TARGET LibTorch::cpu)
  get_filename_component(LibTorch_LIBRARY_DIR "${LibTorch_CPU_LIBRARY}" DIRECTORY)
  set(_libtorch_includes "${LibTorch_INCLUDE_DIR}"
                         "${LibTorch_INCLUDE_DIR}/torch/csrc/api/include")
  add_library(LibTorch::c10 UNKNOWN IMPORTED)
  set_target_properties(
    LibTorch::c10
    PROPERTIES IMPORTED_LOCATION "${LibTorch_C10_LIBRARY}"
               INTERFACE_INCLUDE_DIRECTORIES "${_libtorch_includes}"
               INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${_libtorch_includes}")
  add_library(LibTorch::cpu UNKNOWN IMPORTED)
  set_target_properties(LibTorch::cpu PROPERTIES IMPORTED_LOCATION "${LibTorch_CPU_LIBRARY}"
                                                 INTERFACE_LINK_LIBRARIES LibTorch::c10)
endif()

find_library(LibTorch_TORCH_CUDA_LIBRARY torch_cuda HINTS "${_libtorch_root}/lib" NO_DEFAULT_PATH)
find_library(LibTorch_C10_CUDA_LIBRARY c10_cuda HINTS "${_libtorch_root}/lib" NO_DEFAULT_PATH)
# The wheel's own packages fit it; a toolkit may be of another version.
file(GLOB _libtorch_cuda_packages LIST_DIRECTORIES true
     "${_libtorch_root}/../nvidia/cu[0-9]*" "${_libtorch_root}/../nvidia/cuda_runtime")
set(_libtorch_cuda_places ${CUDAToolkit_ROOT} $ENV{CUDAToolkit_ROOT} ${_libtorch_cuda_packages}
                          $ENV{CUDA_HOME} $ENV{CUDA_PATH} /usr/local/cuda)
find_path(LibTorch_CUDA_INCLUDE_DIR cuda_runtime_api.h HINTS ${_libtorch_cuda_places}
          PATH_SUFFIXES include)
find_library(LibTorch_CUDART_LIBRARY NAMES libcudart.so.13 libcudart.so.12 cudart
             HINTS "${LibTorch_CUDA_INCLUDE_DIR}/.." ${_libtorch_cuda_places}
             PATH_SUFFIXES lib lib64)
if(LibTorch_FOUND
   AND LibTorch_TORCH_CUDA_LIBRARY
   AND LibTorch_C10_CUDA_LIBRARY
   AND LibTorch_CUDA_INCLUDE_DIR
   AND LibTorch_CUDART_LIBRARY
   AND NOT TARGET LibTorch::cuda)
  get_filename_component(LibTorch_CUDA_RUNTIME_DIR "${LibTorch_CUDART_LIBRARY}" DIRECTORY)
  add_library(LibTorch::cuda UNKNOWN IMPORTED)
  set_target_properties(
    LibTorch::cuda
    PROPERTIES IMPORTED_LOCATION "${LibTorch_TORCH_CUDA_LIBRARY}"
               INTERFACE_INCLUDE_DIRECTORIES "${LibTorch_CUDA_INCLUDE_DIR}"
               INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${LibTorch_CUDA_INCLUDE_DIR}"
               INTERFACE_LINK_LIBRARIES
               "LibTorch::cpu;${LibTorch_C10_CUDA_LIBRARY};${LibTorch_CUDART_LIBRARY}")
endif()
mark_as_advanced(
  LibTorch_TORCH_CUDA_LIBRARY LibTorch_C10_CUDA_LIBRARY LibTorch_CUDA_INCLUDE_DIR
  LibTorch_CUDART_LIBRARY)
mark_as_advanced(LibTorch_INCLUDE_DIR LibTorch_CPU_LIBRARY LibTorch_C10_LIBRARY)

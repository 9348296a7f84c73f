# The library as one shared object, and what `cmake --install` puts where.

set(_layers core image model cam explain)

# All objects of the layers that a C++ program may use, so that nothing is dropped as it would be from
# an archive; the archives bring the third-party libraries along and no code of their own.
set(_objects ${_layers})
list(TRANSFORM _objects REPLACE "(.+)" "$<TARGET_OBJECTS:gradcam_\\1>")
list(TRANSFORM _layers PREPEND "gradcam_" OUTPUT_VARIABLE _archives)
# Not called gradcam: the program at the root of the build tree has that name.
add_library(gradcam_library SHARED ${_objects})
add_library(gradcam::gradcam ALIAS gradcam_library)
target_link_libraries(gradcam_library PRIVATE ${_archives})
target_compile_features(gradcam_library INTERFACE cxx_std_20)
target_sources(
  gradcam_library
  PUBLIC FILE_SET
         public_headers
         TYPE
         HEADERS
         BASE_DIRS
         "${PROJECT_SOURCE_DIR}/include"
         FILES
         include/gradcam/card.h
         include/gradcam/device.h
         include/gradcam/draw.h
         include/gradcam/compiled_networks.h
         include/gradcam/engine.h
         include/gradcam/error.h
         include/gradcam/explainer.h
         include/gradcam/export.h
         include/gradcam/image.h
         include/gradcam/map.h)

# Hidden visibility keeps our own symbols in; inline functions of LibTorch and the standard library are
# marked visible by their own headers, so only the linker can keep those in.
set(_exports "${PROJECT_SOURCE_DIR}/cmake/exported_symbols.map")
target_link_options(gradcam_library PRIVATE "LINKER:--version-script=${_exports}")

set_target_properties(
  gradcam_library
  PROPERTIES OUTPUT_NAME gradcam
             EXPORT_NAME gradcam
             VERSION "${PROJECT_VERSION}"
             SOVERSION "${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}"
             LINK_DEPENDS "${_exports}"
             LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
gradcam_run_paths(gradcam_library "$ORIGIN/gradcam")
gradcam_run_paths(gradcam_program "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}/gradcam")

install(TARGETS gradcam_program RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(
  TARGETS gradcam_library
  EXPORT gradcamTargets
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  FILE_SET public_headers DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(
  DIRECTORY "${PROJECT_SOURCE_DIR}/models/"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/gradcam/models"
  FILES_MATCHING
  PATTERN "*.json")

# find_package(gradcam): needs neither LibTorch nor OpenCV of the program that uses it.
include(CMakePackageConfigHelpers)
set(_package "${CMAKE_INSTALL_LIBDIR}/cmake/gradcam")
configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/gradcamConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/gradcamConfig.cmake" INSTALL_DESTINATION "${_package}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/gradcamConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(EXPORT gradcamTargets NAMESPACE gradcam:: DESTINATION "${_package}")
install(FILES "${PROJECT_BINARY_DIR}/gradcamConfig.cmake"
              "${PROJECT_BINARY_DIR}/gradcamConfigVersion.cmake" DESTINATION "${_package}")

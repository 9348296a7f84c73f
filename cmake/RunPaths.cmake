# Where installed files find what they need, relative to themselves, so that an installation may be
# moved. In <libdir>/gradcam lie
#
#   libtorch   a link to the LibTorch that is used: `cmake --install` points it to the one of the build,
#              the set-up of a release tarball to the one that it installs
#   bundled    libraries of the system, in a release tarball (scripts/make_release.sh)
#
# gradcam_run_paths(<target> <folder of <libdir>/gradcam as seen from the target's> [<directory>...])
#
# `directory`: of more libraries, beside LibTorch (packages of the same wheel folder) or anywhere else.
get_filename_component(LibTorch_ROOT "${LibTorch_LIBRARY_DIR}" DIRECTORY)

function(gradcam_run_paths target folder)
  set(_paths "${folder}/libtorch/lib" "${folder}/bundled")
  foreach(_directory IN LISTS ARGN)
    file(RELATIVE_PATH _relative "${LibTorch_ROOT}" "${_directory}")
    if(_relative MATCHES "^\\.\\./[^.]")
      list(APPEND _paths "${folder}/libtorch/${_relative}")
    else()
      list(APPEND _paths "${_directory}")
    endif()
  endforeach()
  set_target_properties(${target} PROPERTIES INSTALL_RPATH "${_paths}")
  # An RPATH, unlike a RUNPATH, is also that of the libraries' own libraries.
  target_link_options(${target} PRIVATE LINKER:--disable-new-dtags)
endfunction()

install(
  CODE "
    set(_folder \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}/gradcam\")
    file(MAKE_DIRECTORY \"\${_folder}\")
    file(CREATE_LINK \"${LibTorch_ROOT}\" \"\${_folder}/libtorch\" SYMBOLIC)"
  COMPONENT libtorch)

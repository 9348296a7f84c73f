# Installs the build to a folder of its own, builds project/ against it and runs the result.
foreach(_name BUILD_DIR WORK_DIR FIXTURE GENERATOR CXX_COMPILER BINDIR LIBDIR NM)
  if(NOT DEFINED ${_name})
    message(FATAL_ERROR "run.cmake needs -D ${_name}=...")
  endif()
endforeach()

# require(WHAT COMMAND...): stops with the output of a command that fails; sets `output`.
function(require what)
  execute_process(
    COMMAND ${ARGN}
    RESULT_VARIABLE _result
    OUTPUT_VARIABLE _output
    ERROR_VARIABLE _output)
  if(NOT _result EQUAL 0)
    message(FATAL_ERROR "${what} failed (${_result}):\n${_output}")
  endif()
  set(output "${_output}" PARENT_SCOPE)
endfunction()

function(require_in_output text)
  string(FIND "${output}" "${text}" _position)
  if(_position EQUAL -1)
    message(FATAL_ERROR "expected '${text}' in:\n${output}")
  endif()
endfunction()

set(_prefix "${WORK_DIR}/prefix")
file(REMOVE_RECURSE "${WORK_DIR}")
file(MAKE_DIRECTORY "${WORK_DIR}")
require("installing" "${CMAKE_COMMAND}" --install "${BUILD_DIR}" --prefix "${_prefix}")
require("writing model and picture" "${FIXTURE}" "${WORK_DIR}")

# The package alone must do: no LibTorch and no OpenCV on the search path of the consumer.
require(
  "configuring the consumer"
  "${CMAKE_COMMAND}" -G "${GENERATOR}" -S "${CMAKE_CURRENT_LIST_DIR}/project" -B
  "${WORK_DIR}/build" "-DCMAKE_PREFIX_PATH=${_prefix}" "-DCMAKE_CXX_COMPILER=${CXX_COMPILER}"
  -DCMAKE_BUILD_TYPE=Release)
require("building the consumer" "${CMAKE_COMMAND}" --build "${WORK_DIR}/build")
require("running the consumer" "${WORK_DIR}/build/consumer" "${WORK_DIR}/tiny.pt"
        "${WORK_DIR}/picture.png")
# By hand: logits 54, 27, 0, -27; the map of class 0 against class 1 peaks at 32.5 / 2 / 2.
require_in_output("red 54\ngreen 27\nblue 0\nGrey one -27\nmaximum 8.125\n")

# The program of the installation finds its LibTorch from any folder.
require("running the installed program" "${CMAKE_COMMAND}" -E chdir "${WORK_DIR}"
        "${_prefix}/${BINDIR}/gradcam" --model tiny.pt --image picture.png --output out)
require_in_output("red")
if(NOT EXISTS "${WORK_DIR}/out/picture.gradcam.png")
  message(FATAL_ERROR "the installed program wrote no picture.gradcam.png")
endif()

# Nothing but gradcam's own names is offered to other programs.
require("listing symbols" "${NM}" --dynamic --defined-only "${_prefix}/${LIBDIR}/libgradcam.so")
string(REGEX MATCHALL "[^\n ]+(\n|$)" _symbols "${output}")
foreach(_symbol IN LISTS _symbols)
  if(NOT _symbol MATCHES "^_Z(T[ISV])?NK?7gradcam")
    message(FATAL_ERROR "libgradcam.so offers a foreign symbol: ${_symbol}")
  endif()
endforeach()
require_in_output("_ZN7gradcam9ExplainerC1")

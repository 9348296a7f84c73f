# gradcam_precompile_libtorch(TARGET [WITHOUT <sources>])
#
# Reads LibTorch's large headers once for the target instead of once a file, which then compiles in a
# third of the time. `WITHOUT` names the sources that do not include them. Files still include what they
# use: the preset tidy builds without (CMAKE_DISABLE_PRECOMPILE_HEADERS).
function(gradcam_precompile_libtorch target)
  cmake_parse_arguments(PARSE_ARGV 1 precompile "" "" "WITHOUT")
  target_precompile_headers(${target} PRIVATE <ATen/ATen.h> <torch/csrc/jit/api/module.h>
                            <torch/csrc/jit/ir/ir.h>)
  set_source_files_properties(${precompile_WITHOUT} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  # ccache would read the half gigabyte twice a file, which takes longer than to compile it.
  if(NOT CMAKE_DISABLE_PRECOMPILE_HEADERS)
    set_target_properties(${target} PROPERTIES CXX_COMPILER_LAUNCHER "")
  endif()
endfunction()

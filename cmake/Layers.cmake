# gradcam_add_layer(NAME SOURCES <files> [PUBLIC <targets>] [PRIVATE <targets>])
#
# A layer of src/ as a static library `gradcam_NAME`. It sees the public headers, src/ and only the
# third-party targets that it names; what it may include of other layers is checked by the test
# lint/layers (tests/lint/check_layers.py).
function(gradcam_add_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 layer "" "" "SOURCES;PUBLIC;PRIVATE")
  add_library(gradcam_${name} STATIC ${layer_SOURCES})
  target_include_directories(gradcam_${name} PUBLIC "${PROJECT_SOURCE_DIR}/src"
                                                    "${PROJECT_SOURCE_DIR}/include")
  target_link_libraries(
    gradcam_${name}
    PUBLIC ${layer_PUBLIC} $<BUILD_INTERFACE:gradcam_sanitizers>
    PRIVATE ${layer_PRIVATE} $<BUILD_INTERFACE:gradcam_warnings>)
  set_target_properties(
    gradcam_${name}
    PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden
               VISIBILITY_INLINES_HIDDEN ON)
endfunction()

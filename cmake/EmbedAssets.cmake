# cmake -D OUTPUT=<file.cc> -D FOLDER=<folder> -P EmbedAssets.cmake
#
# Writes the functions of src/page/assets.h, which return the texts of page.html, page.css and page.js.
set(_source "#include \"page/assets.h\"\n\nnamespace gradcam {\n")
foreach(_asset Template=page.html Style=page.css Script=page.js)
  string(REGEX MATCH "^(.+)=(.+)$" _ "${_asset}")
  set(_function "${CMAKE_MATCH_1}")
  file(READ "${FOLDER}/${CMAKE_MATCH_2}" _text)
  string(APPEND _source "\nstd::string_view Page${_function}() {\n"
                        "  return R\"asset(${_text})asset\";\n}\n")
endforeach()
string(APPEND _source "\n}  // namespace gradcam\n")
file(WRITE "${OUTPUT}" "${_source}")

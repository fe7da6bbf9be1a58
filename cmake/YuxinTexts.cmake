# yuxin_embed_texts(TARGET FOLDER HEADER NAMESPACE TYPE FUNCTION): links the texts of FOLDER/*.toml into TARGET as
# const std::vector<NAMESPACE::TYPE>& NAMESPACE::FUNCTION(), which HEADER declares; a TYPE is {name, text}.
function(yuxin_embed_texts target folder header namespace type function)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.toml)
  list(SORT files)
  set(rows "")
  foreach(path IN LISTS files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
    get_filename_component(name ${path} NAME_WE)
    file(READ ${path} text)
    string(APPEND rows "      {\"${name}\", R\"~toml~(${text})~toml~\"},\n")
  endforeach()
  set(source ${CMAKE_BINARY_DIR}/generated/${function}.cpp)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT
"// Made from @folder@ by cmake/YuxinTexts.cmake.
#include \"@header@\"

namespace @namespace@ {

const std::vector<@type@>& @function@() {
  static const std::vector<@type@> kTexts = {
@rows@  };
  return kTexts;
}

}  // namespace @namespace@
")
  target_sources(${target} PRIVATE ${source})
endfunction()

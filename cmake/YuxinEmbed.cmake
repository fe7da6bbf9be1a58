# yuxin_embed_schema(OUT module folder): when FOLDER/schema has numbered files 01.sql, 02.sql ..., writes the source
# that defines `yuxin::<module>::migrations()` over their texts, and gives its path. The module's public header
# declares the function; a new step is a new file and nothing else.
function(yuxin_embed_schema out module folder)
  file(GLOB steps CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/schema/[0-9][0-9].sql)
  set(${out} "" PARENT_SCOPE)
  if(NOT steps)
    return()
  endif()
  list(SORT steps)
  set(rows "")
  foreach(step IN LISTS steps)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${step})
    get_filename_component(number ${step} NAME_WE)
    string(REGEX REPLACE "^0" "" number ${number})
    file(READ ${step} text)
    string(APPEND rows "    {\"${module}\", ${number}, R\"~sql~(${text})~sql~\"},\n")
  endforeach()
  set(source ${CMAKE_BINARY_DIR}/generated/${module}_schema.cpp)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT
"// Made from @folder@/schema by cmake/YuxinEmbed.cmake.
#include <span>

#include \"yuxin/store/database.hpp\"

namespace yuxin::@module@ {

std::span<const store::Migration> migrations();

std::span<const store::Migration> migrations() {
  static constexpr store::Migration kSteps[] = {
@rows@  };
  return kSteps;
}

}  // namespace yuxin::@module@
")
  set(${out} ${source} PARENT_SCOPE)
endfunction()

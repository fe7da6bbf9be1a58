# yuxin_embed_organisations(TARGET FOLDER): links the texts of FOLDER/*.toml into TARGET as
# evidence::shipped_organisations().
function(yuxin_embed_organisations target folder)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.toml)
  list(SORT files)
  set(rows "")
  foreach(path IN LISTS files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
    get_filename_component(name ${path} NAME_WE)
    file(READ ${path} text)
    string(REPLACE ";" "\\;" text "${text}")
    string(APPEND rows "      {\"${name}\", R\"~toml~(${text})~toml~\"},\n")
  endforeach()
  set(source ${CMAKE_BINARY_DIR}/generated/shipped_organisations.cpp)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT
"// Made from @folder@ by cmake/YuxinOrganisations.cmake.
#include \"yuxin/evidence/organisation.hpp\"

namespace yuxin::evidence {

const std::vector<ShippedOrganisation>& shipped_organisations() {
  static const std::vector<ShippedOrganisation> kOrganisations = {
@rows@  };
  return kOrganisations;
}

}  // namespace yuxin::evidence
")
  target_sources(${target} PRIVATE ${source})
endfunction()

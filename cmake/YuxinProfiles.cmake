# yuxin_embed_profiles(TARGET FOLDER): links the texts of FOLDER/*.toml into TARGET as ca::shipped_profiles().
function(yuxin_embed_profiles target folder)
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
  set(source ${CMAKE_BINARY_DIR}/generated/shipped_profiles.cpp)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT
"// Made from @folder@ by cmake/YuxinProfiles.cmake.
#include \"yuxin/ca/profile.hpp\"

namespace yuxin::ca {

const std::vector<ShippedProfile>& shipped_profiles() {
  static const std::vector<ShippedProfile> kProfiles = {
@rows@  };
  return kProfiles;
}

}  // namespace yuxin::ca
")
  target_sources(${target} PRIVATE ${source})
endfunction()

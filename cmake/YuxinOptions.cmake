# Compilers, warnings, sanitizers, and the libraries of Debian that the product is made of.
option(YUXIN_FUZZ "Build the libFuzzer targets (clang)" OFF)
set(YUXIN_SANITIZE "" CACHE STRING "Sanitizers to build with: address,undefined or thread")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(SQLite3 3.40 REQUIRED)
find_package(Boost 1.81 REQUIRED CONFIG)
find_package(CURL 7.88 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(Gettext REQUIRED)
find_path(QRENCODE_INCLUDE_DIR qrencode.h REQUIRED)
find_library(QRENCODE_LIBRARY qrencode REQUIRED)
add_library(QRencode::QRencode UNKNOWN IMPORTED)
set_target_properties(QRencode::QRencode PROPERTIES IMPORTED_LOCATION ${QRENCODE_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${QRENCODE_INCLUDE_DIR})
find_path(IDN2_INCLUDE_DIR idn2.h REQUIRED)
find_library(IDN2_LIBRARY idn2 REQUIRED)
add_library(Idn2::Idn2 UNKNOWN IMPORTED)
set_target_properties(Idn2::Idn2 PROPERTIES IMPORTED_LOCATION ${IDN2_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${IDN2_INCLUDE_DIR})
find_path(UNISTRING_INCLUDE_DIR unicase.h REQUIRED)
find_library(UNISTRING_LIBRARY unistring REQUIRED)
add_library(Unistring::Unistring UNKNOWN IMPORTED)
set_target_properties(Unistring::Unistring PROPERTIES IMPORTED_LOCATION ${UNISTRING_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${UNISTRING_INCLUDE_DIR})
find_path(P11KIT_INCLUDE_DIR p11-kit/p11-kit.h PATH_SUFFIXES p11-kit-1 REQUIRED)
find_library(P11KIT_LIBRARY p11-kit REQUIRED)
add_library(P11Kit::P11Kit UNKNOWN IMPORTED)
set_target_properties(P11Kit::P11Kit PROPERTIES IMPORTED_LOCATION ${P11KIT_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${P11KIT_INCLUDE_DIR})

find_package(PkgConfig REQUIRED)
pkg_check_modules(Pango REQUIRED IMPORTED_TARGET pangocairo)

add_library(yuxin_flags INTERFACE)
target_include_directories(yuxin_flags INTERFACE ${CMAKE_SOURCE_DIR}/include)
target_compile_options(yuxin_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Werror
  -fstack-protector-strong -fno-omit-frame-pointer)
target_compile_definitions(yuxin_flags INTERFACE _GLIBCXX_ASSERTIONS)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False alarms of g++ 12 once it inlines: std::optional (GCC bug 80635) and std::string (GCC bug 105651). The
  # static analyzer of ./check looks for what these warnings mean.
  target_compile_options(yuxin_flags INTERFACE -Wno-maybe-uninitialized -Wno-restrict)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # std::stable_sort of libstdc++ 12 uses what the same library calls deprecated.
  target_compile_options(yuxin_flags INTERFACE -Wno-deprecated-declarations)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  target_compile_definitions(yuxin_flags INTERFACE _FORTIFY_SOURCE=2)
endif()
if(YUXIN_SANITIZE)
  target_compile_options(yuxin_flags INTERFACE -fsanitize=${YUXIN_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(yuxin_flags INTERFACE -fsanitize=${YUXIN_SANITIZE})
endif()
if(YUXIN_FUZZ)
  target_compile_options(yuxin_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# How tests are found: a file in the right folder is a test, nobody registers it by hand (see CONTRIBUTING.md).
#
#   tests/unit/<module>/*_test.cpp     one program a module, linked with that module only
#   tests/contract/*_test.cpp          one program a file, linked with every module below cli; the same in
#   tests/conformance/, integration/, fault/ and bench/
#   tests/<folder>/*.py, *.sh          one test a file, run with the environment below
#   tests/cli/*.txt                    one test a file, run by tests/cli/run_cases.py
#   fuzz/<parser>.cpp                  replays fuzz/corpus/<parser>/ and mutations of it
#
# A test is skipped, with the reason in its output, by exit code 77 (scripts) or a line "SKIPPED: why".
if(NOT Python3_EXECUTABLE AND EXISTS /usr/bin/python3)
  set(Python3_EXECUTABLE /usr/bin/python3)
endif()
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)

set(YUXIN_TEST_ENVIRONMENT
  "YUXIN=${CMAKE_BINARY_DIR}/yuxin"
  "YUXIN_SOURCE_DIR=${CMAKE_SOURCE_DIR}"
  "YUXIN_BUILD_DIR=${CMAKE_BINARY_DIR}"
  "PYTHONPATH=${CMAKE_SOURCE_DIR}/tests/support"
  "PYTHONDONTWRITEBYTECODE=1"
  "TZ=Asia/Shanghai"
  "LC_ALL=C.UTF-8"
  "UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1"
  "ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1"
  "LSAN_OPTIONS=print_suppressions=0:suppressions=${CMAKE_SOURCE_DIR}/tests/hygiene/leaks-of-others.txt")

# yuxin_register(NAME LABELS label... TIMEOUT seconds COMMAND ...) adds a test with what every test of the house has.
function(yuxin_register name)
  cmake_parse_arguments(ARG "SERIAL" "TIMEOUT" "LABELS;COMMAND" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  if(YUXIN_SANITIZE)
    math(EXPR ARG_TIMEOUT "3 * ${ARG_TIMEOUT}")
  endif()
  add_test(NAME ${name} COMMAND ${ARG_COMMAND} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES
    LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT} RUN_SERIAL "${ARG_SERIAL}"
    SKIP_RETURN_CODE 77 SKIP_REGULAR_EXPRESSION "^SKIPPED: ;\nSKIPPED: "
    ENVIRONMENT "${YUXIN_TEST_ENVIRONMENT}")
endfunction()

# yuxin_existing_modules(OUT module...) keeps those modules that have sources.
function(yuxin_existing_modules out)
  set(found)
  foreach(module IN LISTS ARGN)
    if(TARGET yuxin_${module})
      list(APPEND found ${module})
    endif()
  endforeach()
  set(${out} ${found} PARENT_SCOPE)
endfunction()

# yuxin_test(BINARY SOURCES... DEPENDS module... USES third-party...): a doctest program registered with ctest.
function(yuxin_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPENDS;USES;LABELS" ${ARGN})
  if(NOT ARG_SOURCES)
    return()
  endif()
  add_executable(${name} ${ARG_SOURCES} $<TARGET_OBJECTS:yuxin_test_main>)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/tests/support)
  target_link_libraries(${name} PRIVATE yuxin_flags ${ARG_USES})
  yuxin_existing_modules(modules ${ARG_DEPENDS})
  foreach(dependency IN LISTS modules)
    target_link_libraries(${name} PRIVATE yuxin_${dependency})
  endforeach()
  yuxin_register(${name} LABELS ${ARG_LABELS} TIMEOUT ${ARG_TIMEOUT} COMMAND ${name})
  if(ARG_LABELS STREQUAL "contract")
    # Whole stacks, though they cost time: that a leak is a token library's own is seen nowhere else.
    set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT
      "ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:fast_unwind_on_malloc=0")
  endif()
  if(ARG_LABELS MATCHES "^(unit|contract)$")
    set_property(GLOBAL APPEND PROPERTY YUXIN_SANITIZED ${name})
  endif()
endfunction()

# yuxin_test_folder(FOLDER TIMEOUT seconds): every *_test.cpp, *.py and *.sh of tests/FOLDER. Scripts whose name
# begins with "_" are helpers.
function(yuxin_test_folder folder)
  cmake_parse_arguments(ARG "" "TIMEOUT" "DEPENDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*_test.cpp)
  foreach(source IN LISTS sources)
    get_filename_component(stem ${source} NAME_WE)
    string(REGEX REPLACE "_test$" "" stem ${stem})
    yuxin_test(${folder}_${stem} SOURCES ${source} DEPENDS ${ARG_DEPENDS}
      USES OpenSSL::Crypto SQLite::SQLite3 P11Kit::P11Kit LABELS ${folder} TIMEOUT ${ARG_TIMEOUT})
  endforeach()
  file(GLOB scripts CONFIGURE_DEPENDS ${folder}/*.py ${folder}/*.sh)
  foreach(script IN LISTS scripts)
    get_filename_component(stem ${script} NAME_WE)
    get_filename_component(kind ${script} LAST_EXT)
    if(stem MATCHES "^_")
      continue()
    endif()
    if(kind STREQUAL ".py")
      set(command ${Python3_EXECUTABLE} ${script})
    else()
      set(command bash ${script})
    endif()
    yuxin_register(${folder}_${stem} LABELS ${folder} TIMEOUT ${ARG_TIMEOUT} COMMAND ${command})
  endforeach()
endfunction()

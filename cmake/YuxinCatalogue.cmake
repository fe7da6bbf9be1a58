# yuxin_catalogue(TARGET PO): compiles a gettext catalogue and lays its octets into the target as
# yuxin_catalogue_begin .. yuxin_catalogue_end, so that one binary speaks Chinese without installed files.
enable_language(ASM)

function(yuxin_catalogue target po)
  set(mo ${CMAKE_BINARY_DIR}/catalogue.mo)
  set(assembly ${CMAKE_BINARY_DIR}/catalogue.S)
  add_custom_command(OUTPUT ${mo} DEPENDS ${po} VERBATIM
    COMMAND ${GETTEXT_MSGFMT_EXECUTABLE} --check-domain -o ${mo} ${po})
  file(CONFIGURE OUTPUT ${assembly} @ONLY CONTENT [[
    .section .rodata
    .balign 16
    .global yuxin_catalogue_begin
    .global yuxin_catalogue_end
yuxin_catalogue_begin:
    .incbin "@mo@"
yuxin_catalogue_end:
    .byte 0
    .section .note.GNU-stack, "", %progbits
]])
  set_source_files_properties(${assembly} PROPERTIES OBJECT_DEPENDS ${mo})
  add_library(yuxin_catalogue OBJECT ${assembly})
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:yuxin_catalogue>)
  yuxin_register(house_catalogue LABELS house COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/po/check ${po})
endfunction()

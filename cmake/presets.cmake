# SPDX-License-Identifier: MIT
# config/*.yaml as byte arrays in build/generated/settings_presets.h, in alphabetical order.
file(GLOB A3C_PRESETS CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/config/*.yaml)
list(SORT A3C_PRESETS)
set(arrays "")
set(table "")
foreach(path ${A3C_PRESETS})
    set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
    get_filename_component(name ${path} NAME_WE)
    file(READ ${path} bytes HEX)
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
    string(REPEAT "." 100 line)
    string(REGEX REPLACE "(${line})" "\\1\n" bytes "${bytes}")
    string(APPEND arrays "static const unsigned char preset_${name}[] = {\n${bytes}};\n")
    string(APPEND table "    {\"${name}\", preset_${name}, sizeof preset_${name}},\n")
endforeach()
file(WRITE ${PROJECT_BINARY_DIR}/generated/settings_presets.h.new
"/* Made by cmake/presets.cmake from config/. */
#include <stddef.h>
${arrays}
static const struct preset_file {
    const char *name;
    const unsigned char *text;
    size_t length;
} preset_files[] = {
${table}};
")
file(COPY_FILE ${PROJECT_BINARY_DIR}/generated/settings_presets.h.new ${PROJECT_BINARY_DIR}/generated/settings_presets.h
     ONLY_IF_DIFFERENT)

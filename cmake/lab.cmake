# SPDX-License-Identifier: MIT
# a3c_lab: the lab's statistics, tables, pictures and reports, for the program, the tests and the lecture.
file(GLOB A3C_LAB_SOURCES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/lab/statistics*.c)
foreach(name axis groups plot report staleness table)
    list(APPEND A3C_LAB_SOURCES ${PROJECT_SOURCE_DIR}/src/lab/${name}.c)
endforeach()
add_library(a3c_lab STATIC ${A3C_LAB_SOURCES})
target_link_libraries(a3c_lab PUBLIC a3c_core)

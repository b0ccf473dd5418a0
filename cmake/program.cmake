# SPDX-License-Identifier: MIT
file(GLOB program CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/main.c ${PROJECT_SOURCE_DIR}/src/cli/*.c
     ${PROJECT_SOURCE_DIR}/src/bench/*.c)
add_executable(a3c ${program})
target_link_libraries(a3c PRIVATE a3c_study)
set_target_properties(a3c PROPERTIES ENABLE_EXPORTS OFF)

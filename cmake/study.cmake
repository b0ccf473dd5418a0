# SPDX-License-Identifier: MIT
# a3c_study: statistics, reports and studies over many runs, for the program, the tests and the lecture.
file(GLOB study CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/statistics/*.c ${PROJECT_SOURCE_DIR}/src/report/*.c
     ${PROJECT_SOURCE_DIR}/src/study/*.c)
add_library(a3c_study STATIC ${study})
target_link_libraries(a3c_study PUBLIC a3c_core)

# SPDX-License-Identifier: MIT
# a3c_policy: what a program needs that loads a policy and acts with it (include/a3c/policy.h): no thread, no OpenMP, no
# hwloc, no Box2D. a3c_core: all the rest but main, cli, bench and the studies; what tests, examples and benchmarks link.
include(cmake/presets.cmake)
include(cmake/build_info.cmake)
function(a3c_room_sources variable)
    set(all)
    foreach(room ${ARGN})
        file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${room}/*.c)
        list(APPEND all ${sources})
    endforeach()
    list(FILTER all EXCLUDE REGEX "/env/box2d/")
    set(${variable} ${all} PARENT_SCOPE)
endfunction()
a3c_room_sources(A3C_POLICY_SOURCES base net env learn record settings policy)
a3c_room_sources(A3C_CORE_SOURCES global worker sync_a2c trainer view)

# The kernels: the same sources compiled once an instruction set, chosen at run time.
set(A3C_KERNEL_SOURCES ${PROJECT_SOURCE_DIR}/src/net/kernels_vector.c ${PROJECT_SOURCE_DIR}/src/net/kernels_functions.c)
list(REMOVE_ITEM A3C_POLICY_SOURCES ${A3C_KERNEL_SOURCES})
set_source_files_properties(${PROJECT_SOURCE_DIR}/src/net/kernels_functions.c PROPERTIES COMPILE_OPTIONS
                            $<$<C_COMPILER_ID:GNU>:-fschedule-insns>)
set(A3C_KERNEL_OBJECTS)
function(a3c_kernels isa)
    add_library(a3c_kernels_${isa} OBJECT ${A3C_KERNEL_SOURCES})
    set_target_properties(a3c_kernels_${isa} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    target_include_directories(a3c_kernels_${isa} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
    target_compile_definitions(a3c_kernels_${isa} PRIVATE A3C_ISA_${isa}=1)
    target_compile_options(a3c_kernels_${isa} PRIVATE ${ARGN})
    set(A3C_KERNEL_OBJECTS ${A3C_KERNEL_OBJECTS} $<TARGET_OBJECTS:a3c_kernels_${isa}> PARENT_SCOPE)
endfunction()
a3c_kernels(portable)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    a3c_kernels(avx2 -mavx2 -mfma)
    a3c_kernels(avx512 -mavx512f -mavx512vl -mavx512dq -mavx512bw -mfma -mprefer-vector-width=512)
endif()

add_library(a3c_policy STATIC ${A3C_POLICY_SOURCES} ${A3C_KERNEL_OBJECTS})
target_include_directories(a3c_policy PUBLIC ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include
                                             ${PROJECT_BINARY_DIR}/generated)
target_include_directories(a3c_policy SYSTEM PUBLIC ${RANDOM123_INCLUDE_DIR})
target_link_libraries(a3c_policy PUBLIC PkgConfig::YAML PkgConfig::JANSSON m ${CMAKE_DL_LIBS})

add_library(a3c_core STATIC ${A3C_CORE_SOURCES})
set_target_properties(a3c_policy a3c_core PROPERTIES POSITION_INDEPENDENT_CODE ON)
target_link_libraries(a3c_core PUBLIC a3c_policy OpenMP::OpenMP_C Threads::Threads)
# base/cpus.c asks hwloc; only what trains calls it, so that a static a3c_policy does without.
if(HWLOC_FOUND)
    target_include_directories(a3c_policy SYSTEM PRIVATE ${HWLOC_INCLUDE_DIRS})
    target_compile_definitions(a3c_policy PRIVATE A3C_HAVE_HWLOC=1)
    target_link_libraries(a3c_core PUBLIC PkgConfig::HWLOC)
endif()
if(A3C_PORTABLE_BLOCK)
    target_compile_definitions(a3c_core PRIVATE A3C_PORTABLE_BLOCK=1)
endif()
# GCC 12 drops a double -> float -> double rounding when it vectorises adjacent stores: environments are compiled without.
file(GLOB_RECURSE environments ${PROJECT_SOURCE_DIR}/src/env/*.c)
set_source_files_properties(${environments} PROPERTIES COMPILE_OPTIONS "-fno-tree-slp-vectorize")

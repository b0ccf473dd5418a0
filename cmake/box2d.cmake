# SPDX-License-Identifier: MIT
# LunarLander, where Box2D (libbox2d-dev) and a C++ compiler are found. Nothing else needs either.
option(A3C_BOX2D "LunarLander through Box2D, when it is found" ON)
if(A3C_BOX2D)
    include(CheckLanguage)
    check_language(CXX)
    find_package(box2d 2.4 QUIET)
    if(CMAKE_CXX_COMPILER AND box2d_FOUND)
        enable_language(CXX)
        set(CMAKE_CXX_FLAGS_RELEASE "-O3 -g1")
        file(GLOB box2d CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/env/box2d/*.c ${PROJECT_SOURCE_DIR}/src/env/box2d/*.cpp)
        add_library(a3c_box2d OBJECT ${box2d})
        target_include_directories(a3c_box2d PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
        set_target_properties(a3c_box2d PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_STANDARD 11 CXX_STANDARD_REQUIRED ON
                                                   CXX_EXTENSIONS OFF)
        target_link_libraries(a3c_box2d PUBLIC box2d::box2d)
        # As objects, not in a library: nobody calls them, they register themselves.
        target_sources(a3c_core INTERFACE $<TARGET_OBJECTS:a3c_box2d>)
        target_link_libraries(a3c_core PUBLIC box2d::box2d stdc++)
        set(A3C_HAVE_BOX2D ON)
    endif()
endif()

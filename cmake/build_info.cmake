# SPDX-License-Identifier: MIT
# build/generated/build_info.h: version, commit, compiler and flags, kept up to date by every build. Run as a script
# (cmake -P) it writes the file; included, it arranges for that.
if(CMAKE_SCRIPT_MODE_FILE)
    set(A3C_COMMIT "unknown")
    execute_process(COMMAND git -C ${A3C_SOURCE} rev-parse --short=12 HEAD OUTPUT_VARIABLE commit ERROR_QUIET
                    OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
    if(NOT failed AND commit)
        set(A3C_COMMIT ${commit})
        execute_process(COMMAND git -C ${A3C_SOURCE} diff --quiet HEAD -- ERROR_QUIET RESULT_VARIABLE changed)
        if(changed)
            string(APPEND A3C_COMMIT "+changes")
        endif()
    endif()
    configure_file(${A3C_SOURCE}/cmake/build_info.h.in ${A3C_OUTPUT} @ONLY)
else()
    string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
    string(STRIP "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${type}}" flags)
    add_custom_target(a3c_build_info
        COMMAND ${CMAKE_COMMAND} -DA3C_SOURCE=${PROJECT_SOURCE_DIR}
                -DA3C_OUTPUT=${PROJECT_BINARY_DIR}/generated/build_info.h -DA3C_VERSION=${PROJECT_VERSION} "-DA3C_COMPILER=${CMAKE_C_COMPILER_ID} ${CMAKE_C_COMPILER_VERSION}"
                "-DA3C_FLAGS=${flags}" -P ${PROJECT_SOURCE_DIR}/cmake/build_info.cmake
        BYPRODUCTS ${PROJECT_BINARY_DIR}/generated/build_info.h
        COMMENT "Build information" VERBATIM)
    cmake_language(DEFER CALL add_dependencies a3c_core a3c_build_info)
endif()

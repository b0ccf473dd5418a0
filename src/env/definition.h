/* SPDX-License-Identifier: MIT
 * The table of an environment whose file names its functions describe, init, reset and step; what else it has (render,
 * get_state, ...) follows as designated members. */
#ifndef ENV_DEFINITION_H
#define ENV_DEFINITION_H

#include "a3c/env.h"

#define ENV_DEFINITION(id, text, option_table, ...)                                                                    \
    {                                                                                                                  \
        .abi = A3C_ENV_ABI, .struct_size = sizeof(a3c_env_def), .name = id, .summary = text, .options = option_table,  \
        .option_count = sizeof option_table / sizeof *option_table, .describe = describe, .init = init,                \
        .reset = reset, .step = step, __VA_ARGS__                                                                      \
    }

#endif

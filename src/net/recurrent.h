/* SPDX-License-Identifier: MIT
 * Inside net/: how the rows of a recurrent layer fall into time steps. */
#ifndef NET_RECURRENT_H
#define NET_RECURRENT_H

#include "net/layer.h"

/* `block` rows of one step side by side, `envs` rows from step to step. */
typedef struct time_steps {
    int steps, block;
} time_steps;

/* Rows are of one time step, of several whole ones (stride 1), or one environment's (stride envs). */
static inline time_steps recurrent_steps(const layer_rows *rows, int envs) {
    if (rows->stride == 1 && rows->count > envs) {
        CHECK(rows->count % envs == 0 && rows->first % envs == 0);
        return (time_steps){rows->count / envs, envs};
    }
    if (rows->stride == 1 && envs > 1) return (time_steps){1, rows->count};
    CHECK(rows->stride == envs);
    return (time_steps){rows->count, 1};
}

#endif

/* SPDX-License-Identifier: MIT
 * Where a tape's rows lie. */
#include "net/tape_rows.h"

#include <string.h>

enum { ALIAS_FLOATS = 1024 };

void net_tape_by_environment(const net *net, net_tape *tape) {
    int steps = tape->rows / tape->envs;
    if (net->recurrent || net->spec.log_std_features || tape->envs == 1 || steps < 2) return;
    bool alike = false; /* rows of environments so far apart that they fall into the same sets of the L1 cache */
    for (int i = 0; i < net->towers; i++)
        for (int j = 0; j < net->tower[i].layers; j++) {
            const net_layer *l = &net->tower[i].layer[j];
            if (l->kind->backward_by_row) return;
            alike |= (steps - 1) * l->ld % ALIAS_FLOATS == 0;
        }
    tape->env_rows = alike ? steps : steps - 1;
}

/* Where a row is in a hidden layer's arrays. The last time step, which only bootstraps, follows each environment's
 * others or, when no line is to be left between them, all environments'. */
static int row_offset(const net_tape *tape, int row) {
    if (tape->env_rows == 0) return row;
    int t = row / tape->envs, env = row % tape->envs;
    return t == tape->env_rows ? row : env * tape->env_rows + t;
}

int tape_run(const net_tape *tape, int first, int count) {
    int rest = tape->envs - first % tape->envs; /* of the time step */
    return tape->env_rows > 0 && count > rest ? rest : count;
}

void tape_hidden_rows(const net_tape *tape, const layer_rows *rows, layer_rows *hidden) {
    hidden->first = row_offset(tape, rows->first);
    hidden->count = rows->count;
    hidden->stride = rows->stride;
    hidden->steps = rows->steps;
    if (tape->env_rows > 0 && rows->first / tape->envs != tape->env_rows)
        hidden->stride = rows->stride == 1 ? tape->env_rows : 1;
}

const float *tape_gather(const net_tape *tape, bool is_hidden, const float *x, int ld, const layer_rows *rows,
                         float *gathered) {
    bool by_env = is_hidden && tape->env_rows > 0, beside = rows->stride == 1;
    if (by_env) beside = rows->stride == tape->envs && (rows->count == rows->steps || rows->steps == tape->env_rows);
    if (!x) return NULL;
    if (beside) return x + layer_at(by_env ? row_offset(tape, rows->first) : rows->first, ld);
    for (int i = 0; i < rows->count; i++) {
        int row = layer_row(rows, i);
        memcpy(gathered + layer_at(i, ld), x + layer_at(by_env ? row_offset(tape, row) : row, ld),
               (size_t)ld * sizeof *x);
    }
    return gathered;
}

void tape_input(const net *net, const net_tape *tape, int tower, int j, layer_input *in) {
    const net_layer *before = j > 0 ? &net->tower[tower].layer[j - 1] : NULL;
    in->x = before ? tape->layer[tower][j - 1].output : tape->input;
    in->ld = before ? before->ld : net->input_ld;
    in->activation = before ? before->activation : ACTIVATION_NONE;
    in->sums = in->activation == ACTIVATION_SILU ? tape->layer[tower][j - 1].cache : NULL;
    in->gradient = NULL;
}

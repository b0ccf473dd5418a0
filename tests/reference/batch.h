/* SPDX-License-Identifier: MIT
 * A batch of samples with everything that the loss needs, and the reference's answer to it. Rows are t * envs + e. Numbers are
 * float32 values held as double, so that the trainer and the reference start from the same ones. */
#ifndef REFERENCE_BATCH_H
#define REFERENCE_BATCH_H

#include "reference/golden.h"
#include "reference/head.h"
#include "reference/network.h"

typedef enum head_kind {
    HEAD_CATEGORICAL,
    HEAD_MULTI_DISCRETE,
    HEAD_GAUSSIAN,
    HEAD_GAUSSIAN_SOFTPLUS,
    HEAD_GSDE
} head_kind;

typedef struct batch {
    net_spec spec;
    head_kind head;
    int dims, n[NET_DIMS]; /* components of an action, choices of each (discrete heads) */
    int steps, envs;
    loss_spec loss;
    double ppo_clip;                           /* 0: the actor-critic loss */
    double discount, lambda, rho_clip, c_clip; /* of V-trace, which `done` asks for */
    int input_size, state_size;
    double *input;                                    /* [rows, input_size] */
    double *action;                                   /* [rows, dims] */
    double *advantage, *target, *old_log_probability; /* [rows]; V-trace estimates the first two anew */
    double *state;                                    /* [envs, state_size] before the first row */
    unsigned char *start;                             /* [rows] */
    unsigned char *allowed;                           /* [rows, policy_outputs] masks, or NULL */
    unsigned char *done;                              /* [rows] V-trace: 1 terminated, 2 truncated, 3 both; else NULL */
    double *reward, *final_input; /* V-trace: [rows], [rows, input_size] what was seen after the row; else NULL */
} batch;

static inline int batch_rows(const batch *b) {
    return b->steps * b->envs;
}

/* The caller gives it back with batch_free. */
batch batch_from_golden(const golden *g);
/* Random numbers for a network whose state is `state_size` floats: the other members are copied from `like`. */
batch batch_random(const batch *like, int state_size, unsigned seed);
void batch_free(batch *b);

/* Standard normal numbers times `scale`, rounded to float. */
void batch_normal(int n, double *x, double scale, unsigned seed);

/* What the reference says, all owned by it until answer_free. */
typedef struct answer {
    double loss, policy_loss, value_loss, entropy_sum;
    double *policy, *value, *log_probability, *entropy; /* [rows, outputs], [rows] */
    double *state_after;                                /* [envs, state_size] */
    double *gradient;                                   /* [parameters] */
} answer;

answer batch_answer(reference_network *network, const batch *b);
void answer_free(answer *a);
/* The loss alone. */
double batch_loss(reference_network *network, const batch *b);

#endif

/* SPDX-License-Identifier: MIT
 * Action distributions over the outputs of the policy head: categorical, several categoricals, diagonal Gaussians. Each
 * is a row of a table (distribution_kinds), in a file of its own.
 *
 * A Gaussian's noise is drawn afresh at each step, or it lasts: what an environment's noise is made of is then drawn
 * once in a while and kept by the caller (distribution_noise_draw), and the actions between follow from it
 * (distribution_sample_noise). held: action = mean + std * z, z [dims] kept. A step's log-probability is the one of
 * N(mean, std) as if z were fresh. gSDE (Raffin et al., 2005.05719): action = mean + theta features, theta [dims,
 * features] kept, theta_jf drawn from N(0, exp(log_std_jf)^2); features are the inputs of the policy head. A step's
 * log-probability is that of N(mean_j, sum_f features_f^2 exp(2 log_std_jf) + 1e-6); it is differentiated with respect
 * to log_std, not to the features. */
#ifndef LEARN_POLICY_DISTRIBUTION_H
#define LEARN_POLICY_DISTRIBUTION_H

#include "base/random.h"
#include "net/net.h"

#include <a3c/env.h>

typedef struct distribution_kind distribution_kind;
typedef enum noise_kind { NOISE_FRESH, NOISE_HELD, NOISE_GSDE } noise_kind;

enum { ACTION_DIMS = 8 };

/* One component of an action: an index or a number. */
typedef union action_word {
    int32_t index;
    float number;
} action_word;

typedef struct distribution {
    const distribution_kind *kind;
    int dims;           /* components of an action */
    int n[ACTION_DIMS]; /* discrete: choices of each component */
    int outputs;        /* outputs of the policy head it reads */
    size_t log_std;   /* offset of the log standard deviations in the parameters, where they are parameters: [dims], or
                           [dims, features] with rows padded to whole lines */
    noise_kind noise; /* Gaussian */
    int features;     /* gSDE: net.features */
} distribution;

/* What is known of each row's distribution, computed from the head's outputs once and used to act, to report and to
 * learn. All [rows, ld] but entropy [rows]. Gaussian: `probability` holds the standard deviations, `log_probability`
 * their logarithms. */
typedef struct distribution_rows {
    const float *output;
    int ld;
    float *log_probability, *probability, *entropy;
    const float *features; /* gSDE: net_features, [rows, features padded to whole lines] */
    float
        *variance; /* scratch [distribution_scratch_size], 64-byte aligned. gSDE: exp(2 log_std) of the last evaluation
                      */
} distribution_rows;

/* Log standard deviations that are parameters beside the head's. */
typedef enum log_std_shape { LOG_STD_NONE, LOG_STD_PER_ACTION, LOG_STD_PER_FEATURE } log_std_shape;

/* A row of the table. Functions are those below without their `distribution_`; NULL where they say so. */
struct distribution_kind {
    const char *name;
    /* What it is for: actions of the environment, 1 << A3C_ACTION_*; noises, 1 << noise_kind; standard deviations that
     * the network computes from the state. */
    unsigned actions, noises;
    bool state_dependent_std;
    log_std_shape log_std;

    int (*outputs)(const distribution *d); /* of the policy head */
    void (*evaluate)(const distribution *d, const float *parameters, const distribution_rows *rows, int row, int count);
    void (*sample)(const distribution *d, const distribution_rows *rows, int row, random_stream *stream,
                   action_word *action);
    void (*greedy)(const distribution *d, const distribution_rows *rows, int row, action_word *action);
    float (*log_probability)(const distribution *d, const distribution_rows *rows, int row, const action_word *action);
    void (*gradient)(const distribution *d, const distribution_rows *rows, int row, const action_word *action,
                     float weight, float entropy_weight, float *d_output, float *d_log_std);
    /* May be NULL, all four: no noise that lasts, no scratch. */
    size_t (*noise_size)(const distribution *d);
    void (*noise_draw)(const distribution *d, const float *parameters, random_stream *stream, float *noise);
    void (*sample_noise)(const distribution *d, const distribution_rows *rows, int row, const float *noise,
                         action_word *action);
    size_t (*scratch_size)(const distribution *d);
};

extern const distribution_kind distribution_categorical, distribution_multi_discrete, distribution_gaussian,
    distribution_softplus, distribution_gsde;
extern const distribution_kind *const distribution_kinds[]; /* all of them, NULL-terminated */

/* The first row for such actions, noise and standard deviations, or NULL. `action`: A3C_ACTION_*. */
const distribution_kind *distribution_find(int action, noise_kind noise, bool state_dependent_std);

/* Whether an action's components are numbers, not choices. */
bool distribution_is_continuous(const distribution *d);

/* Floats of distribution_rows.variance. */
size_t distribution_scratch_size(const distribution *d);

/* Before evaluation, for one row: an action that `allowed` [sum of n] forbids (0) gets the logit -INFINITY in the
 * head's outputs of that row: probability 0, no part in the entropy, no gradient. At least one choice of each component
 * must be allowed. */
void distribution_mask(const distribution *d, const uint8_t *allowed, float *output);

void distribution_evaluate(const distribution *d, const float *parameters, const distribution_rows *rows, int row,
                           int count);

/* Draws an action of one row: action [dims]. */
void distribution_sample(const distribution *d, const distribution_rows *rows, int row, random_stream *stream,
                         action_word *action);
/* The most probable action of one row (the first of equals), or the means. */
void distribution_greedy(const distribution *d, const distribution_rows *rows, int row, action_word *action);

/* Floats of noise that one environment keeps: 0 when it is fresh. */
size_t distribution_noise_size(const distribution *d);
/* New noise for one environment [noise size]; at the start of a rollout or every so many steps. */
void distribution_noise_draw(const distribution *d, const float *parameters, random_stream *stream, float *noise);
/* The action of one row with the environment's kept noise. */
void distribution_sample_noise(const distribution *d, const distribution_rows *rows, int row, const float *noise,
                               action_word *action);

float distribution_log_probability(const distribution *d, const distribution_rows *rows, int row,
                                   const action_word *action);

/* d_output [outputs] = gradient of  -weight * log pi(action) - entropy_weight * H  with respect to the head's outputs
 * of one row; d_log_std (Gaussian, shaped as log_std in the parameters; may be NULL) is added to. */
void distribution_gradient(const distribution *d, const distribution_rows *rows, int row, const action_word *action,
                           float weight, float entropy_weight, float *d_output, float *d_log_std);

#endif

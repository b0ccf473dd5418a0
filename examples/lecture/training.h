/* SPDX-License-Identifier: MIT
 * A synchronous run in memory, without files: the lecture's settings or others, a seed, and a look at every update. */
#ifndef TRAINING_H
#define TRAINING_H

#include "sync_a2c/team.h"
#include "trainer/plan.h"

enum { TRAINING_MOST = 32 };

/* "key=value" settings, NULL-terminated; the lecture's table of hyperparameters for CartPole-v1: Adam 3e-4, discount
 * 0.99, lambda 0.95, normalized advantages, value coefficient 0.5, entropy coefficient 0.01, gradient norm 0.5; ReLU
 * layers initialized as PyTorch does. */
extern const char *const training_lecture[TRAINING_MOST];

typedef struct training {
    plan plan;
    const env_kind **kinds;
    block *block;
    episodes *episodes;
    pauses *pauses;
    sync_run sync;
    team *team;
    void (*look)(void *context, struct training *);
    void *context;
} training;

/* cartpole's preset with `base` and then `more` (either may be NULL), plus workers, rollout and updates; one
 * environment a worker. Ends the program where the settings are wrong. */
training *training_new(const char *const *base, const char *const *more, int workers, int rollout_steps, int updates,
                       uint64_t seed);
void training_free(training *t);

/* Trains with so many threads; `look` (may be NULL) is called after every update. */
void training_run(training *t, int threads, void (*look)(void *context, training *), void *context);

/* Of the updates since it was asked last: the loss of the lecture's formula, and its parts. */
typedef struct training_loss {
    double total, policy, value, entropy;
} training_loss;
training_loss training_take_loss(training *t);

/* Mean return of the last 100 finished episodes (fewer at first); NAN: none. */
double training_return(training *t);

/* The run's fingerprint as summary.json has it: 64-bit FNV-1a of the parameters in the checkpoint's order. */
uint64_t training_fingerprint(const training *t);

#endif

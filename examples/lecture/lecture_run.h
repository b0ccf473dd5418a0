/* SPDX-License-Identifier: MIT
 * A synchronous run in memory, without files: the lecture's settings or others, a seed, and a look at every update. */
#ifndef LECTURE_RUN_H
#define LECTURE_RUN_H

#include "sync_a2c/team.h"
#include "trainer/train_plan.h"

enum { LECTURE_SETTINGS = 32 };

/* "key=value" settings, NULL-terminated; the lecture's table of hyperparameters for CartPole-v1: Adam 3e-4, discount
 * 0.99, lambda 0.95, normalized advantages, value coefficient 0.5, entropy coefficient 0.01, gradient norm 0.5; ReLU
 * layers initialized as PyTorch does. */
extern const char *const lecture_settings[LECTURE_SETTINGS];

typedef struct lecture_run {
    plan plan;
    const env_config **kinds;
    training training;
    sync_run sync;
    team *team;
    void (*look)(void *context, struct lecture_run *);
    void *context;
} lecture_run;

/* cartpole's preset with `base` and then `more` (either may be NULL), plus workers, rollout and updates; one
 * environment a worker. Ends the program where the settings are wrong. */
lecture_run *lecture_run_new(const char *const *base, const char *const *more, int workers, int rollout_steps,
                             int updates, uint64_t seed);
void lecture_run_free(lecture_run *t);

/* Trains with so many threads; `look` (may be NULL) is called after every update. */
void lecture_run_train(lecture_run *t, int threads, void (*look)(void *context, lecture_run *), void *context);

/* Of the updates since it was asked last: the loss of the lecture's formula, and its parts. */
typedef struct lecture_run_loss {
    double total, policy, value, entropy;
} lecture_run_loss;
lecture_run_loss lecture_run_take_loss(lecture_run *t);

/* Mean return of the last 100 finished episodes (fewer at first); NAN: none. */
double lecture_run_return(lecture_run *t);

/* The run's fingerprint as summary.json has it: 64-bit FNV-1a of the parameters in the checkpoint's order. */
uint64_t lecture_run_fingerprint(const lecture_run *t);

#endif

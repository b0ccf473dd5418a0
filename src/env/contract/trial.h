/* SPDX-License-Identifier: MIT
 * A trial: an environment's state, stream and observation between guard bytes, driven by random actions. */
#ifndef ENV_CONTRACT_TRIAL_H
#define ENV_CONTRACT_TRIAL_H

#include "env/env.h"

enum { TRIAL_GUARD = 256, TRIAL_GUARD_BYTE = 0xC3 };

typedef union trial_action {
    int32_t discrete[A3C_ENV_DIMS];
    float box[A3C_ENV_DIMS];
} trial_action;

typedef struct trial {
    const env_config *kind;
    char *state_block, *observation_block; /* TRIAL_GUARD bytes, the thing, TRIAL_GUARD bytes */
    size_t state_bytes, observation_bytes;
    a3c_rng *rng;
    uint64_t chance; /* of actions */
    int fill;        /* what the observation's memory holds before a call */
    uint64_t trace;  /* hash of every observation, reward and flag so far */
    double reward;
    unsigned flags;
} trial;

static inline void *trial_state(const trial *t) {
    return t->state_block + TRIAL_GUARD;
}
static inline void *trial_observation(const trial *t) {
    return t->observation_block + TRIAL_GUARD;
}

/* Takes memory for a trial; its owner gives it back with trial_free. */
void trial_new(trial *t, const env_config *kind, int fill);
void trial_free(trial *t);

/* Seeds, constructs, resets. */
void trial_start(trial *t, uint64_t seed);
void trial_reset(trial *t);
void trial_step(trial *t, const trial_action *action);

/* So many random actions; an episode that ended is followed by a reset in place of a step. */
void trial_go(trial *t, int steps);

/* Whether the bytes around state and observation are as they were. */
bool trial_guards_stand(const trial *t);

/* Sets a component of an action to a fraction of the way through its range: 0 is the lowest, 1 the highest. */
void trial_action_at(const env_config *kind, int component, double fraction, trial_action *action);
void trial_random_action(const env_config *kind, uint64_t *chance, trial_action *action);

#endif

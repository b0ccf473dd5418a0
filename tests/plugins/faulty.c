/* SPDX-License-Identifier: MIT
 * A plugin that is wrong in the way that FAULT names, for the tests of the loader and of the contract suite. */
#include <a3c/env.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SOUND,
    NO_SYMBOL,
    OTHER_VERSION,
    NO_TABLE,
    ABSURD_COUNT,
    SHORT_TABLE,
    NO_STEP,
    ZERO_ACTIONS,
    TAKEN_NAME,
    TWO_NAMES,
    REFUSES,
    USES_RAND,
    KEEPS_GLOBAL,
    WRITES_PAST,
    UNWRITTEN,
    OUT_OF_BOUNDS,
    NOT_FINITE,
    BAD_FLAGS,
    POINTS_INTO_ITSELF,
    BATCH_DIFFERS,
    MASKS_ALL,
    PAINTS_PAST,
    LONG_TEXT,
    SHARES_SCRATCH,
    KEEPS_BY_THREAD,
    CRASHES_LOADED,
    CRASHES_IN_STEP,
    CRASHES_IN_RENDER,
    RECURSES,
    EXITS
};

typedef struct walk {
    int32_t at, *where;
} walk;

static int32_t shared_by_all;
static volatile int32_t scratch; /* of one call */
static _Thread_local int32_t by_thread;
static int32_t *volatile nowhere;

/* The number is for a moment nowhere but in the scratch memory that all instances share. */
static int32_t through_scratch(int32_t x) {
    static _Thread_local int calls;
    scratch = x;
    if (calls++ % 32 == 0) {
        usleep(1);
    }
    return scratch;
}

static volatile int32_t depth;

static int recurse(int x) {
    return recurse(x + 1) + depth++;
}

__attribute__((constructor)) static void loaded(void) {
    if (FAULT == CRASHES_LOADED) {
        *nowhere = 1;
    }
}

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t size) {
    (void)values;
    static const float low[2] = {-50, 0}, high[2] = {50, 1};
    spec->observation = A3C_OBSERVATION_VECTOR;
    spec->observation_dims = 1;
    spec->observation_shape[0] = 2;
    spec->observation_low = low, spec->observation_high = high;
    spec->action = A3C_ACTION_DISCRETE;
    spec->action_dims = 1;
    spec->action_n[0] = FAULT == ZERO_ACTIONS ? 0 : 2;
    spec->max_episode_steps = 40;
    spec->instance_size = sizeof(walk);
    if (FAULT == REFUSES) {
        strncpy(message, "never today", size);
        return -1;
    }
    return 0;
}

static void observe(walk *w, float *out) {
    int32_t at = FAULT == POINTS_INTO_ITSELF ? *w->where : FAULT == KEEPS_GLOBAL ? shared_by_all : w->at;
    out[0] = FAULT == OUT_OF_BOUNDS ? 51 : (float)at;
    if (FAULT != UNWRITTEN) {
        out[1] = 0;
    }
    if (FAULT == WRITES_PAST) {
        out[2] = 0;
    }
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    walk *w = (walk *)instance;
    by_thread = 1;
    w->at = shared_by_all = (int32_t)random->below(rng, 5);
    w->where = FAULT == POINTS_INTO_ITSELF ? &w->at : NULL;
    observe(w, (float *)observation);
}

static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    walk *w = (walk *)instance;
    int32_t move = *(const int32_t *)action ? 1 : -1;
    int32_t slip = (int32_t)(FAULT == USES_RAND ? (unsigned)rand() % 2 : random->below(rng, 2));
    if (FAULT == CRASHES_IN_STEP && w->at > 4) {
        *nowhere = 1;
    }
    if (FAULT == EXITS && w->at > 4) {
        exit(0);
    }
    if (FAULT == RECURSES) {
        move += recurse(0);
    }
    move = FAULT == SHARES_SCRATCH ? through_scratch(move) : move;
    move = FAULT == KEEPS_BY_THREAD && by_thread == 0 ? -move : move;
    w->at += move * slip;
    w->at = w->at > 40 ? 40 : w->at < -40 ? -40 : w->at;
    shared_by_all += move * slip;
    shared_by_all = shared_by_all > 40 ? 40 : shared_by_all < -40 ? -40 : shared_by_all;
    observe(w, (float *)observation);
    *reward = FAULT == NOT_FINITE ? (double)w->at / 0.0 : w->at;
    return FAULT == BAD_FLAGS ? 4 : w->at >= 10;
}

static void step_batch(void *instances, size_t stride, size_t count, const a3c_random *random, a3c_rng *rngs,
                       size_t rng_stride, const void *actions, size_t action_stride, void *observations,
                       size_t observation_stride, double *rewards, unsigned *flags) {
    for (size_t i = 0; i < count; i++) {
        flags[i] =
            step((char *)instances + i * stride, random, (a3c_rng *)(void *)((char *)rngs + i * rng_stride),
                 (const char *)actions + i * action_stride, (char *)observations + i * observation_stride, rewards + i);
        rewards[i] += FAULT == BATCH_DIFFERS;
    }
}

static void action_mask(const void *instance, uint8_t *mask) {
    (void)instance;
    mask[0] = mask[1] = FAULT == MASKS_ALL ? 0 : 1;
}

static void render(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    (void)instance;
    if (FAULT == CRASHES_IN_RENDER) {
        *nowhere = 1;
    }
    memset(rgb, 9, 3 * (size_t)width * (size_t)height + (FAULT == PAINTS_PAST));
}

static void render_text(const void *instance, char *text, size_t size) {
    (void)instance;
    memset(text, '.', size - (FAULT != LONG_TEXT));
    text[size - (FAULT != LONG_TEXT)] = 0;
}

#define DEF(id)                                                                                                        \
    {                                                                                                                  \
        .abi = FAULT == OTHER_VERSION ? A3C_ENV_ABI + 7 : A3C_ENV_ABI,                                                 \
        .struct_size = FAULT == SHORT_TABLE ? 24 : sizeof(a3c_env_def), .name = id, .summary = "a walk",               \
        .describe = describe, .reset = reset, .step = FAULT == NO_STEP ? NULL : step, .step_batch = step_batch,        \
        .action_mask = action_mask, .render = render, .render_text = render_text,                                      \
    }

#if FAULT != 1
A3C_ENV_EXPORT const a3c_env_def *a3c_env_plugin(uint32_t host_abi, size_t *count) {
    static const a3c_env_def defs[] = {DEF(FAULT == TAKEN_NAME ? "CartPole-v1" : "Walk-v0"), DEF("Walk-v1")};
    (void)host_abi;
    *count = FAULT == ABSURD_COUNT ? 1000000 : FAULT == TWO_NAMES ? 2 : 1;
    return FAULT == NO_TABLE ? NULL : defs;
}
#endif

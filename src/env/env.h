/* SPDX-License-Identifier: MIT
 * The host's side of environments: finding a definition, describing it, and stepping flat instances of it.
 *
 * An env_config is one environment with its option values and wrappers, const after env_config_make. An instance is flat memory
 * of env_config.instance_stride bytes that the caller owns: header (step count, the wrappers' chance), the environment's own
 * state, its random stream. Copying the bytes copies the instance, its random stream included. Nothing here allocates or
 * fails after env_config_make.
 *
 * An observation row is always float[observation_size]: a vector as it is, planes as C*H*W numbers, a discrete observation as
 * its index (one float a component; network input turns it into one-hot). Wrappers act in this order:
 *
 *   1. rescaling, then clipping of a box action (both off unless asked);
 *   2. sticky actions: with probability p the action executed before is executed again (never in an episode's first step);
 *   3. frame skip: the action is repeated, rewards are summed, the repetition ends with the episode;
 *   4. time limit, counted in the environment's own steps (frames); terminated is kept beside truncated;
 *   5. delay: busy or asleep for a drawn time, once a decision or once a reset;
 *   6. masking: named components are seen as 0;
 *   7. frame stack, oldest first; at a reset every frame is the first observation.
 *
 * Chance in wrappers comes from a stream of its own, so that the environment's draws stay the original's. */
#ifndef ENV_ENV_H
#define ENV_ENV_H

#include "a3c/env.h"
#include "base/error.h"

#include <stdbool.h>

enum { ENV_ID_SIZE = 256, ENV_MASKED = 64, ENV_STACK = 16 };

typedef enum env_delay_kind { ENV_DELAY_NONE, ENV_DELAY_CONSTANT, ENV_DELAY_UNIFORM, ENV_DELAY_HEAVY } env_delay_kind;

/* What a person may ask around an environment; zeros are the defaults but for frame_skip and frame_stack (1). */
typedef struct env_wrapping {
    int max_episode_steps; /* -1: the registered limit; 0: none */
    int frame_stack, frame_skip;
    double sticky_action_probability; /* wrapper for any environment; 0: off */
    int masked_count;
    int masked[ENV_MASKED]; /* components seen as 0 */
    env_delay_kind delay;
    bool delay_sleeps, delay_on_reset; /* busy otherwise; on steps otherwise */
    double delay_mean_us;
    bool clip_actions;    /* a box action is clipped to [low, high] before it reaches the environment */
    bool rescale_actions; /* a box action in [-1, 1] is first mapped to [low, high] */
} env_wrapping;

typedef struct env_config {
    const a3c_env_def *def;
    a3c_env_spec spec;
    double values[A3C_ENV_OPTIONS];
    env_wrapping wrapping;
    int max_episode_steps;  /* 0: none */
    int frame_elements;     /* floats of one unstacked observation */
    int observation_size;   /* frame_elements * frame_stack: floats of an observation row */
    int action_size;        /* components of an action */
    size_t instance_stride; /* bytes from one instance to the next, a multiple of 64 */
    size_t state_offset;    /* where the environment's own state begins in an instance */
    size_t stream_offset;   /* where its random stream begins */
    size_t sticky_offset;   /* the action executed before; 0: none is kept */
    size_t history_offset;  /* the last frame_stack frames; 0: none are kept */
    bool checked;           /* observations are looked through for NaN and infinity: not those of built-ins */
    bool plain;             /* no wrapper but the time limit and masking: step_batch may be used */
} env_config;

/* One option as given by a person: "is_slippery", "false". */
typedef struct env_option_text {
    const char *key, *value;
} env_option_text;

/* The definition of an id: a built-in, one found in A3C_ENV_PATH, or, when `id` is a path and `load` allows it, a plugin
 * ("./mine.so" or "./mine.so:name"). NULL with the error (did you mean) when there is none. */
const a3c_env_def *env_find(const char *id, bool load, error *e);

/* Loads every shared object of the folders in A3C_ENV_PATH (separated by ':'), once; what is not an
 * environment is warned of and left out. */
void env_plugins_load(void);

/* The definitions that plugins gave so far: number k, NULL past the last. *path (may be NULL): the shared object's file. */
const a3c_env_def *env_plugin(size_t k, const char **path);

/* All built-in definitions: *count of them. */
const a3c_env_def *const *env_builtins(size_t *count);
/* One more, behind the others: for games that need a library of their own, which call this before main. `def` stays. */
void env_register(const a3c_env_def *def);

/* Resolves definition, options and wrappers. 0, or -1 with the error (unknown option, out of range, impossible). */
int env_config_make(env_config *kind, const a3c_env_def *def, const env_option_text *options, size_t option_count,
                    const env_wrapping *wrapping, error *e);

/* Index of a named observation component (or a decimal index), -1 when there is none. */
int env_component(const a3c_env_spec *spec, const char *name);

/* Seeds an instance as numpy.random.SeedSequence(entropy, spawn_key=key) does, entropy = any 64-bit number; zeroes the state
 * and runs the constructor. `key_count` 0: SeedSequence(entropy) alone, what gymnasium's reset(seed=entropy) makes. For
 * MT19937 environments: generate_state(1)[0] of that sequence when key_count > 0; with key_count 0 RandomState(entropy) for
 * entropy < 2^32 and RandomState([low, high]) above. */
void env_seed(const env_config *kind, void *instance, uint64_t entropy, const uint32_t *key, int key_count);

/* Starts an episode; `observation` [observation_size]. Returns 0, or A3C_FAILED. */
unsigned env_reset(const env_config *kind, void *instance, float *observation);

/* One decision (frame_skip frames): `action` int32_t[action_size] or float[action_size] by kind; `observation` is the true
 * next one. `reward` is the raw sum. Returns A3C_TERMINATED | A3C_TRUNCATED bits, or with them
 * A3C_FAILED: the environment is broken, or a number that it gave is not finite; *frames (may be NULL) is how many were
 * played. Never resets. */
unsigned env_step(const env_config *kind, void *instance, const void *action, float *observation, double *reward,
                  int *frames);

/* env_step for `count` instances in a row: actions [count, action_size], observations `observation_stride` floats apart,
 * rewards [count], flags [count]. Frames played are added to *frames. */
void env_step_batch(const env_config *kind, void *instances, int count, const void *actions, float *observations,
                    int observation_stride, double *rewards, unsigned *flags, int64_t *frames);

/* From now on a crash in a plugin's init, reset or step names it and the function before the process ends by the signal. */
void env_tell_crashes(void);

/* Why a reset or a step failed that left this observation and this reward (0 after a reset), as words that follow "ID: ". */
void env_describe_failure(const env_config *kind, const void *instance, const float *observation, double reward,
                          char *text, size_t size);

/* What stands between a policy and an environment that somebody else runs. A box action [action_size] as the environment
 * is given it, rescaled and clipped where the wrapping says so; `out` may be `action`. */
void env_fit_action(const env_config *kind, const float *action, float *out);
/* In place: the masked components of a whole observation [observation_size] become 0, in every frame of it. */
void env_hide(const env_config *kind, float *observation);

/* Allowed actions, uint8_t[sum of action_n], components one after the other; all 1 without a mask. Returns whether the environment has one. */
bool env_action_mask(const env_config *kind, const void *instance, uint8_t *mask);

static inline void *env_at(const env_config *kind, void *instances, int i) {
    return (char *)instances + (size_t)i * kind->instance_stride;
}
static inline void *env_state(const env_config *kind, void *instance) {
    return (char *)instance + kind->state_offset;
}

/* The host's random functions, and streams for whoever needs one. */
extern const a3c_random env_random;
void env_rng_seed(a3c_rng *rng, uint32_t kind, uint64_t entropy, const uint32_t *key, int key_count);

/* Bytes of a stream of this kind. */
static inline size_t env_rng_size(uint32_t kind) {
    return kind == A3C_RNG_MT19937 ? sizeof(a3c_rng) : offsetof(a3c_rng, position);
}

/* Whether an action may be given: in 0 .. n-1, or finite for a box (its range is the business of clipping). */
bool env_action_valid(const env_config *kind, const void *action);

#endif

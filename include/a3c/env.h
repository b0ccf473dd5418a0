/* SPDX-License-Identifier: MIT
 *
 * The interface of an environment: what a plugin exports and what every built-in environment is.
 *
 * An environment is a table of functions (a3c_env_def) over flat memory that the host allocates. It owns nothing, keeps no
 * globals, does no input or output, never resets itself, and draws every random number from the stream that it is handed.
 * The host enforces the time limit, counts, seeds, copies (a snapshot is a memcpy) and batches. It steps instances in several
 * threads at once: one instance in one thread at a time, which need not be the same one from call to call.
 *
 * A plugin is a shared object that exports
 *
 *     const a3c_env_def *a3c_env_plugin(uint32_t host_abi, size_t *count);
 *
 * and is built with one line: cc -shared -fPIC -fvisibility=hidden -O2 -I include mine.c -o mine.so
 * This header is self-contained and may be used from C11 and C++11. */
#ifndef A3C_ENV_H
#define A3C_ENV_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define A3C_ENV_ABI 1u
#define A3C_ENV_EXPORT __attribute__((visibility("default")))

enum { A3C_ENV_DIMS = 8, A3C_ENV_OPTIONS = 16 };

/* ---- Randomness -------------------------------------------------------------------------------------------------------
 * The host's stream. PCG64 is NumPy's default_rng (Gymnasium), MT19937 NumPy's RandomState (MinAtar, bsuite); draws equal
 * NumPy's to the bit. Flat memory: copying its bytes copies the stream. A test may hand in a stream with `source` set. Only
 * an MT19937 stream has the members from `position` on: the memory of the others ends there, so never copy by assignment. */
typedef struct a3c_rng {
    uint64_t state_low, state_high, increment_low, increment_high; /* PCG64, 128 bits each */
    uint32_t half;                                                 /* PCG64: the kept high half of a 64-bit draw */
    uint8_t kind, has_half, has_gauss, unused;                     /* A3C_RNG_*; flags of half and gauss */
    double gauss;                                                  /* the second normal of a pair */
    uint64_t (*source)(void *context);                             /* A3C_RNG_SOURCE: 64 random bits a call */
    void *context;
    uint32_t position; /* MT19937: next word of `words` */
    uint32_t words[624];
} a3c_rng;

enum { A3C_RNG_PCG64 = 0, A3C_RNG_MT19937 = 1, A3C_RNG_SOURCE = 2 };

/* Implemented by the host; a plugin calls them through the table that a3c_env_def.reset and .step receive. */
typedef struct a3c_random {
    double (*uniform01)(a3c_rng *rng);           /* in [0, 1), 53 bits */
    uint32_t (*below)(a3c_rng *rng, uint32_t n); /* NumPy's integers(0, n), or randint(n) for MT19937; 0 for n <= 1 */
    double (*normal)(a3c_rng *rng);              /* standard normal: RandomState.randn's for MT19937, PCG64 in
                                                              distribution only */
} a3c_random;

/* ---- Description ---- */

/* What an observation is and what type reset and step write. */
typedef enum a3c_observation_kind {
    A3C_OBSERVATION_VECTOR = 0,  /* float[shape[0]] */
    A3C_OBSERVATION_PLANES = 1,  /* uint8_t[channels shape[0]][height shape[1]][width shape[2]] */
    A3C_OBSERVATION_DISCRETE = 2 /* int32_t[dims], component i in 0 .. shape[i]-1 (dims > 1: a tuple) */
} a3c_observation_kind;

typedef enum a3c_action_kind {
    A3C_ACTION_DISCRETE = 0,       /* const int32_t[1], 0 .. n[0]-1 */
    A3C_ACTION_MULTI_DISCRETE = 1, /* const int32_t[dims], component i in 0 .. n[i]-1 */
    A3C_ACTION_BOX = 2             /* const float[dims], low[i] .. high[i]; arrives unclipped from `env run` */
} a3c_action_kind;

enum {
    A3C_ENV_MT19937 = 1u, /* draws come from MT19937, as the original's do */
    A3C_ENV_BLOCKS = 2u   /* a step may block (another process, a device): the host gives it a thread of its own */
};

typedef struct a3c_env_spec {
    a3c_observation_kind observation;
    int32_t observation_dims; /* how many entries of observation_shape count */
    int32_t observation_shape[A3C_ENV_DIMS];
    const float *observation_low, *observation_high; /* [elements] static bounds of a vector, or NULL: unbounded */
    const char *const *observation_names;            /* [elements] names for masking and display, or NULL */
    a3c_action_kind action;
    int32_t action_dims;
    int32_t action_n[A3C_ENV_DIMS];                            /* discrete kinds */
    float action_low[A3C_ENV_DIMS], action_high[A3C_ENV_DIMS]; /* box */
    const char *const *action_names;                           /* [action_n[0]] or NULL */
    int32_t max_episode_steps;                                 /* 0: none */
    double solved_return;                                      /* NAN: none is registered */
    double random_return;                /* a uniformly random policy's mean return; NAN: unknown */
    double return_low, return_high;      /* bounds of an episode's return; NAN: unknown */
    uint32_t flags;                      /* A3C_ENV_* */
    size_t instance_size;                /* bytes of flat state an instance needs */
    int32_t render_width, render_height; /* natural picture size in pixels; 0: does not draw */
    int32_t render_fps;
} a3c_env_spec;

/* ---- Options ---- */
typedef enum a3c_option_kind { A3C_OPTION_BOOL, A3C_OPTION_INT, A3C_OPTION_FLOAT, A3C_OPTION_CHOICE } a3c_option_kind;

typedef struct a3c_env_option {
    const char *key;
    a3c_option_kind kind;
    double value, minimum, maximum; /* default and range; a choice is its index */
    const char *const *choices;     /* NULL-terminated names of a choice */
    const char *help;
} a3c_env_option;

/* The values in the order of the definition's options: double[option_count]. */
typedef const double *a3c_env_values;

/* ---- Definition ---- */
/* A3C_FAILED: the environment is broken (a process that died, a simulation that diverged). The run ends with status 1 and keeps its
 * last checkpoint. An observation or a reward that is NaN or infinite is such a failure, too. */
enum { A3C_TERMINATED = 1u, A3C_TRUNCATED = 2u, A3C_FAILED = 4u };

typedef struct a3c_env_def {
    uint32_t abi;         /* A3C_ENV_ABI */
    uint32_t struct_size; /* sizeof(a3c_env_def) as the plugin was compiled; members are only ever appended */
    const char *name;     /* the id: "CartPole-v1" */
    const char *summary;  /* one line */
    const a3c_env_option *options;
    size_t option_count;

    /* Fills the spec, zero before but for its returns, which are NAN, for these option values. Returns 0, or -1 with a message
     * for a combination that is impossible. */
    int (*describe)(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size);

    /* Sets up zeroed instance memory. `random`, `rng`: the stream of this instance, for what the original draws in its
     * constructor. Called again, on zeroed memory, each time the instance is seeded. */
    void (*init)(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng);

    /* Starts an episode and writes its first observation. */
    void (*reset)(void *instance, const a3c_random *random, a3c_rng *rng, void *observation);

    /* One step: writes the true next observation (also when the episode ends) and the reward; returns A3C_TERMINATED,
     * A3C_TRUNCATED, both, or 0; or A3C_FAILED, after which `failure` is asked for the reason and the instance is not stepped
     * again. */
    unsigned (*step)(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward);

    /* Optional; NULL when absent. ------------------------------------------------------------------------------------ */

    /* The same step for `count` instances, `stride` bytes apart, their streams `rng_stride` bytes apart; observations are
     * written `observation_stride` bytes apart; actions are `action_stride` bytes apart. Results equal step's. */
    void (*step_batch)(void *instances, size_t stride, size_t count, const a3c_random *random, a3c_rng *rngs,
                       size_t rng_stride, const void *actions, size_t action_stride, void *observations,
                       size_t observation_stride, double *rewards, unsigned *flags);

    /* Discrete kinds. Writes 1 where a choice is allowed and 0 where not: uint8_t[sum of action_n], components one after the
     * other, at least one choice of each; what is not written is allowed. */
    void (*action_mask)(const void *instance, uint8_t *mask);

    /* Draws the present state, uint8_t[height][width][3], in whatever size is asked. */
    void (*render)(const void *instance, int32_t width, int32_t height, uint8_t *rgb);

    /* The present state as text, at most `size` bytes with the final 0. */
    void (*render_text)(const void *instance, char *text, size_t size);

    /* Number k of this episode's own figures: returns its name, or NULL past the last. */
    const char *(*metric)(const void *instance, size_t k, double *value);

    /* The hidden state as doubles, for tests: returns how many there are; get writes, set reads up to `count`. */
    size_t (*get_state)(const void *instance, double *state, size_t count);
    void (*set_state)(void *instance, const double *state, size_t count);

    /* Whether the instance is broken: 0, or not 0 with the reason, at most `size` bytes with the final 0. Asked after a step that
     * returned A3C_FAILED, and after every reset, which has no other way to say so. */
    int (*failure)(const void *instance, char *message, size_t size);
} a3c_env_def;

/* The one symbol of a plugin. Returns *count definitions that live as long as the shared object. */
typedef const a3c_env_def *(*a3c_env_plugin_function)(uint32_t host_abi, size_t *count);

#ifdef __cplusplus
}
#endif

#endif

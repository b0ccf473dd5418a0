/* SPDX-License-Identifier: MIT
 * The settings of one run: every number a person may choose, read from defaults, a preset or file, and the command
 * line.
 *
 * A member has the name of its key: optimizer.learning_rate is s.optimizer.learning_rate. What a key means, its unit,
 * default and range stand once, in the table of schema.c. A settings is a plain value: it owns nothing and may be
 * copied. A number that differs between the modes is already that of s.mode. */
#ifndef SETTINGS_SETTINGS_H
#define SETTINGS_SETTINGS_H

#include "base/error.h"
#include "base/text.h"
#include "env/env.h"
#include "learn/estimators.h"
#include "learn/optimizer.h"
#include "learn/policy_distribution.h"
#include "learn/schedules.h"
#include "net/net.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SETTINGS_FORMAT = 1, /* of the files this program writes; a newer one is refused */
    SETTINGS_TASKS = 8,
    SETTINGS_WORKERS = 4096,
    SETTINGS_TEXT = 256,
    SETTINGS_PATH = 1024,
};

/* The ways to train: enumerator, word, and whose value of a pair {async: A, sync: B} they take. src/trainer/mode_WORD.c has what
 * each does. */
/* clang-format off */
#define RUN_MODES(row) \
    row(MODE_ASYNC, async, MODE_ASYNC) \
    row(MODE_SYNC, sync, MODE_SYNC)
/* clang-format on */
#define RUN_MODE_ENUMERATOR(name, word, column) name,
typedef enum run_mode { RUN_MODES(RUN_MODE_ENUMERATOR) RUN_MODE_COUNT } run_mode;
typedef enum settings_trunk { SETTINGS_TRUNK_SHARED, SETTINGS_TRUNK_SEPARATE } settings_trunk;
typedef enum settings_loss { SETTINGS_LOSS_ACTOR_CRITIC, SETTINGS_LOSS_PPO } settings_loss;
typedef enum settings_reduction { SETTINGS_REDUCTION_MEAN, SETTINGS_REDUCTION_SUM } settings_reduction;
typedef enum settings_statistics { SETTINGS_STATISTICS_SHARED, SETTINGS_STATISTICS_WORKER } settings_statistics;
typedef enum settings_adam_step { SETTINGS_ADAM_STEP_VERSION, SETTINGS_ADAM_STEP_WORKER } settings_adam_step;
typedef enum settings_update { SETTINGS_HOGWILD, SETTINGS_LOCKED } settings_update;
typedef enum settings_schedule {
    SETTINGS_SCHEDULE_THREADS,
    SETTINGS_SCHEDULE_REPLAY,
    SETTINGS_SCHEDULE_SIMULATED
} settings_schedule;
typedef enum settings_cost {
    SETTINGS_COST_CONSTANT,
    SETTINGS_COST_UNIFORM,
    SETTINGS_COST_EXPONENTIAL,
    SETTINGS_COST_LOGNORMAL,
    SETTINGS_COST_MEASURED
} settings_cost;
typedef enum settings_pinning { SETTINGS_PIN_AUTO, SETTINGS_PIN_ALWAYS, SETTINGS_PIN_NEVER } settings_pinning;
typedef enum settings_barrier { SETTINGS_BARRIER_ROLLOUT, SETTINGS_BARRIER_STEP } settings_barrier;
typedef enum settings_policy { SETTINGS_GREEDY, SETTINGS_SAMPLE } settings_policy;

typedef struct settings {
    int format;
    uint64_t seed;
    run_mode mode;
    settings_pinning pin_threads;
    int workers, threads; /* threads 0 (`auto`): min(workers, CPUs this process may use) */
    int envs_per_worker;
    int rollout_steps; /* the longest, when rollout_schedule lets it grow */
    bool rollout_until_done;
    schedule_kind rollout_schedule; /* how the length goes from rollout_initial to rollout_steps over total_steps */
    int rollout_initial;
    int64_t total_steps;
    double discount;
    struct {
        int count; /* how many ids: more than one is several tasks, worker w has task w mod count */
        char id[SETTINGS_TASKS][SETTINGS_TEXT];
        int option_count;
        struct {
            char key[64], value[64];
        } options[A3C_ENV_OPTIONS];
        int max_episode_steps; /* -1 (`registered`): the environment's own; 0: none */
        int frame_stack, frame_skip;
        double sticky_action_probability;
        bool clip_actions, rescale_actions; /* continuous actions */
        int mask_count;
        char mask[ENV_MASKED][64]; /* names or decimal indices of components */
        double reward_scale;
        double clip_reward;   /* bound on |reward| after scaling; 0: none */
        bool reward_sign;     /* `clip_reward: sign`: the learner sees the sign alone */
        double solved_return; /* NAN (`registered`): the environment's own */
        struct {
            env_delay_kind kind;
            double mean_us;
            bool sleeps, on_resets;
        } delay;
        bool on_command_line; /* no key: env.id was given on the command line, so a path in it may be loaded */
    } env;
    struct {
        settings_trunk trunk;
        int layer_count;
        layer_spec layers[NET_LAYERS]; /* what a kind does not use is 0 */
        init_kind init;
        double hidden_gain, policy_gain; /* NAN (`auto`): what suits init */
        double value_gain;
    } network;
    struct {
        char from[SETTINGS_PATH]; /* a checkpoint or a run's folder; empty: none */
    } init;
    struct {
        estimator_kind estimator;
        double lambda;
        int n; /* n_step: at most so many steps; 0: to the end of the rollout */
        bool normalize;
        double rho_clip, c_clip;
    } advantage;
    struct {
        settings_loss kind;
        settings_reduction reduction;
        double value_coef, entropy_coef;
        schedule_kind entropy_schedule;
        struct {
            double clip;
            schedule_kind clip_schedule;
            int epochs, minibatches;
        } ppo;
    } loss;
    struct {
        optimizer_kind kind;
        double learning_rate;
        schedule_kind schedule; /* linear and cosine end at 0 at total_steps */
        int64_t warmup_steps;
        double decay, epsilon;
        bool epsilon_inside_root;
        double momentum;
        double beta1, beta2;
        settings_statistics statistics;
        settings_adam_step adam_step;
        double max_grad_norm; /* 0: no clipping */
    } optimizer;
    struct {
        noise_kind noise;
        int hold; /* steps that held noise and a gSDE matrix last; 0: gSDE's is drawn anew each rollout */
        double log_std_init;
        bool state_dependent_std;
    } exploration;
    struct {
        bool observations, returns;
        double clip;
    } normalize;
    struct {
        settings_update update;
        settings_schedule schedule;
        bool record;
        char recording[SETTINGS_PATH]; /* empty: none */
        bool count_lost;
        int behavior_delay; /* updates by which the parameters that collect lag behind; a test's knob */
        struct {
            settings_cost cost;
            double mean, spread; /* microseconds a turn; standard deviation over the mean */
        } simulated;
    } async;
    struct {
        settings_barrier barrier;
        int shards; /* 0: auto */
    } sync;
    struct {
        bool when_solved;
        double seconds; /* wall time; 0: no limit */
    } stop;
    struct {
        int64_t interval_steps;  /* 0: by time alone */
        double interval_seconds; /* wall time; 0: by steps alone */
    } checkpoint;
    struct {
        int64_t interval_steps;
    } log;
    struct {
        int64_t interval_steps; /* 0: at the end alone */
        int episodes;
        settings_policy policy;
    } eval;
    char preset[64]; /* no key: the preset's name or the file's, for the run's folder */
} settings;

/* A value from the command line, replacing those of both modes. */
typedef struct settings_override {
    const char *option; /* how the person wrote it, for messages: "--workers", "--set" */
    const char *key;    /* "optimizer.learning_rate"; a whole section too: "optimizer" */
    const char *value;  /* YAML flow, or a text as it is when `literal` */
    bool literal;
} settings_override;

/* Where the user gave a key's value. */
typedef struct settings_place {
    char text[SETTINGS_TEXT]; /* "FILE:LINE:COLUMN" or "--set"; empty: a default or a preset's value */
    bool command_line;
} settings_place;

typedef struct settings_request {
    const char *base; /* a preset's name or a file's path (settings_is_path); NULL: env's preset, or "cartpole" */
    const char *env;  /* --env; NULL: none */
    const settings_override *overrides; /* [override_count], the last one of a key holds */
    size_t override_count;
    text_buffer *warnings;  /* lines about former names of keys are appended; NULL: dropped */
    settings_place *places; /* [settings_keys()], filled; NULL: not asked for */
    bool
        other_column; /* take the other mode's values of a pair: `compare --hyperparameters`; `mode` stays what it is */
} settings_request;

/* Defaults, then the preset or file, then the command line; checked, its environments too. 0, or -1 with STATUS_USAGE
 * and a message that begins FILE:LINE:COLUMN: key: for what stands in a file, OPTION: key: for what was given on the
 * command line. */
int settings_load(settings *s, const settings_request *request, error *e);

/* The environment of a task (0 .. env.count-1): definition, options and wrappers resolved. 0, or -1 with a message that
 * begins with the key at fault. */
int settings_env_kind(const settings *s, int task, env_config *kind, error *e);

/* Settings out of a text, as settings_text writes them (a checkpoint's metadata); `name` stands for the file in
 * messages. */
int settings_parse(settings *s, const char *name, const char *text, size_t length, error *e);

/* Changes settings that exist, and checks the whole. */
int settings_apply(settings *s, const settings_override *overrides, size_t count, error *e);

/* The same for a run that is resumed: refuses every change but that of threads, pin_threads, total_steps, stop.* and
 * checkpoint.*. A value given as it was is no change; env.id given so allows its plugin to be loaded. */
int settings_resume(settings *s, const settings_override *overrides, size_t count, error *e);

/* Refuses combinations that mean nothing or cannot work, by the names of their keys: what can be known without the
 * environment. */
int settings_check(const settings *s, error *e);

/* The whole as YAML, every key with its meaning as a comment; settings_parse reads it back to the same values. The
 * caller frees the text with memory_free. */
char *settings_text(const settings *s);

/* config/default.yaml: every key with meaning, unit, range and the defaults of both modes. The caller frees it. */
char *settings_default_text(void);

/* The same as a table in Markdown. The caller frees it. */
char *settings_markdown(void);

/* Key number 0 .. settings_keys()-1: its name, its meaning with range and default in one line, its value as YAML
 * ("0.001", "linear"). The caller frees meaning and value. */
size_t settings_keys(void);
const char *settings_key(size_t k);
char *settings_key_meaning(size_t k);
char *settings_value(const settings *s, size_t k);

/* Presets compiled in, by name, in alphabetical order. */
size_t settings_presets(void);
const char *settings_preset_name(size_t i);

/* Whether an argument names a file: it has a slash or ends in .yaml. */
bool settings_is_path(const char *argument);

#endif

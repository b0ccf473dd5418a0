/* SPDX-License-Identifier: MIT
 * The table of all settings, one row per key, and looking keys up in it. */
#include "settings/schema.h"

#include "base/error.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

_Static_assert(sizeof(run_mode) == sizeof(int), "a choice is stored as an int");

#define NAMES(name, ...) static const char *const name[] = {__VA_ARGS__, NULL}
#define MODE_WORD(name, word, column) #word,
static const char *const modes[] = {RUN_MODES(MODE_WORD) NULL};
NAMES(trunks, "shared", "separate");
NAMES(inits, [INIT_ORTHOGONAL] = "orthogonal", [INIT_HE] = "he", [INIT_XAVIER] = "xavier", [INIT_TORCH] = "torch");
NAMES(estimators, [ESTIMATOR_GAE] = "gae", [ESTIMATOR_TD] = "td", [ESTIMATOR_N_STEP] = "n_step",
      [ESTIMATOR_MONTE_CARLO] = "monte_carlo", [ESTIMATOR_VTRACE] = "vtrace");
NAMES(losses, "actor_critic", "ppo");
NAMES(reductions, "mean", "sum");
NAMES(curves, [SCHEDULE_CONSTANT] = "constant", [SCHEDULE_LINEAR] = "linear", [SCHEDULE_COSINE] = "cosine");
NAMES(optimizers, [OPTIMIZER_RMSPROP] = "rmsprop", [OPTIMIZER_ADAM] = "adam", [OPTIMIZER_SGD] = "sgd");
NAMES(statistics, "shared", "worker");
NAMES(adam_steps, "version", "worker");
NAMES(noises, [NOISE_FRESH] = "fresh", [NOISE_HELD] = "held", [NOISE_GSDE] = "gsde");
NAMES(delays, "none", "constant", "uniform", "heavy");
NAMES(updates, "hogwild", "locked");
NAMES(schedules, "threads", "replay", "simulated");
NAMES(costs, "constant", "uniform", "exponential", "lognormal", "measured");
NAMES(barriers, "rollout", "step");
NAMES(pinnings, "auto", "always", "never");
NAMES(policies, "greedy", "sample");

#define AT(member) .offset = offsetof(settings, member)
#define INT(low, high) .kind = KIND_INT, .minimum = low, .maximum = high
#define LONG(low, high) .kind = KIND_LONG, .minimum = low, .maximum = high
#define REAL(low, high) .kind = KIND_REAL, .minimum = low, .maximum = high
#define CHOICE(names) .kind = KIND_CHOICE, .choices = names

#define MOST_STEPS 1e15 /* exact in a double, and a century at ten million a second */

const setting schema[] = {
    {"format", AT(format), INT(1, INT32_MAX), .value = "1", .meaning = "version of the format of this file"},
    {"seed", AT(seed), .kind = KIND_SEED, .value = "1",
     .meaning = "seed of every random stream of the run: 0 .. 18446744073709551615"},
    {"mode", AT(mode), CHOICE(modes), .value = "async",
     .meaning = "async: each worker updates the shared parameters on its own (A3C); sync: all workers meet and make "
                "one batched update (A2C)"},
    {"workers", AT(workers), INT(1, SETTINGS_WORKERS), .value = "16",
     .meaning = "number of learners, each with environments of its own; workers are part of the experiment, threads "
                "are part of the machine"},
    {"threads", AT(threads), INT(1, 1024), .value = "auto", .word = "auto", .word_value = 0,
     .meaning = "number of threads that compute; auto: one per worker, at most one per CPU that this process may use; "
                "sync uses more threads than CPUs only where an environment may sleep"},
    {"pin_threads", AT(pin_threads), CHOICE(pinnings), .value = "auto",
     .meaning =
         "whether every thread keeps to a CPU of its own; auto: where nothing else runs as they start, and until "
         "another program takes that CPU"},
    {"envs_per_worker", AT(envs_per_worker), INT(1, 4096), .value = "{async: 4, sync: 1}",
     .meaning = "environments per worker, stepped together"},
    {"rollout_steps", AT(rollout_steps), INT(1, 65536), .unit = "steps", .value = "{async: 32, sync: 20}",
     .meaning = "steps per environment between two updates (t_max of the A3C paper)"},
    {"rollout_until_done", AT(rollout_until_done), .kind = KIND_BOOL, .value = "false",
     .meaning = "a rollout ends at the end of an episode, or after rollout_steps; needs one environment per worker"},
    {"rollout_schedule", AT(rollout_schedule), CHOICE(curves), .value = "constant",
     .meaning = "how the rollout length changes over the run, from rollout_initial to rollout_steps; constant: always "
                "rollout_steps"},
    {"rollout_initial", AT(rollout_initial), INT(1, 65536), .unit = "steps", .value = "5",
     .meaning = "rollout length at the start of the run, where rollout_schedule is not constant"},
    {"total_steps", AT(total_steps), LONG(1, MOST_STEPS), .unit = "steps", .value = "500000",
     .meaning = "the run ends with the first update at or after this number of steps, summed over all workers"},
    {"discount", AT(discount), REAL(0, 1), .value = "0.99", .meaning = "discount factor gamma"},

    {"env.id", AT(env.id), .kind = KIND_IDS, .value = "CartPole-v1",
     .meaning = "the environment; a list gives the workers different tasks with equal spaces"},
    {"env.options", AT(env.options), .kind = KIND_OPTIONS, .value = "{}",
     .meaning = "options of the environment itself (a3c env info ID lists them)"},
    {"env.max_episode_steps", AT(env.max_episode_steps), INT(0, INT32_MAX), .unit = "steps", .value = "registered",
     .word = "registered", .word_value = -1,
     .meaning = "an episode is truncated after this many steps; registered: the environment's own limit; 0: never"},
    {"env.frame_stack", AT(env.frame_stack), INT(1, ENV_STACK), .value = "1",
     .meaning = "number of successive observations that the network sees at once, oldest first"},
    {"env.frame_skip", AT(env.frame_skip), INT(1, 64), .unit = "frames", .value = "1",
     .meaning =
         "number of frames for which an action is repeated; their rewards are summed; one step is this many frames"},
    {"env.sticky_action_probability", AT(env.sticky_action_probability), REAL(0, 1), .value = "0",
     .meaning = "probability that the previous action is repeated instead of the chosen one"},
    {"env.clip_actions", AT(env.clip_actions), .kind = KIND_BOOL, .value = "true",
     .meaning = "continuous actions are clipped to the bounds of the environment"},
    {"env.rescale_actions", AT(env.rescale_actions), .kind = KIND_BOOL, .value = "false",
     .meaning = "continuous actions of -1 .. 1 are first rescaled to the bounds of the environment"},
    {"env.mask", AT(env.mask), .kind = KIND_MASK, .value = "[]",
     .meaning = "components of the observation, by name or index, that are replaced by 0"},
    {"env.reward_scale", AT(env.reward_scale), REAL(-1e9, 1e9), .value = "1",
     .meaning = "the learner sees each reward multiplied by this; reported returns are not scaled"},
    {"env.clip_reward", AT(env.clip_reward), .kind = KIND_CLIP, .minimum = 0, .maximum = 1e9, .value = "0",
     .word = "sign",
     .meaning = "bound on the absolute reward that the learner sees, applied after scaling; 0: no bound; sign: the "
                "sign of the reward"},
    {"env.solved_return", AT(env.solved_return), REAL(-1e12, 1e12), .value = "registered", .word = "registered",
     .word_value = NAN,
     .meaning = "mean return of the last 100 training episodes at which the environment counts as solved; registered: "
                "the environment's own"},
    {"env.delay.kind", AT(env.delay.kind), CHOICE(delays), .value = "none",
     .meaning = "distribution of an artificial delay per step, for studies of uneven environments; heavy: Pareto with "
                "infinite variance"},
    {"env.delay.mean_us", AT(env.delay.mean_us), REAL(0, 1e9), .unit = "microseconds", .value = "0",
     .meaning = "mean of the delay"},
    {"env.delay.sleeps", AT(env.delay.sleeps), .kind = KIND_BOOL, .value = "false",
     .meaning = "true: the delay sleeps and leaves the CPU to others; false: it keeps the CPU busy"},
    {"env.delay.on_resets", AT(env.delay.on_resets), .kind = KIND_BOOL, .value = "false",
     .meaning = "true: resets are delayed instead of steps"},

    {"network.trunk", AT(network.trunk), CHOICE(trunks), .value = "shared",
     .meaning = "shared: policy and value share one trunk; separate: each has its own"},
    {"network.layers", AT(network.layers), .kind = KIND_LAYERS,
     .value = "[{dense: 128, activation: tanh}, {dense: 128, activation: tanh}]",
     .meaning =
         "layers of the trunk: {dense: N}, {conv: CHANNELS, kernel: 3, stride: 1, padding: 0}, {lstm: CELLS, "
         "forget_bias: 1}, {gru: CELLS}, {layer_norm: true}; dense and conv have an activation: none, relu, tanh (the "
         "default) or silu. Or a name: a3c (16 8x8/4, 32 4x4/2, 256), dqn (32 8x8/4, 64 4x4/2, 64 3x3, 512), "
         "minatar (16 3x3, 128)"},
    {"network.init", AT(network.init), CHOICE(inits), .value = "orthogonal",
     .meaning = "distribution of the initial weights"},
    {"network.hidden_gain", AT(network.hidden_gain), REAL(0, 1000), .value = "auto", .word = "auto", .word_value = NAN,
     .meaning =
         "factor on the initial weights of the trunk; auto: the root of 2 where network.init is orthogonal, else 1, "
         "since he, xavier and torch bring their own scale"},
    {"network.policy_gain", AT(network.policy_gain), REAL(0, 1000), .value = "auto", .word = "auto", .word_value = NAN,
     .meaning =
         "factor on the initial weights of the policy head; auto: 0.01, and 1 where network.init is torch, which is "
         "then PyTorch's default"},
    {"network.value_gain", AT(network.value_gain), REAL(0, 1000), .value = "1",
     .meaning = "factor on the initial weights of the value head"},

    {"init.from", AT(init.from), .kind = KIND_PATH, .value = "\"\"",
     .meaning = "a run's folder or a .safetensors file with the initial parameters; \"\": none"},

    {"advantage.estimator", AT(advantage.estimator), CHOICE(estimators), .value = "gae",
     .meaning = "estimator of advantages and returns: td is gae with lambda 0; monte_carlo needs rollout_until_done; "
                "vtrace corrects for the lag of the policy that collected the rollout"},
    {"advantage.lambda", AT(advantage.lambda), REAL(0, 1), .value = "0.95", .meaning = "lambda of gae and vtrace"},
    {"advantage.n", AT(advantage.n), INT(0, 65536), .unit = "steps", .value = "0",
     .meaning = "n_step: bootstrap after at most this many steps; 0: at the end of the rollout, as in the A3C paper"},
    {"advantage.normalize", AT(advantage.normalize), .kind = KIND_BOOL, .value = "false",
     .meaning = "shift and scale the advantages of each update to mean 0 and standard deviation 1; needs at least 16 "
                "samples per update"},
    {"advantage.rho_clip", AT(advantage.rho_clip), REAL(0, 1e6), .value = "1",
     .meaning = "vtrace: upper bound on the importance weight of a temporal difference (rho-bar)"},
    {"advantage.c_clip", AT(advantage.c_clip), REAL(0, 1e6), .value = "1",
     .meaning = "vtrace: upper bound on the importance weight of a trace (c-bar)"},

    {"loss.kind", AT(loss.kind), CHOICE(losses), .value = "actor_critic",
     .meaning = "actor_critic: policy gradient; ppo: the clipped surrogate, in sync mode only"},
    {"loss.reduction", AT(loss.reduction), CHOICE(reductions), .value = "mean",
     .meaning = "over the samples of an update. The A3C papers sum and clip the gradient at 40, A2C averages and clips "
                "at 0.5; a learning rate for one does not suit the other"},
    {"loss.value_coef", AT(loss.value_coef), REAL(0, 1e6), .value = "0.5",
     .meaning = "weight of half the squared value error"},
    {"loss.entropy_coef", AT(loss.entropy_coef), REAL(0, 1e6), .value = "0",
     .meaning = "weight beta of the entropy of the policy"},
    {"loss.entropy_schedule", AT(loss.entropy_schedule), CHOICE(curves), .value = "linear",
     .meaning = "schedule of loss.entropy_coef over the run; linear and cosine end at 0"},
    {"loss.ppo.clip", AT(loss.ppo.clip), REAL(0, 10), .value = "0.2",
     .meaning = "clip range epsilon of the probability ratio around 1"},
    {"loss.ppo.clip_schedule", AT(loss.ppo.clip_schedule), CHOICE(curves), .value = "constant",
     .meaning = "schedule of loss.ppo.clip over the run; linear and cosine end at 0"},
    {"loss.ppo.epochs", AT(loss.ppo.epochs), INT(1, 1000), .value = "4", .meaning = "passes over each batch"},
    {"loss.ppo.minibatches", AT(loss.ppo.minibatches), INT(1, 65536), .value = "4",
     .meaning = "minibatches per pass, one optimizer step each"},

    {"optimizer.kind", AT(optimizer.kind), CHOICE(optimizers), .value = "rmsprop",
     .meaning = "rmsprop and adam divide by running statistics; sgd may have momentum"},
    {"optimizer.learning_rate", AT(optimizer.learning_rate), REAL(0, 1000), .value = "{async: 2e-3, sync: 4e-3}",
     .meaning = "peak learning rate"},
    {"optimizer.schedule", AT(optimizer.schedule), CHOICE(curves), .value = "linear",
     .meaning = "schedule of the learning rate over the run; linear and cosine end at 0"},
    {"optimizer.warmup_steps", AT(optimizer.warmup_steps), LONG(0, MOST_STEPS), .unit = "steps", .value = "0",
     .meaning = "the learning rate rises linearly from 0 during this many steps before its schedule begins"},
    {"optimizer.decay", AT(optimizer.decay), REAL(0, 1), .value = "0.99",
     .meaning = "rmsprop: decay alpha of the running mean square"},
    {"optimizer.epsilon", AT(optimizer.epsilon), REAL(0, 1000), .value = "1e-5",
     .meaning = "rmsprop and adam: added to the divisor"},
    {"optimizer.epsilon_inside_root", AT(optimizer.epsilon_inside_root), .kind = KIND_BOOL, .value = "false",
     .meaning = "rmsprop: true: divide by sqrt(g + epsilon), as in the A3C paper; false: by sqrt(g) + epsilon"},
    {"optimizer.momentum", AT(optimizer.momentum), REAL(0, 0.999999), .value = "0", .meaning = "sgd: momentum"},
    {"optimizer.beta1", AT(optimizer.beta1), REAL(0, 0.999999), .value = "0.9",
     .meaning = "adam: decay of the running mean"},
    {"optimizer.beta2", AT(optimizer.beta2), REAL(0, 0.999999), .value = "0.999",
     .meaning = "adam: decay of the running mean square"},
    {"optimizer.statistics", AT(optimizer.statistics), CHOICE(statistics), .value = "shared",
     .meaning =
         "shared: one set of running statistics beside the shared parameters; worker: one set per worker (async)"},
    {"optimizer.adam_step", AT(optimizer.adam_step), CHOICE(adam_steps), .value = "version",
     .meaning = "what adam's bias correction counts: all updates of the shared parameters (version), or the worker's "
                "own (worker)"},
    {"optimizer.max_grad_norm", AT(optimizer.max_grad_norm), REAL(0, 1e9), .value = "0.5",
     .meaning = "the gradient of an update is scaled down to at most this norm; 0: no clipping"},

    {"exploration.noise", AT(exploration.noise), CHOICE(noises), .value = "fresh",
     .meaning =
         "noise of Gaussian policies: fresh at every step, held for several steps, or a function of the state (gsde)"},
    {"exploration.hold", AT(exploration.hold), INT(0, 65536), .unit = "steps", .value = "16",
     .meaning = "number of steps for which held noise and the matrix of gsde are kept; 0: for a whole rollout"},
    {"exploration.log_std_init", AT(exploration.log_std_init), REAL(-20, 10), .value = "0",
     .meaning = "initial log standard deviation of a Gaussian policy"},
    {"exploration.state_dependent_std", AT(exploration.state_dependent_std), .kind = KIND_BOOL, .value = "false",
     .meaning = "true: the variance of a Gaussian policy is a softplus output of the network, as in the A3C paper; "
                "false: the log standard deviations are parameters of their own"},

    {"normalize.observations", AT(normalize.observations), .kind = KIND_BOOL, .value = "false",
     .meaning = "the network sees observations shifted and scaled by their running mean and variance"},
    {"normalize.returns", AT(normalize.returns), .kind = KIND_BOOL, .value = "true",
     .meaning = "rewards are divided by the running standard deviation of the discounted return"},
    {"normalize.clip", AT(normalize.clip), REAL(1e-3, 1e9), .value = "10",
     .meaning = "bound on the absolute value of normalized observations and rewards"},

    {"async.update", AT(async.update), CHOICE(updates), .value = "hogwild",
     .meaning = "hogwild: workers pull and push without a lock and may overwrite each other; locked: one lock for "
                "every whole pull or push"},
    {"async.schedule", AT(async.schedule), CHOICE(schedules), .value = "threads",
     .meaning =
         "order of the workers' turns: that of real threads, that of a recording, or virtual time on one thread"},
    {"async.record", AT(async.record), .kind = KIND_BOOL, .value = "false",
     .meaning = "record the order of pulls and pushes in schedule.bin; needs async.update: locked"},
    {"async.recording", AT(async.recording), .kind = KIND_PATH, .value = "\"\"",
     .meaning = "the recording that async.schedule: replay follows; \"\": none"},
    {"async.count_lost", AT(async.count_lost), .kind = KIND_BOOL, .value = "false",
     .meaning = "measure the share of updates that were overwritten"},
    {"async.behavior_delay", "async.behaviour_delay", AT(async.behavior_delay), INT(0, 1024), .unit = "updates",
     .value = "0",
     .meaning = "collect rollouts with parameters that are this many updates old, to test corrections; a resumed run "
                "starts the delay anew"},
    {"async.simulated.cost", AT(async.simulated.cost), CHOICE(costs), .value = "constant",
     .meaning = "distribution of the virtual time of a turn; measured: that of turns timed at the start of the run"},
    {"async.simulated.mean", AT(async.simulated.mean), REAL(1e-3, 1e9), .unit = "microseconds", .value = "100",
     .meaning = "mean virtual time of a turn"},
    {"async.simulated.spread", AT(async.simulated.spread), REAL(0, 10), .value = "0.5",
     .meaning = "uniform and lognormal: standard deviation divided by mean"},

    {"sync.barrier", AT(sync.barrier), CHOICE(barriers), .value = "rollout",
     .meaning = "where the threads meet: after every rollout, or after every environment step"},
    {"sync.shards", AT(sync.shards), INT(1, 4096), .value = "auto", .word = "auto", .word_value = 0,
     .meaning =
         "number of partial sums of an update's gradient, each over a range of environments, which a tree adds up; "
         "part of the experiment, since sums are rounded. More threads than this number cut the rows of the weights "
         "among themselves, where all layers are dense or a first convolution; elsewhere at most this number compute. "
         "auto: by the sizes in the settings, 1 where parameters far outweigh samples"},

    {"stop.when_solved", AT(stop.when_solved), .kind = KIND_BOOL, .value = "false",
     .meaning = "end the run once env.solved_return is reached"},
    {"stop.seconds", AT(stop.seconds), REAL(0, 1e9), .unit = "seconds", .value = "0",
     .meaning = "end the process after this much wall time; a resumed run has it anew; 0: no limit"},
    {"checkpoint.interval_steps", AT(checkpoint.interval_steps), LONG(0, MOST_STEPS), .unit = "steps", .value = "0",
     .meaning = "steps between two checkpoints; 0: by time alone"},
    {"checkpoint.interval_seconds", AT(checkpoint.interval_seconds), REAL(0, 1e9), .unit = "seconds", .value = "120",
     .meaning = "wall time between two checkpoints, the most that a crash can lose; 0: by steps alone"},
    {"log.interval_steps", AT(log.interval_steps), LONG(1, MOST_STEPS), .unit = "steps", .value = "10000",
     .meaning = "steps between two rows of metrics.jsonl"},
    {"eval.interval_steps", AT(eval.interval_steps), LONG(0, MOST_STEPS), .unit = "steps", .value = "0",
     .meaning = "steps between two evaluations, which keep the best policy; 0: only at the end of the run"},
    {"eval.episodes", AT(eval.episodes), INT(1, 1000000), .unit = "episodes", .value = "100",
     .meaning = "episodes per evaluation"},
    {"eval.policy", AT(eval.policy), CHOICE(policies), .value = "greedy",
     .meaning = "greedy: the most probable action; sample: actions are drawn as in training"},
};

const size_t schema_count = sizeof schema / sizeof *schema;

const char *const *schema_names(void) {
    static const char *names[sizeof schema / sizeof *schema + 1];
    for (size_t i = 0; i < schema_count; i++) names[i] = schema[i].key;
    return names;
}

const setting *schema_find(const char *key, bool *former) {
    if (former) *former = false;
    for (size_t i = 0; i < schema_count; i++) {
        if (strcmp(schema[i].key, key) == 0) return &schema[i];
        if (!former || !schema[i].former || strcmp(schema[i].former, key) != 0) continue;
        *former = true;
        return &schema[i];
    }
    return NULL;
}

/* Every key, and every section before its first key. */
static const char *const *names_and_sections(void) {
    enum { SECTION_SIZE = 32, SECTIONS = 64 };
    static _Thread_local const char *names[sizeof schema / sizeof *schema + SECTIONS + 1];
    static _Thread_local char sections[SECTIONS][SECTION_SIZE];
    size_t count = 0, known = 0;
    for (size_t i = 0; i < schema_count; i++) {
        const char *key = schema[i].key;
        for (const char *dot = strchr(key, '.'); dot; dot = strchr(dot + 1, '.')) {
            size_t length = (size_t)(dot - key), s = 0;
            while (s < known && !(strncmp(sections[s], key, length) == 0 && sections[s][length] == '\0')) s++;
            if (s < known) continue;
            CHECK(known < SECTIONS && length < SECTION_SIZE);
            memcpy(sections[known], key, length);
            names[count++] = sections[known++];
        }
        names[count++] = key;
    }
    names[count] = NULL;
    return names;
}

static const char *last_part(const char *key) {
    const char *dot = strrchr(key, '.');
    return dot ? dot + 1 : key;
}

const char *schema_closest(const char *key) {
    const char *const *names = names_and_sections(), *closest = NULL;
    for (size_t i = 0; names[i]; i++) {
        if (strcmp(last_part(names[i]), last_part(key)) != 0) continue;
        if (!closest || text_distance(key, names[i]) < text_distance(key, closest)) closest = names[i];
    }
    return closest ? closest : text_closest(key, names);
}

bool schema_is_section(const char *name) {
    size_t length = strlen(name);
    for (size_t i = 0; i < schema_count; i++)
        if (strncmp(schema[i].key, name, length) == 0 && schema[i].key[length] == '.') return true;
    return false;
}

static void choices_in_words(const setting *row, char *text, size_t size) {
    size_t used = (size_t)snprintf(text, size, "one of");
    for (size_t i = 0; row->choices[i] && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s %s", i ? "," : "", row->choices[i]);
}

void schema_expectation(const setting *row, char *text, size_t size) {
    const char *word = row->word ? row->word : "", * or = row->word ? ", or " : "";
    switch (row->kind) {
    case KIND_INT:
    case KIND_LONG:
        snprintf(text, size, "an integer %.15g .. %.15g%s%s", row->minimum, row->maximum, or, word);
        break;
    case KIND_SEED:
        snprintf(text, size, "an integer 0 .. 18446744073709551615");
        break;
    case KIND_REAL:
    case KIND_CLIP:
        snprintf(text, size, "a number %.9g .. %.9g%s%s", row->minimum, row->maximum, or, word);
        break;
    case KIND_BOOL:
        snprintf(text, size, "true or false");
        break;
    case KIND_CHOICE:
        choices_in_words(row, text, size);
        break;
    case KIND_PATH:
        snprintf(text, size, "a path");
        break;
    case KIND_IDS:
        snprintf(text, size, "an environment's id, or a list of up to %d", SETTINGS_TASKS);
        break;
    case KIND_OPTIONS:
        snprintf(text, size, "a mapping of the environment's options");
        break;
    case KIND_MASK:
        snprintf(text, size, "a list of names or indices of components");
        break;
    case KIND_LAYERS:
        snprintf(text, size, "a list of up to %d layers such as {dense: 128, activation: tanh}", NET_LAYERS);
        break;
    }
}

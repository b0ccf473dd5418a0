/* SPDX-License-Identifier: MIT
 * A checkpoint: the tensors of a run, in memory that is taken once, filled in a pause and written in
 * the background. The same list
 * of tensors says what is written and what must be found when it is read. */
#include "trainer/image.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "learn/normalizer.h"
#include "record/safetensors_verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- The list ---- */

static void *add(image *i, const char *name, safetensor_type type, int dims, const int64_t *shape) {
    CHECK(i->count < IMAGE_TENSORS);
    image_tensor *t = &i->tensors[i->count];
    snprintf(t->name, sizeof t->name, "%s", name);
    safetensor *s = &i->list[i->count++];
    *s = (safetensor){.name = t->name, .type = type, .dims = dims};
    memcpy(s->shape, shape, (size_t)dims * sizeof *shape);
    t->memory = memory_new(safetensor_bytes(s));
    s->data = t->memory;
    return t->memory;
}

static void *add1(image *i, const char *name, safetensor_type type, int64_t n) {
    return add(i, name, type, 1, &n);
}

static void *add2(image *i, const char *name, safetensor_type type, int64_t n, int64_t m) {
    return add(i, name, type, 2, (int64_t[]){n, m});
}

/* One array of parameters or statistics, tensor by tensor: PREFIX/trunk.0.weight, .. Returns where the first one is in
 * the list. */
static int add_network(image *i, const net *net, const char *prefix) {
    int first = i->count;
    for (int k = 0; k < net->tensor_count; k++) {
        int64_t shape[4];
        char name[SAFETENSOR_NAME];
        int dims = net_tensor_shape(&net->tensor[k], shape);
        snprintf(name, sizeof name, "%s/%s", prefix, net->tensor[k].name);
        add(i, name, SAFETENSOR_F32, dims, shape);
    }
    return first;
}

static size_t widest_env(run *r) {
    size_t most = 0;
    for (int e = 0, index; e < r->environments; e++) {
        const learner *l = run_learner(r, e, &index);
        size_t bytes = learner_env_bytes(l, index);
        if (bytes > most) most = bytes;
    }
    return most;
}

static void add_turns(image *i, run *r) {
    int64_t workers = r->async.training->workers, episodes = r->samples_per_update;
    i->turn_counters = add2(i, "turn/counters", SAFETENSOR_I64, workers, TURN_COUNTERS);
    i->turn_figures = add2(i, "turn/figures", SAFETENSOR_F64, workers, TURN_FIGURES);
    i->turn_gradients = add2(i, "turn/gradient", SAFETENSOR_F32, workers, (int64_t)r->plan.net.parameters);
    i->turn_episodes = add(i, "turn/episodes", SAFETENSOR_F64, 3, (int64_t[]){workers, episodes, 4});
    if (r->plan.learning.normalize_observations)
        i->turn_observations = add2(i, "turn/observations", SAFETENSOR_F64, r->environments,
                                    (int64_t)running_stats_size(r->plan.net.input_size));
    if (r->plan.learning.normalize_returns)
        i->turn_returns = add2(i, "turn/returns", SAFETENSOR_F64, r->environments, (int64_t)running_stats_size(1));
}

/* The parameters of past pulls (async.behavior_delay), where a run repeats: on one thread. */
static void add_history(image *i, run *r) {
    if (!r->worker_pool || r->plan.settings.async.behavior_delay == 0 || r->plan.threads > 1) return;
    i->history = add2(i, "worker/history", SAFETENSOR_F32, r->plan.settings.async.behavior_delay + 1,
                      (int64_t)r->plan.net.parameters);
    i->pulls = add1(i, "worker/pulls", SAFETENSOR_I64, 1);
}

/* Three tensors of running statistics: mean, variance, count. */
static void add_statistics(image *i, const char *what, int n, image_moments *m) {
    char name[SAFETENSOR_NAME];
    m->n = n;
    snprintf(name, sizeof name, "normalize/%s.mean", what);
    m->mean = add1(i, name, SAFETENSOR_F64, n);
    snprintf(name, sizeof name, "normalize/%s.var", what);
    m->variance = add1(i, name, SAFETENSOR_F64, n);
    snprintf(name, sizeof name, "normalize/%s.count", what);
    m->count = add1(i, name, SAFETENSOR_F64, 1);
}

static void add_moments(image *i, run *r) {
    if (shared_stats_observations(r->training.stats))
        add_statistics(i, "observations", r->plan.net.input_size, &i->observations);
    if (shared_stats_returns(r->training.stats)) add_statistics(i, "returns", 1, &i->returns);
}

image *image_new(run *r) {
    const net *net = &r->plan.net;
    image *i = memory_new(sizeof *i);
    int64_t tasks = 1 + (r->plan.settings.env.count > 1 ? r->plan.settings.env.count : 0),
            workers = r->plan.settings.workers;
    int slots = optimizer_slots(&r->plan.optimizer);
    i->parameters = add_network(i, net, "param");
    i->network_tensors = net->tensor_count;
    for (int k = 0; k < slots; k++) {
        const char *name = optimizer_slot_name(&r->plan.optimizer, k);
        char own[SAFETENSOR_NAME];
        snprintf(own, sizeof own, "worker/%s", name);
        if (r->worker_pool && r->async.own_statistics)
            i->own[k] = add2(i, own, SAFETENSOR_F32, workers, (int64_t)net->parameters);
        else
            i->statistics[k] = add_network(i, net, name);
    }
    add_moments(i, r);
    i->env_bytes = widest_env(r);
    i->environments_bytes = i->env_bytes * (size_t)r->environments;
    i->environments = add2(i, "env/state", SAFETENSOR_U8, r->environments, (int64_t)i->env_bytes);
    i->counters = add1(i, "run/counters", SAFETENSOR_I64, IMAGE_COUNTERS);
    i->figures = add1(i, "run/figures", SAFETENSOR_F64, IMAGE_FIGURES);
    i->staleness = add1(i, "run/staleness", SAFETENSOR_I64, STALENESS_BINS);
    i->episode_counts = add1(i, "episodes/count", SAFETENSOR_I64, tasks);
    i->episode_totals = add2(i, "episodes/return", SAFETENSOR_F64, tasks, EPISODES_KEPT);
    i->episode_lengths = add2(i, "episodes/length", SAFETENSOR_I32, tasks, EPISODES_KEPT);
    i->alerts = add1(i, "alerts/state", SAFETENSOR_F64, ALERTS_STATE_SIZE);
    i->update_figures = add2(i, "run/update_figures", SAFETENSOR_F64, r->mode->figure_count(r), UPDATE_FIGURES);
    if (r->worker_pool) i->workers = add2(i, "worker/counters", SAFETENSOR_I64, workers, WORKER_COUNTERS);
    if (r->worker_pool && r->worker_pool->workers[0].gradient) add_turns(i, r);
    add_history(i, r);
    if (r->turn_costs) i->turn_costs = add1(i, "turn/costs", SAFETENSOR_F64, TURN_COSTS);
    i->padded = memory_array(float, net->size);
    i->flat = memory_array(float, net->parameters);
    for (int k = 0; k < slots; k++) i->slot[k] = memory_array(float, net->size);
    i->config = settings_text(&r->plan.settings);
    plugin_hash(r->plan.configs[0].def, i->plugin_hash, NULL); /* a plugin that has gone since it was loaded has none */
    return i;
}

void image_free(image *i) {
    if (!i) return;
    for (int k = 0; k < i->count; k++) memory_free(i->tensors[k].memory);
    memory_free(i->padded);
    memory_free(i->flat);
    for (int k = 0; k < OPTIMIZER_SLOTS; k++) memory_free(i->slot[k]);
    memory_free(i->config);
    memory_free(i);
}

void image_take(image *i, run *r) {
    image_move(i, r, TAKE);
    alerts_get(&r->alerts, i->alerts);
}

void image_fingerprint(const image *i, char text[17]) {
    uint64_t hash = HASH_START;
    for (int k = i->parameters; k < i->parameters + i->network_tensors; k++)
        hash = hash_bytes(hash, i->tensors[k].memory, safetensor_bytes(&i->list[k]));
    snprintf(text, 17, "%016" PRIx64, hash);
}

/* Environments' states are flat memory that their code trusts: a file whose bytes changed since they were written is
 * refused. */
static void environments_hash(const image *i, char text[17]) {
    snprintf(text, 17, "%016" PRIx64, hash_bytes(HASH_START, i->environments, i->environments_bytes));
}

/* Over all other tensors, in the order of the list. */
static void state_hash(const image *i, char text[17]) {
    uint64_t hash = HASH_START;
    for (int k = 0; k < i->count; k++) {
        bool elsewhere = (k >= i->parameters && k < i->parameters + i->network_tensors) ||
                         i->tensors[k].memory == (void *)i->environments;
        if (!elsewhere) hash = hash_bytes(hash, i->tensors[k].memory, safetensor_bytes(&i->list[k]));
    }
    snprintf(text, 17, "%016" PRIx64, hash);
}

int image_write(const image *i, const char *folder, const char *name, error *e) {
    char path[FILE_PATH_SIZE], format[16], hash[17], fingerprint[17], state[17], normalizer[17];
    if (file_join(path, folder, name, e)) return -1;
    snprintf(format, sizeof format, "%d", SETTINGS_FORMAT);
    environments_hash(i, hash);
    image_fingerprint(i, fingerprint);
    state_hash(i, state);
    const image_moments *m = &i->observations;
    safetensors_statistics_hash(m->n, m->count, m->mean, m->variance, normalizer);
    safetensors_pair metadata[] = {{"format", format},       {"program", "a3c"},
                                   {"config", i->config},    {"params_fingerprint", fingerprint},
                                   {"env_state_hash", hash}, {"env_plugin_hash", i->plugin_hash},
                                   {"state_hash", state},    {"normalizer_hash", normalizer}};
    return safetensors_write(path, i->list, (size_t)i->count, metadata, sizeof metadata / sizeof *metadata, e);
}

/* ---- Reading: what a file says is believed only within the run's own bounds ---- */

static bool within(int64_t value, int64_t low, int64_t high) {
    return value >= low && value <= high;
}

/* Running statistics of n components in each of `rows` rows. */
static bool are_statistics(const double *rows, int count, int n) {
    bool good = true;
    for (size_t e = 0, size = running_stats_size(n); rows && e < (size_t)count; e++) {
        const double *one = rows + e * size;
        good = good && one[0] >= 0;
        for (int k = 0; k < n; k++) good = good && one[1 + n + k] >= 0;
    }
    return good;
}

static int check_turns(const image *i, run *r, error *e) {
    if (!are_statistics(i->turn_observations, r->environments, r->plan.net.input_size) ||
        !are_statistics(i->turn_returns, r->environments, 1) || (i->pulls && !within(*i->pulls, 0, INT64_MAX / 4)))
        return error_set(e, STATUS_FAILED, "turn/observations, turn/returns, worker/pulls: a number that cannot be");
    for (int w = 0; i->turn_counters && w < r->async.training->workers; w++) {
        const int64_t *c = i->turn_counters + w * TURN_COUNTERS;
        bool good = within(c[0], 0, 1) && within(c[1], 0, i->counters[2]) && within(c[2], 0, i->counters[0]) &&
                    within(c[3], 0, r->samples_per_update) && c[4] >= 0 && within(c[5], 0, r->samples_per_update);
        for (int64_t k = 0; good && k < c[5]; k++) {
            const double *one = i->turn_episodes + (w * r->samples_per_update + k) * 4;
            good = one[1] >= 1 && one[1] <= INT32_MAX && one[2] >= 0 && one[2] < r->environments;
        }
        if (!good)
            return error_set(e, STATUS_FAILED, "turn/counters: worker %d's open turn holds a counter out of range", w);
    }
    return 0;
}

/* Counts and variances of a normalization. */
static int check_moments(const image_moments *m, error *e) {
    bool good = !m->n || m->count[0] >= 0;
    for (int k = 0; k < m->n; k++) good = good && m->variance[k] >= 0;
    return good ? 0 : error_set(e, STATUS_FAILED, "normalize/: a count or a variance is negative");
}

static int check_counters(const image *i, run *r, error *e) {
    const int64_t *c = i->counters, most = INT64_MAX / 4;
    bool good = within(c[1], 0, most) && within(c[0], c[1], most) && within(c[2], 0, most) && within(c[3], -1, c[1]) &&
                within(c[4], 1, most) && within(c[5], 0, c[1]) && c[6] >= 1 && c[7] >= 1 && c[8] >= 0 &&
                within(c[9], 0, 1) && within(c[10], 0, most) && within(c[11], 0, most / 8);
    for (int k = 0; k < 3; k++) good = good && i->figures[k] >= 0;
    if (!good) return error_set(e, STATUS_FAILED, "run/counters: a counter is out of range");
    for (int64_t t = 0; t < (r->tasks ? 1 + r->plan.settings.env.count : 1); t++)
        if (!within(i->episode_counts[t], 0, most))
            return error_set(e, STATUS_FAILED, "episodes/count: a counter is out of range");
    for (int w = 0; i->workers && w < r->async.training->workers * WORKER_COUNTERS; w++)
        if (!within(i->workers[w], 0, most))
            return error_set(e, STATUS_FAILED, "worker/counters: a counter is out of range");
    for (int b = 0; b < STALENESS_BINS; b++)
        if (!within(i->staleness[b], 0, most))
            return error_set(e, STATUS_FAILED, "run/staleness: a counter is out of range");
    if (check_moments(&i->observations, e) || check_moments(&i->returns, e)) return -1;
    for (int k = 0; i->turn_costs && k < TURN_COSTS; k++)
        if (i->turn_costs[k] < 0) return error_set(e, STATUS_FAILED, "turn/costs: a cost is negative");
    return check_turns(i, r, e);
}

static int read_tensors(image *i, const safetensors *file, error *e) {
    for (int k = 0; k < i->count; k++) {
        const safetensor *s = &i->list[k];
        const void *data = safetensors_require(file, s->name, s->type, s->dims, s->shape, e);
        if (!data) return -1;
        memcpy(i->tensors[k].memory, data, safetensor_bytes(s));
    }
    if (safetensors_count(file) == (size_t)i->count) return 0;
    for (size_t k = 0; k < safetensors_count(file); k++) {
        const char *name = safetensors_at(file, k)->name;
        bool known = false;
        for (int j = 0; j < i->count && !known; j++) known = strcmp(name, i->list[j].name) == 0;
        if (!known) return error_set(e, STATUS_FAILED, "tensor %s: is none of these settings' run", name);
    }
    return 0;
}

/* What was read is what was written. */
static int check_hashes(const image *i, const safetensors *file, error *e) {
    char hash[17];
    environments_hash(i, hash);
    if (safetensors_check_hash(file, "env_state_hash", "env/state", hash, e)) return -1;
    image_fingerprint(i, hash);
    if (safetensors_check_hash(file, "params_fingerprint", "param/", hash, e)) return -1;
    state_hash(i, hash);
    return safetensors_check_hash(file, "state_hash", "the state of the run", hash, e);
}

int image_restore(image *i, run *r, error *e) {
    char path[FILE_PATH_SIZE];
    safetensors *file;
    if (file_join(path, r->folder, "checkpoint.safetensors", e) || safetensors_open(path, &file, e)) return -1;
    int failed = safetensors_check_format(file, SETTINGS_FORMAT, e) ||
                 plugin_hash_check(r->plan.configs[0].def, r->plan.settings.env.id[0],
                                   safetensors_metadata(file, "env_plugin_hash"), e) ||
                 safetensors_check_finite(file, e) || read_tensors(i, file, e);
    if (!failed) failed = check_counters(i, r, e) || alerts_set(&r->alerts, i->alerts, e) || check_hashes(i, file, e);
    safetensors_close(file);
    if (failed) return error_prefix(e, "%s: ", path);
    image_move(i, r, PUT);
    return 0;
}

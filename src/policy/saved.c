/* SPDX-License-Identifier: MIT
 * A trained policy read from a checkpoint. */
#include "policy/saved.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "env/plugin_hash.h"
#include "learn/normalizer.h"
#include "record/safetensors_verify.h"
#include "policy/evaluate.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int saved_path(const char *run, bool best, char path[4096], error *e) {
    struct stat status;
    if (stat(run, &status) != 0)
        return error_set(e, STATUS_USAGE, "%s: there is no such run: expected a run's folder or a .safetensors file",
                         run);
    if (!S_ISDIR(status.st_mode)) {
        if (best) return error_set(e, STATUS_USAGE, "--best: %s is a file; expected a run's folder", run);
        snprintf(path, 4096, "%s", run);
        return 0;
    }
    const char *name = best ? "best.safetensors" : "checkpoint.safetensors";
    if (file_join(path, run, name, e)) return -1;
    if (!file_exists(path))
        return error_set(e, STATUS_USAGE, "%s: has no %s%s", run, name, best ? " (it is written by evaluations)" : "");
    return 0;
}

/* param/ tensors of the file, in the network's order, and no others. */
static int read_parameters(const net *net, const safetensors *file, float *parameters, error *e) {
    float *flat = memory_array(float, net->parameters), *at = flat;
    int failed = 0, found = 0;
    for (int k = 0; k < net->tensor_count && !failed; k++) {
        char name[SAFETENSOR_NAME];
        int64_t shape[4];
        int dims = net_tensor_shape(&net->tensor[k], shape);
        snprintf(name, sizeof name, "param/%s", net->tensor[k].name);
        const float *data = safetensors_require(file, name, SAFETENSOR_F32, dims, shape, e);
        size_t n = net_tensor_elements(&net->tensor[k]);
        if (!data)
            failed = -1;
        else if (!safetensor_is_finite(safetensors_tensor(file, name)))
            failed = error_set(e, STATUS_FAILED, "tensor %s: holds a number that is not finite", name);
        else
            memcpy(at, data, n * sizeof *at), at += n;
    }
    for (size_t k = 0; k < safetensors_count(file) && !failed; k++)
        found += strncmp(safetensors_at(file, k)->name, "param/", 6) == 0;
    if (!failed && found != net->tensor_count)
        failed = error_set(e, STATUS_FAILED, "it has %d param/ tensors, the settings' network has %d", found,
                           net->tensor_count);
    if (!failed) net_unflatten(net, flat, parameters);
    memory_free(flat);
    return failed;
}

/* The running statistics of n observations' components: moments [running_stats_size(n)]. */
static int read_moments(int64_t n, const safetensors *file, double *moments, error *e) {
    const int64_t one = 1;
    const double *mean = safetensors_require(file, "normalize/observations.mean", SAFETENSOR_F64, 1, &n, e);
    const double *variance =
        mean ? safetensors_require(file, "normalize/observations.var", SAFETENSOR_F64, 1, &n, e) : NULL;
    const double *count =
        variance ? safetensors_require(file, "normalize/observations.count", SAFETENSOR_F64, 1, &one, e) : NULL;
    if (!count) return -1;
    moments[0] = *count;
    memcpy(moments + 1, mean, (size_t)n * sizeof *mean);
    memcpy(moments + 1 + n, variance, (size_t)n * sizeof *variance);
    for (size_t k = 0; k < running_stats_size((int)n); k++)
        if (!isfinite(moments[k]) || ((k == 0 || k > (size_t)n) && moments[k] < 0))
            return error_set(e, STATUS_FAILED, "normalize/observations: holds a number that cannot be");
    return 0;
}

static int check_parameters(const net *net, const safetensors *file, const float *parameters, error *e) {
    char text[17];
    float *flat = memory_array(float, net->parameters);
    net_flatten(net, parameters, flat);
    snprintf(text, sizeof text, "%016" PRIx64, hash_bytes(HASH_START, flat, net->parameters * sizeof *flat));
    memory_free(flat);
    return safetensors_check_hash(file, "params_fingerprint", "param/", text, e);
}

static int check_normalizer(int n, const safetensors *file, const double *moments, error *e) {
    char text[17];
    safetensors_statistics_hash(n, moments, moments + 1, moments + 1 + n, text);
    return safetensors_check_hash(file, "normalizer_hash", "normalize/observations", text, e);
}

acting saved_acting(const saved *s) {
    return (acting){&s->plan, s->parameters, s->moments};
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Whether one of the settings' environments goes by that id, or is a plugin of that name in whatever folder. */
static bool is_trained_in(const settings *s, const char *env) {
    for (int i = 0; i < s->env.count; i++)
        if (strcmp(base_name(s->env.id[i]), base_name(env)) == 0) return true;
    return false;
}

static bool has_option(const a3c_env_def *def, const char *key) {
    for (size_t i = 0; i < def->option_count; i++)
        if (strcmp(def->options[i].key, key) == 0) return true;
    return false;
}

/* Puts another environment in place of the settings' own. Options stay that it has, too; the threshold is its own unless it
 * is the same environment. */
static int take_environment(settings *s, const char *env, bool env_may_load, error *e) {
    static int said;
    const a3c_env_def *def = env_find(env, env_may_load, e);
    if (!def) return error_prefix(e, "--env: ");
    if (!is_trained_in(s, env) && !is_trained_in(s, def->name)) s->env.solved_return = NAN;
    int kept = 0;
    for (int i = 0; i < s->env.option_count; i++) {
        if (has_option(def, s->env.options[i].key))
            s->env.options[kept++] = s->env.options[i];
        else
            error_warn_once(&said, "env.options.%s of the run is not an option of %s: left out", s->env.options[i].key,
                            def->name);
    }
    s->env.option_count = kept;
    s->env.count = 1;
    snprintf(s->env.id[0], SETTINGS_TEXT, "%s", env);
    s->env.on_command_line = env_may_load;
    return 0;
}

static int read_settings(const safetensors *file, const char *path, const char *env, bool env_may_load, settings *s,
                         error *e) {
    const char *config = safetensors_metadata(file, "config");
    if (!config) return error_set(e, STATUS_FAILED, "holds no settings: it was not written by a3c");
    if (settings_parse(s, path, config, strlen(config), e)) return -1;
    if (!env) return 0;
    if (strlen(env) >= SETTINGS_TEXT) return error_set(e, STATUS_USAGE, "--env: the id is too long");
    return take_environment(s, env, env_may_load, e);
}

saved *saved_read(const char *path, const char *env, bool env_may_load, error *e) {
    safetensors *file;
    if (safetensors_open(path, &file, e)) return NULL;
    saved *s = memory_new(sizeof *s);
    settings *read = memory_new(sizeof *read);
    int failed = safetensors_check_format(file, SETTINGS_FORMAT, e) ||
                 read_settings(file, path, env, env_may_load, read, e) || plan_make(&s->plan, read, e);
    if (!failed && !env)
        failed = plugin_hash_check(s->plan.configs[0].def, s->plan.settings.env.id[0],
                                   safetensors_metadata(file, "env_plugin_hash"), e);
    if (!failed) {
        int inputs = s->plan.net.input_size;
        s->parameters = memory_array(float, s->plan.net.size);
        failed = read_parameters(&s->plan.net, file, s->parameters, e) ||
                 check_parameters(&s->plan.net, file, s->parameters, e);
        if (s->plan.learning.normalize_observations) s->moments = memory_array(double, running_stats_size(inputs));
        if (!failed && s->moments)
            failed = read_moments(inputs, file, s->moments, e) || check_normalizer(inputs, file, s->moments, e);
    }
    safetensors_close(file);
    memory_free(read);
    if (!failed) return s;
    if (strstr(e->text, path) != e->text) error_prefix(e, "%s: ", path);
    saved_free(s);
    return NULL;
}

int saved_start(const plan *p, const char *run, float *parameters, double *moments, error *e) {
    char path[4096];
    safetensors *file = NULL;
    int failed = saved_path(run, false, path, e) || safetensors_open(path, &file, e);
    if (failed) return error_prefix(e, "init.from: ");
    bool normalized = safetensors_tensor(file, "normalize/observations.mean") != NULL;
    bool verified = safetensors_metadata(file, "params_fingerprint") != NULL;
    failed = safetensors_check_format(file, SETTINGS_FORMAT, e) || read_parameters(&p->net, file, parameters, e) ||
             (verified && check_parameters(&p->net, file, parameters, e));
    if (!failed && normalized != p->learning.normalize_observations)
        failed =
            error_set(e, STATUS_USAGE, "%s: its observations were %snormalized; expected normalize.observations: %s",
                      path, normalized ? "" : "not ", normalized ? "true" : "false");
    if (!failed && normalized)
        failed = read_moments(p->net.input_size, file, moments, e) ||
                 (verified && check_normalizer(p->net.input_size, file, moments, e));
    static int said;
    if (!failed && !verified)
        error_warn_once(&said, "init.from: %s: its metadata are not a3c's; the parameters fit, and were not verified",
                        path);
    safetensors_close(file);
    return failed ? error_prefix(e, "init.from: ") : 0;
}

void saved_free(saved *s) {
    if (!s) return;
    memory_free(s->parameters);
    memory_free(s->moments);
    memory_free(s);
}

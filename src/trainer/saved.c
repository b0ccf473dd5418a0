/* SPDX-License-Identifier: MIT */
#include "trainer/saved.h"

#include "base/file.h"
#include "base/memory.h"
#include "learn/normalizer.h"
#include "record/safetensors.h"
#include "trainer/image.h"
#include "trainer/trainer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

int run_checkpoint_path(const char *run, bool best, char path[4096], error *e) {
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
static int read_parameters(saved *s, const safetensors *file, error *e) {
    const net *net = &s->plan.net;
    float *flat = memory_array(float, net->parameters), *at = flat;
    int failed = 0, found = 0;
    for (int k = 0; k < net->tensor_count && !failed; k++) {
        char name[IMAGE_NAME];
        int64_t shape[4];
        int dims = image_shape(&net->tensor[k], shape);
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
        failed = error_set(e, STATUS_FAILED, "it has %d param/ tensors, its settings' network has %d", found,
                           net->tensor_count);
    if (!failed) net_import(net, flat, s->parameters);
    memory_free(flat);
    return failed;
}

/* The running statistics of observations, when the settings normalize them. */
static int read_moments(saved *s, const safetensors *file, error *e) {
    int64_t n = s->plan.net.input_size, one = 1;
    if (!s->plan.learning.normalize_observations) return 0;
    const double *mean = safetensors_require(file, "normalize/observations.mean", SAFETENSOR_F64, 1, &n, e);
    const double *variance =
        mean ? safetensors_require(file, "normalize/observations.var", SAFETENSOR_F64, 1, &n, e) : NULL;
    const double *count =
        variance ? safetensors_require(file, "normalize/observations.count", SAFETENSOR_F64, 1, &one, e) : NULL;
    if (!count) return -1;
    s->moments = memory_array(double, moments_size((int)n));
    s->moments[0] = *count;
    memcpy(s->moments + 1, mean, (size_t)n * sizeof *mean);
    memcpy(s->moments + 1 + n, variance, (size_t)n * sizeof *variance);
    for (size_t k = 0; k < moments_size((int)n); k++)
        if (!isfinite(s->moments[k]) || ((k == 0 || k > (size_t)n) && s->moments[k] < 0))
            return error_set(e, STATUS_FAILED, "normalize/observations: holds a number that cannot be");
    return 0;
}

acting saved_acting(const saved *s) {
    return (acting){&s->plan, s->parameters, s->moments};
}

static int read_settings(const safetensors *file, const char *path, const char *env, bool env_may_load, settings *s,
                         error *e) {
    const char *config = safetensors_metadata(file, "config");
    if (!config) return error_set(e, STATUS_FAILED, "holds no settings: it was not written by a3c");
    if (settings_parse(s, path, config, strlen(config), e)) return -1;
    if (!env) return 0;
    if (strlen(env) >= SETTINGS_TEXT) return error_set(e, STATUS_USAGE, "--env: the id is too long");
    s->env.count = 1;
    s->env.option_count = 0;
    snprintf(s->env.id[0], SETTINGS_TEXT, "%s", env);
    s->env.on_command_line = env_may_load;
    return 0;
}

saved *saved_read(const char *path, const char *env, bool env_may_load, error *e) {
    safetensors *file;
    if (safetensors_open(path, &file, e)) return NULL;
    saved *s = memory_new(sizeof *s);
    settings *read = memory_new(sizeof *read);
    int failed = read_settings(file, path, env, env_may_load, read, e) || plan_make(&s->plan, read, e);
    if (!failed) {
        s->parameters = memory_array(float, s->plan.net.size);
        failed = read_parameters(s, file, e) || read_moments(s, file, e);
    }
    safetensors_close(file);
    memory_free(read);
    if (!failed) return s;
    if (strstr(e->text, path) != e->text) error_prefix(e, "%s: ", path);
    saved_free(s);
    return NULL;
}

void saved_free(saved *s) {
    if (!s) return;
    memory_free(s->parameters);
    memory_free(s->moments);
    memory_free(s);
}

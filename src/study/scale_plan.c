/* SPDX-License-Identifier: MIT
 * The cells of `a3c scale`: every mode, batch and number of workers. */
#include "study/scale.h"

#include <stdio.h>
#include <string.h>

static const struct { int rollout_steps, envs; } batches[] = {{5, 1}, {20, 1}, {32, 4}};

static int add_cell(study *s, const scale_request *r, run_mode mode, size_t batch, int workers, error *e) {
    settings_override overrides[64];
    char w[16], steps[24], t[16], n_envs[16], name[STUDY_NAME], line[64];
    const char *word = mode == MODE_ASYNC ? "async" : "sync", *stem = strrchr(r->preset, '/');
    size_t n = 0;
    if (r->override_count > 56) return error_set(e, STATUS_USAGE, "--set: at most 56 of them");
    for (; n < r->override_count; n++) overrides[n] = r->overrides[n];
    snprintf(w, sizeof w, "%d", workers);
    snprintf(t, sizeof t, "%d", batches[batch].rollout_steps);
    snprintf(n_envs, sizeof n_envs, "%d", batches[batch].envs);
    snprintf(steps, sizeof steps, "%lld", (long long)r->steps);
    overrides[n++] = (settings_override){"--modes", "mode", word, true};
    overrides[n++] = (settings_override){"--workers", "workers", w, false};
    overrides[n++] = (settings_override){"scale", "threads", w, false};
    overrides[n++] = (settings_override){"scale", "rollout_steps", t, false};
    overrides[n++] = (settings_override){"scale", "envs_per_worker", n_envs, false};
    if (r->steps > 0) overrides[n++] = (settings_override){"--steps", "total_steps", steps, false};
    const settings_request request = {.base = r->preset, .overrides = overrides, .override_count = n};
    settings settings;
    if (settings_load(&settings, &request, e)) return -1;
    settings.stop.when_solved = false;
    settings.checkpoint.interval_steps = 0;
    settings.checkpoint.interval_seconds = 0;
    settings.eval.interval_steps = 0;
    snprintf(line, sizeof line, "%s, T E = %d", word, batches[batch].rollout_steps * batches[batch].envs);
    snprintf(name, sizeof name, "%.60s-%s-te%d-w%d", stem ? stem + 1 : r->preset, word,
             batches[batch].rollout_steps * batches[batch].envs, workers);
    table_set(&s->plan, study_add(s, name, &settings, r->repeats, 1), "line", line);
    return 0;
}

int scale_plan(study *s, const scale_request *r, error *e) {
    for (int mode = MODE_ASYNC; mode <= MODE_SYNC; mode++) {
        if (!(mode == MODE_ASYNC ? r->async : r->sync)) continue;
        for (size_t b = 0; b < sizeof batches / sizeof *batches; b++)
            for (size_t i = 0; i < r->worker_count; i++)
                if (add_cell(s, r, (run_mode)mode, b, r->workers[i], e)) return -1;
    }
    return 0;
}

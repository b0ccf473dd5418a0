/* SPDX-License-Identifier: MIT
 * The cells of `a3c scale`: every mode, batch and number of workers. */
#include "study/scale.h"

#include "base/memory.h"

#include <stdio.h>

typedef struct batch {
    int rollout_steps, envs; /* 0: the user's */
} batch;
static const batch batches[] = {{5, 1}, {20, 1}, {32, 4}}, users[] = {{0, 0}};

static int add_cell(study *s, const scale_request *r, run_mode mode, const batch *b, int workers, error *e) {
    settings_override more[5];
    char w[16], t[16], n_envs[16], name[STUDY_NAME], line[64];
    const char *word = mode == MODE_ASYNC ? "async" : "sync";
    size_t n = 0;
    snprintf(w, sizeof w, "%d", workers);
    snprintf(t, sizeof t, "%d", b->rollout_steps);
    snprintf(n_envs, sizeof n_envs, "%d", b->envs);
    more[n++] = (settings_override){"--modes", "mode", word, true};
    more[n++] = (settings_override){"--workers", "workers", w, false};
    more[n++] = (settings_override){"scale", "threads", w, false};
    if (b->rollout_steps > 0) {
        more[n++] = (settings_override){"scale", "rollout_steps", t, false};
        more[n++] = (settings_override){"scale", "envs_per_worker", n_envs, false};
    }
    settings settings;
    if (study_settings_load(&settings, &r->source, more, n, false, NULL, e)) return -1;
    int steps = settings.rollout_steps * settings.envs_per_worker;
    snprintf(line, sizeof line, "%s, T E = %d", word, steps);
    snprintf(name, sizeof name, "%.60s-%s-te%d-w%d", settings.preset, word, steps, workers);
    table_set(&s->plan, study_add(s, name, &settings, r->repeats, settings.seed), "line", line);
    return 0;
}

int scale_plan(study *s, const scale_request *r, error *e) {
    const study_owned owned[] = {{"mode", "--modes says which run", r->modes_given},
                                 {"workers", "--workers LIST says how many", true},
                                 {"threads", "every worker has a thread of its own", false},
                                 {NULL, NULL, false}};
    bool *given = memory_array(bool, settings_keys());
    settings ignored;
    int failed = study_settings_refuse(&r->source, owned, e) ||
                 study_settings_load(&ignored, &r->source, NULL, 0, false, given, e);
    bool own =
        !failed && (study_settings_given(given, "rollout_steps") || study_settings_given(given, "envs_per_worker"));
    const batch *of = own ? users : batches;
    size_t count = own ? 1 : sizeof batches / sizeof *batches;
    for (int mode = MODE_ASYNC; mode <= MODE_SYNC && !failed; mode++)
        for (size_t i = 0; (mode == MODE_ASYNC ? r->async : r->sync) && i < count * r->worker_count && !failed; i++)
            failed = add_cell(s, r, (run_mode)mode, &of[i / r->worker_count], r->workers[i % r->worker_count], e);
    memory_free(given);
    return failed ? -1 : 0;
}

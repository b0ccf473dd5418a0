/* SPDX-License-Identifier: MIT
 * What a turn costs on this machine (async.simulated.cost: measured). */
#include "base/clock.h"
#include "base/memory.h"
#include "worker/schedules.h"

#include <math.h>

enum { WARM_UP = 50 }; /* turns before the first that counts: caches, the CPU's clock */

/* A run of the first workers of `a`, on copies of what they share. */
static crew *copy_run(async *copy, const async *a, const env_kind *const *kinds, int workers, const optimizer *o) {
    size_t size = a->learning->net->size;
    float *parameters = memory_array(float, size);
    *copy = *a;
    copy->workers = workers;
    copy->block = block_new(size, o, !a->own_statistics, false);
    copy->episodes = episodes_new(NAN, NULL, 0);
    copy->moments = moments_new(a->learning);
    copy->pauses = pauses_new(1, INT64_MAX, NULL, NULL);
    copy->total_steps = INT64_MAX / 4;
    copy->timed_every = 0;
    copy->recording = NULL;
    block_get(a->block, parameters, NULL, NULL);
    block_set(copy->block, parameters, NULL, NULL);
    memory_free(parameters);
    crew *c = crew_new(copy, kinds, 1, false, o);
    for (int w = 0; w < workers; w++)
        for (int e = 0; e < a->envs_per_worker; e++)
            learner_seed_env(&c->workers[w].learner, e, (uint32_t)w, (uint32_t)e);
    crew_sit_down(c, 0);
    return c;
}

void measure_turns(const async *a, const env_kind *const *kinds, int workers, const optimizer *o, int count,
                   double *microseconds) {
    async copy;
    crew *c = copy_run(&copy, a, kinds, workers, o);
    for (int i = -WARM_UP; i < count; i++) {
        worker *w = &c->workers[(i + WARM_UP) % workers];
        int64_t start = clock_ns();
        turn_begin(w, &c->desks[0], &copy);
        turn_end(w, &c->desks[0], &copy);
        if (i >= 0) microseconds[i] = 1e-3 * (double)(clock_ns() - start);
    }
    crew_free(c);
    pauses_free(copy.pauses);
    moments_free(copy.moments);
    episodes_free(copy.episodes);
    block_free(copy.block);
}

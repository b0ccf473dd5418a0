/* SPDX-License-Identifier: MIT
 * What a turn costs on this machine (async.simulated.cost: measured). */
#include "base/clock.h"
#include "base/memory.h"
#include "worker/worker_pool.h"

#include <math.h>

enum { WARM_UP = 50 }; /* turns before the first that counts: caches, the CPU's clock */

/* A run of the first workers of `a`, on copies of what they share. */
static worker_pool *copy_run(async *copy, training *shared, const async *a, const env_config *const *configs,
                             int workers, const optimizer *o) {
    size_t size = a->training->learning->net->size;
    float *parameters = memory_array(float, size);
    *copy = *a;
    *shared = *a->training;
    copy->training = shared;
    shared->workers = workers;
    shared->block = block_new(size, o, !a->own_statistics, false);
    shared->episodes = episodes_new(NAN, NULL, 0);
    shared->stats = shared_stats_new(a->training->learning);
    shared->pauses = pauses_new(1, INT64_MAX, NULL, NULL);
    shared->total_steps = INT64_MAX / 4;
    shared->timed_every = 0;
    copy->recording = NULL;
    block_get(a->training->block, parameters, NULL, NULL);
    block_set(shared->block, parameters, NULL, NULL);
    memory_free(parameters);
    worker_pool *c = worker_pool_new(copy, configs, 1, false, o);
    for (int w = 0; w < workers; w++)
        for (int e = 0; e < a->training->envs_per_worker; e++)
            learner_seed_env(&c->workers[w].learner, e, (uint32_t)w, (uint32_t)e);
    worker_pool_bind_thread(c, 0);
    return c;
}

void measure_turns(const async *a, const env_config *const *configs, int workers, const optimizer *o, int count,
                   double *microseconds) {
    async copy;
    training shared;
    worker_pool *c = copy_run(&copy, &shared, a, configs, workers, o);
    for (int i = -WARM_UP; i < count; i++) {
        worker *w = &c->workers[(i + WARM_UP) % workers];
        int64_t start = clock_ns();
        turn(w, &c->workspaces[0], &copy, TURN_WHOLE);
        if (i >= 0) microseconds[i] = 1e-3 * (double)(clock_ns() - start);
    }
    worker_pool_free(c);
    pauses_free(shared.pauses);
    shared_stats_free(shared.stats);
    episodes_free(shared.episodes);
    block_free(shared.block);
}

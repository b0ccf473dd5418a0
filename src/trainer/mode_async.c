/* SPDX-License-Identifier: MIT
 * mode: async. Workers update the shared parameters one by one (A3C): on threads, in virtual time, or as a recording says. */
#include "base/cpus.h"
#include "base/file.h"
#include "base/memory.h"
#include "global/shared.h"
#include "trainer/image.h"
#include "trainer/run.h"

#include <math.h>
#include <stdio.h>

/* Settings may not know the worker's room: its costs of turns are listed twice, in the same order. */
_Static_assert((int)SETTINGS_COST_MEASURED == (int)COST_MEASURED, "costs of turns");

/* As many threads as there are workers, at most the CPUs; environments that block get one thread per worker. */
void mode_async_plan(plan *p) {
    const settings *s = &p->settings;
    if (s->advantage.estimator == ESTIMATOR_VTRACE || s->async.behavior_delay > 0)
        p->learning.second_pull = shared_pull_again;
    p->threads = mode_threads(p, s->workers, mode_environments_block(p) ? s->workers : cpus_allowed());
    if (s->async.schedule == SETTINGS_SCHEDULE_SIMULATED) p->threads = 1;
}

int64_t mode_async_samples(const plan *p) {
    return (int64_t)p->settings.rollout_steps * p->settings.envs_per_worker;
}

bool mode_async_shares_statistics(const settings *s) {
    return s->optimizer.statistics != SETTINGS_STATISTICS_WORKER;
}

void mode_async_build(run *r) {
    const plan *p = &r->plan;
    const settings *s = &p->settings;
    r->async = (async){.training = &r->training,
                       .behavior_delay = s->async.behavior_delay,
                       .locked = s->async.update == SETTINGS_LOCKED,
                       .own_statistics = !mode_async_shares_statistics(s),
                       .own_adam_count = s->optimizer.adam_step == SETTINGS_ADAM_STEP_WORKER};
    r->worker_pool = worker_pool_new(&r->async, r->configs, p->threads, s->async.schedule != SETTINGS_SCHEDULE_THREADS,
                                     &p->optimizer);
    r->time.cost = (turn_cost){.kind = (cost_kind)s->async.simulated.cost,
                               .mean = s->async.simulated.mean,
                               .spread = s->async.simulated.spread,
                               .seed = s->seed};
    r->time.stream = memory_array(random_stream, (size_t)s->workers);
    for (int i = 0; i < s->workers; i++) r->time.stream[i] = random_stream_new(s->seed, (uint32_t)i, RANDOM_TURN_COST);
}

static void measure_costs(run *r) {
    r->turn_costs = memory_array(double, TURN_COSTS);
    measure_turns(&r->async, r->configs, r->plan.settings.env.count, &r->plan.optimizer, TURN_COSTS, r->turn_costs);
    r->time.cost.measured = r->turn_costs;
    r->time.cost.measured_count = TURN_COSTS;
}

int mode_async_prepare(run *r, error *e) {
    const settings *s = &r->plan.settings;
    if (s->async.schedule == SETTINGS_SCHEDULE_REPLAY) {
        r->events = recording_read(s->async.recording, s->workers, &r->event_count, e);
        if (!r->events) return -1;
    }
    if (r->time.cost.kind == COST_MEASURED) measure_costs(r);
    return 0;
}

int mode_async_record(run *r, error *e) {
    if (!r->plan.settings.async.record) return 0;
    char path[FILE_PATH_SIZE];
    if (file_join(path, r->folder, "schedule.bin", e)) return -1;
    r->async.recording = recording_create(path, r->image->recorded, e);
    return r->async.recording ? 0 : -1;
}

void mode_async_drive(run *r) {
    const settings *s = &r->plan.settings;
    if (s->async.schedule == SETTINGS_SCHEDULE_SIMULATED)
        run_simulated(r->worker_pool, &r->time);
    else if (s->async.schedule == SETTINGS_SCHEDULE_REPLAY)
        run_replay(r->worker_pool, r->events, (int64_t)r->event_count, &r->next_event);
    else
        run_threads(r->worker_pool);
}

void mode_async_free(run *r) {
    worker_pool_free(r->worker_pool);
    recording_free(r->async.recording);
    memory_free(r->events);
    memory_free(r->time.stream);
    memory_free(r->turn_costs);
}

learner *mode_async_learner(run *r, int env, int *index) {
    *index = env % r->plan.settings.envs_per_worker;
    return &r->worker_pool->workers[env / r->plan.settings.envs_per_worker].learner;
}

int mode_async_threads(const run *r) {
    return r->worker_pool->threads;
}

const stopwatch *mode_async_watch(const run *r, int thread) {
    return &r->worker_pool->workspaces[thread].watch;
}

int mode_async_figure_count(const run *r) {
    return r->training.workers;
}

update_figures *mode_async_figures(run *r, int i) {
    return &r->worker_pool->workers[i].figures;
}

int64_t mode_async_frames(const run *r) {
    int64_t sum = 0;
    for (int w = 0; w < r->training.workers; w++) sum += r->worker_pool->workers[w].frames;
    return sum;
}

int64_t *mode_async_frame_counter(run *r) {
    (void)r;
    return NULL;
}

bool mode_async_diverged(const run *r) {
    return flag_read(&r->async.diverged) != 0;
}

double mode_async_lock_wait(const run *r, double share, double seconds) {
    return r->async.locked ? share * r->worker_pool->threads * seconds : NAN;
}

static double mean_cost(const run *r) {
    double sum = 0;
    for (int k = 0; k < TURN_COSTS; k++) sum += r->turn_costs[k];
    return sum / TURN_COSTS;
}

static const char *plural(int count) {
    return count == 1 ? "" : "s";
}

void mode_async_asynchrony(const run *r, char *text, size_t size) {
    const settings *s = &r->plan.settings;
    int w = s->workers, t = r->plan.threads;
    if (r->turn_costs)
        snprintf(
            text, size,
            "%d-way asynchronous in virtual time, turns as measured on this machine (mean %.1f us); not repeatable", w,
            mean_cost(r));
    else if (s->async.schedule == SETTINGS_SCHEDULE_SIMULATED)
        snprintf(text, size, "%d-way asynchronous in virtual time", w);
    else if (s->async.schedule == SETTINGS_SCHEDULE_REPLAY)
        snprintf(text, size, "replayed: %d worker%s on %d thread%s, repeatable", w, plural(w), t, plural(t));
    else if (w == 1)
        snprintf(text, size, "one worker on one thread: repeatable, staleness 0");
    else if (t == 1)
        snprintf(text, size, "%d workers take turns on one thread: repeatable, staleness 0", w);
    else if (t == w && t <= cpus_allowed())
        snprintf(text, size, "%d-way asynchronous; not repeatable", w);
    else
        snprintf(text, size, "%d workers take turns on %d threads (%d CPUs); not repeatable", w, t, cpus_allowed());
}

const mode mode_async = {.title = "async (A3C)", MODE_ASYNC_FUNCTIONS, .build = mode_async_build};

/* SPDX-License-Identifier: MIT
 * mode: sync. A team of threads collects with the same parameters and makes one batched update (A2C). */
#include "base/cpus.h"
#include "trainer/run.h"

#include <math.h>
#include <stdio.h>

/* A team gains nothing by more threads than CPUs, and loses much by their meetings, unless an environment sleeps. */
static void plan_sync(plan *p) {
    const settings *s = &p->settings;
    int most = s->workers, cpus = cpus_allowed();
    bool sleeps = mode_environments_block(p) || (s->env.delay.kind != ENV_DELAY_NONE && s->env.delay.sleeps);
    p->learning.by_environment = true;
    if (!sleeps && most > cpus) most = cpus;
    p->threads = mode_threads(p, most, cpus);
}

static int64_t samples_per_update(const plan *p) {
    return (int64_t)p->settings.rollout_steps * p->settings.workers * p->settings.envs_per_worker;
}

static bool shares_statistics(const settings *s) {
    (void)s;
    return true;
}

static void build(run *r) {
    const plan *p = &r->plan;
    const settings *s = &p->settings;
    r->sync = (sync_run){.training = &r->training,
                         .collective = &collective_alone,
                         .ppo_epochs = s->loss.kind == SETTINGS_LOSS_PPO ? s->loss.ppo.epochs : 0,
                         .ppo_minibatches = s->loss.ppo.minibatches,
                         .ppo_clip = p->ppo_clip,
                         .shards = s->sync.shards,
                         .barrier_each_step = s->sync.barrier == SETTINGS_BARRIER_STEP};
    r->plan.threads = team_threads(&r->sync, p->threads);
    r->team = team_new(&r->sync, r->configs, p->threads);
}

static int nothing(run *r, error *e) {
    (void)r, (void)e;
    return 0;
}

static void drive(run *r) {
    team_run(r->team);
}

static void free_team(run *r) {
    team_free(r->team);
}

static learner *learner_of(run *r, int env, int *index) {
    return team_learner(r->team, env, index);
}

static int threads(const run *r) {
    return r->team->threads;
}

static const stopwatch *watch(const run *r, int thread) {
    return &r->team->members[thread].watch;
}

static int figure_count(const run *r) {
    (void)r;
    return 1;
}

static update_figures *figures(run *r, int i) {
    (void)i;
    return &r->team->figures;
}

static int64_t frames(const run *r) {
    return r->team->frames;
}

static int64_t *frame_counter(run *r) {
    return &r->team->frames;
}

static bool diverged(const run *r) {
    return r->team->diverged;
}

static double lock_wait(const run *r, double share, double seconds) {
    (void)r, (void)share, (void)seconds;
    return NAN;
}

static void asynchrony(const run *r, char *text, size_t size) {
    int w = r->plan.settings.workers, t = r->plan.threads;
    snprintf(text, size, "synchronous: %d worker%s on %d thread%s", w, w == 1 ? "" : "s", t, t == 1 ? "" : "s");
}

const mode mode_sync = {.title = "sync (A2C)",
                        .plan = plan_sync,
                        .samples_per_update = samples_per_update,
                        .shares_statistics = shares_statistics,
                        .build = build,
                        .prepare = nothing,
                        .record = nothing,
                        .drive = drive,
                        .free = free_team,
                        .learner = learner_of,
                        .threads = threads,
                        .watch = watch,
                        .figure_count = figure_count,
                        .figures = figures,
                        .frames = frames,
                        .frame_counter = frame_counter,
                        .diverged = diverged,
                        .lock_wait = lock_wait,
                        .asynchrony = asynchrony};

/* SPDX-License-Identifier: MIT
 * Building, driving and taking down a run. */
#include "trainer/run.h"

#include "base/clock.h"
#include "base/cpus.h"
#include "base/file.h"
#include "base/memory.h"
#include "learn/normalizer.h"

#include <math.h>
#include <string.h>

static void build_environments(run *r) {
    const settings *s = &r->plan.settings;
    r->environments = s->workers * s->envs_per_worker;
    r->configs = memory_array(const env_config *, (size_t)r->environments);
    if (s->env.count > 1) r->tasks = memory_array(int, (size_t)r->environments);
    for (int i = 0; i < r->environments; i++) {
        int task = plan_task(&r->plan, i / s->envs_per_worker);
        r->configs[i] = &r->plan.configs[task];
        if (r->tasks) r->tasks[i] = task;
    }
}

learner *run_learner(run *r, int env, int *index) {
    return r->mode->learner(r, env, index);
}

const learner *run_broken_learner(run *r) {
    for (int e = 0, index; e < r->environments; e++) {
        const learner *l = run_learner(r, e, &index);
        if (l && l->failed) return l;
    }
    return NULL;
}

static void start_parameters(run *r) {
    plan *p = &r->plan;
    float *parameters = memory_array(float, p->net.size);
    double *work = memory_array(double, net_init_work(&p->net));
    net_init(&p->net, &p->init, p->settings.seed, parameters, work);
    block_set(r->training.block, r->start_parameters ? r->start_parameters : parameters, NULL, NULL);
    if (r->start_moments)
        memcpy(shared_stats_observations(r->training.stats), r->start_moments,
               running_stats_size(p->net.input_size) * sizeof *r->start_moments);
    memory_free(work);
    memory_free(parameters);
}

static void seed_environments(run *r) {
    int envs = r->plan.settings.envs_per_worker;
    for (int i = 0, index; i < r->environments; i++) {
        learner *l = run_learner(r, i, &index);
        learner_seed_env(l, index, (uint32_t)(i / envs), (uint32_t)(i % envs));
    }
}

int run_build(run *r, error *e) {
    const settings *s = &r->plan.settings;
    build_environments(r);
    r->mode = mode_of(s);
    r->samples_per_update = r->mode->samples_per_update(&r->plan);
    r->training = train_plan_shared(&r->plan);
    r->training.block = block_new(r->plan.net.size, &r->plan.optimizer, r->mode->shares_statistics(s),
                                  r->mode->races && s->async.count_lost);
    r->training.episodes = episodes_new(r->plan.solved_return, r->tasks, r->seconds_before);
    r->training.stats = shared_stats_new(&r->plan.learning);
    r->best_return = -INFINITY;
    r->row_step = s->log.interval_steps;
    r->checkpoint_step = s->checkpoint.interval_steps > 0 ? s->checkpoint.interval_steps : INT64_MAX;
    r->evaluation_step = s->eval.interval_steps > 0 ? s->eval.interval_steps : INT64_MAX;
    r->training.pauses = pauses_new(r->plan.threads, run_next_pause(r), run_pause, r);
    r->mode->build(r);
    start_parameters(r);
    if (r->mode->prepare(r, e)) return -1;
    seed_environments(r);
    if (run_broken_learner(r)) return error_set(e, STATUS_FAILED, "environment %s", run_broken_learner(r)->failure);
    r->image = image_new(r);
    r->writer = background_new();
    return 0;
}

double run_seconds(const run *r) {
    return r->seconds_before + clock_process_seconds();
}

void run_free(run *r) {
    background_free(r->writer);
    image_free(r->image);
    r->mode->free(r);
    pauses_free(r->training.pauses);
    shared_stats_free(r->training.stats);
    episodes_free(r->training.episodes);
    block_free(r->training.block);
    memory_free(r->configs);
    memory_free(r->tasks);
}

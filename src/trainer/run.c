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

/* Settings may not know the worker's room: its costs of turns are listed twice, in the same order. */
_Static_assert((int)SETTINGS_COST_MEASURED == (int)COST_MEASURED, "costs of turns");

static bool own_statistics(const settings *s) {
    return s->mode == MODE_ASYNC && s->optimizer.statistics == SETTINGS_STATISTICS_WORKER;
}

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

static void build_async(run *r) {
    const plan *p = &r->plan;
    const settings *s = &p->settings;
    r->async = (async){.training = &r->training,
                       .behavior_delay = s->async.behavior_delay,
                       .locked = s->async.update == SETTINGS_LOCKED,
                       .own_statistics = own_statistics(s),
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

static void build_sync(run *r) {
    plan *p = &r->plan;
    const settings *s = &p->settings;
    r->sync = (sync_run){.training = &r->training,
                         .collective = &collective_alone,
                         .ppo_epochs = s->loss.kind == SETTINGS_LOSS_PPO ? s->loss.ppo.epochs : 0,
                         .ppo_minibatches = s->loss.ppo.minibatches,
                         .ppo_clip = p->ppo_clip,
                         .shards = s->sync.shards,
                         .barrier_each_step = s->sync.barrier == SETTINGS_BARRIER_STEP};
    p->threads = team_threads(&r->sync, p->threads);
    r->team = team_new(&r->sync, r->configs, p->threads);
}

learner *run_learner(run *r, int env, int *index) {
    if (r->team) return team_learner(r->team, env, index);
    *index = env % r->plan.settings.envs_per_worker;
    return &r->worker_pool->workers[env / r->plan.settings.envs_per_worker].learner;
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

static void measure_costs(run *r) {
    if (!r->worker_pool || r->time.cost.kind != COST_MEASURED) return;
    r->turn_costs = memory_array(double, TURN_COSTS);
    measure_turns(&r->async, r->configs, r->plan.settings.env.count, &r->plan.optimizer, TURN_COSTS, r->turn_costs);
    r->time.cost.measured = r->turn_costs;
    r->time.cost.measured_count = TURN_COSTS;
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
    r->samples_per_update = (int64_t)s->rollout_steps * (s->mode == MODE_SYNC ? r->environments : s->envs_per_worker);
    r->training = train_plan_shared(&r->plan);
    r->training.block = block_new(r->plan.net.size, &r->plan.optimizer, !own_statistics(s),
                                  s->mode == MODE_ASYNC && s->async.count_lost);
    r->training.episodes = episodes_new(r->plan.solved_return, r->tasks, r->seconds_before);
    r->training.stats = shared_stats_new(&r->plan.learning);
    r->best_return = -INFINITY;
    r->row_step = s->log.interval_steps;
    r->checkpoint_step = s->checkpoint.interval_steps > 0 ? s->checkpoint.interval_steps : INT64_MAX;
    r->evaluation_step = s->eval.interval_steps > 0 ? s->eval.interval_steps : INT64_MAX;
    r->training.pauses = pauses_new(r->plan.threads, run_next_pause(r), run_pause, r);
    if (s->mode == MODE_ASYNC)
        build_async(r);
    else
        build_sync(r);
    if (s->mode == MODE_ASYNC && s->async.schedule == SETTINGS_SCHEDULE_REPLAY) {
        r->events = recording_read(s->async.recording, s->workers, &r->event_count, e);
        if (!r->events) return -1;
    }
    start_parameters(r);
    measure_costs(r);
    seed_environments(r);
    if (run_broken_learner(r)) return error_set(e, STATUS_FAILED, "environment %s", run_broken_learner(r)->failure);
    r->image = image_new(r);
    r->writer = background_new();
    return 0;
}

void run_drive(run *r) {
    const settings *s = &r->plan.settings;
    if (r->team)
        team_run(r->team);
    else if (s->async.schedule == SETTINGS_SCHEDULE_SIMULATED)
        run_simulated(r->worker_pool, &r->time);
    else if (s->async.schedule == SETTINGS_SCHEDULE_REPLAY)
        run_replay(r->worker_pool, r->events, (int64_t)r->event_count, &r->next_event);
    else
        run_threads(r->worker_pool);
}

int run_figure_count(const run *r) {
    return r->team ? 1 : r->async.training->workers;
}
update_figures *run_figures(run *r, int i) {
    return r->team ? &r->team->figures : &r->worker_pool->workers[i].figures;
}

double run_seconds(const run *r) {
    return r->seconds_before + clock_process_seconds();
}

void run_free(run *r) {
    background_free(r->writer);
    image_free(r->image);
    worker_pool_free(r->worker_pool);
    team_free(r->team);
    recording_free(r->async.recording);
    memory_free(r->events);
    memory_free(r->time.stream);
    memory_free(r->turn_costs);
    pauses_free(r->training.pauses);
    shared_stats_free(r->training.stats);
    episodes_free(r->training.episodes);
    block_free(r->training.block);
    memory_free(r->configs);
    memory_free(r->tasks);
}

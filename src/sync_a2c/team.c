/* SPDX-License-Identifier: MIT
 * Memory of the team, who does what, and where they meet. */
#include "sync_a2c/team.h"

#include "base/cpus.h"
#include "base/memory.h"
#include "sync_a2c/ranks.h"

#include <omp.h>

/* auto: one shard per worker, but no more than SHARDS_MOST; fewer, down to SHARDS_LEAST, where a shard would have few
 * samples: each costs a gradient of its own that must be written and added up. */
static int shard_count(const sync_run *r) {
    enum { SHARDS_MOST = 64, SHARDS_LEAST = 8, SHARD_SAMPLES = 32 };
    if (r->shards > 0) return r->shards;
    int64_t samples =
        (int64_t)r->training->learning->rollout_steps * r->training->workers * r->training->envs_per_worker;
    int shards = r->training->workers < SHARDS_MOST ? r->training->workers : SHARDS_MOST;
    while (shards > SHARDS_LEAST && samples / shards < SHARD_SAMPLES) shards = (shards + 1) / 2;
    return shards;
}

/* Where part `i` of `parts` begins in `n` things. */
static int cut(int n, int parts, int i) {
    return (int)((int64_t)n * i / parts);
}

int team_shard_first(const team *t, int shard) {
    return cut(t->run->training->workers * t->run->training->envs_per_worker, t->shards, shard);
}

int team_threads(const sync_run *r, int threads) {
    int shards = shard_count(r) / r->collective->ranks,
        given = omp_get_max_active_levels() > 0 ? omp_get_thread_limit() : 1;
    if (threads > shards) threads = shards;
    omp_set_dynamic(0);
    return threads < given ? threads : given;
}

static void place_member(team *t, int i, const env_config *const *configs) {
    const sync_run *r = t->run;
    team_member *m = &t->members[i];
    int shards = t->end_shard - t->first_shard;
    m->first_shard = t->first_shard + cut(shards, t->threads, i);
    m->shards = t->first_shard + cut(shards, t->threads, i + 1) - m->first_shard;
    int first_env = team_shard_first(t, m->first_shard);
    int envs = team_shard_first(t, m->first_shard + m->shards) - first_env;
    m->count = r->training->learning->rollout_until_done ? envs : 1;
    envs /= m->count;
    m->learners = memory_array(learner, (size_t)m->count);
    m->rollouts = memory_array(rollout, (size_t)m->count);
    size_t bytes = 0, used = 0;
    for (int k = 0; k < m->count; k++)
        bytes += learner_bytes(r->training->learning, configs + first_env + k * envs, envs) +
                 rollout_bytes(r->training->learning, envs);
    m->memory = memory_new(bytes);
    for (int k = 0; k < m->count; k++) {
        const env_config *const *mine = configs + first_env + k * envs;
        learner_place(&m->learners[k], r->training->learning, mine, envs, first_env + k * envs,
                      (char *)m->memory + used);
        used += learner_bytes(r->training->learning, mine, envs);
        rollout_place(r->training->learning, envs, (char *)m->memory + used, &m->rollouts[k]);
        used += rollout_bytes(r->training->learning, envs);
        m->learners[k].rollout = &m->rollouts[k];
    }
}

/* The most samples that an update can have: T * N. */
static size_t samples(const team *t) {
    const training *run = t->run->training;
    return (size_t)run->learning->rollout_steps * (size_t)run->workers * (size_t)run->envs_per_worker;
}

static void place_updater(team *t, int i) {
    team_updater *u = &t->updater[i];
    int next = cut(t->threads, t->updaters, i + 1);
    u->first_member = cut(t->threads, t->updaters, i);
    u->members = next - u->first_member;
    u->first_shard = t->members[u->first_member].first_shard;
    u->shards = (next < t->threads ? t->members[next].first_shard : t->end_shard) - u->first_shard;
    u->first_stripe = cut(block_stripes(t->run->training->block), t->updaters, i);
    u->stripes = cut(block_stripes(t->run->training->block), t->updaters, i + 1) - u->first_stripe;
    u->order = memory_array(int, samples(t));
    for (int k = 0; k < u->shards; k++) t->shard_updater[u->first_shard + k] = i;
}

team *team_new(sync_run *r, const env_config *const *configs, int threads) {
    team *t = memory_new(sizeof *t);
    size_t size = r->training->learning->net->size;
    int envs = r->training->workers * r->training->envs_per_worker;
    t->run = r;
    t->threads = threads;
    t->updaters = threads < cpus_allowed() ? threads : cpus_allowed();
    t->shards = shard_count(r);
    ranks_place(t);
    t->all = barrier_new(threads);
    t->updating = barrier_new(t->updaters);
    t->updated = barrier_new(1);
    t->members = memory_array(team_member, (size_t)threads);
    t->updater = memory_array(team_updater, (size_t)t->updaters);
    t->parameters = memory_array(float, size);
    t->shard_gradients = memory_array(float, (size_t)(t->end_shard - t->first_shard) * size);
    t->gradient = memory_array(float, size);
    t->stripe_squares = memory_array(double, (size_t)block_stripes(r->training->block));
    t->shard_sums = memory_array(loss_sums, (size_t)t->shards);
    t->shard_used = memory_array(bool, (size_t)t->shards);
    t->shard_updater = memory_array(int, (size_t)t->shards);
    t->shard_moments = memory_array(double, 3 * (size_t)t->shards);
    t->played = memory_array(episode, samples(t));
    t->episodes = memory_array(episode, samples(t));
    t->steps = memory_array(int, (size_t)envs);
    t->env_stats = memory_array(double, (size_t)envs *shared_stats_size(r->training->stats) + 1);
    for (int i = 0; i < threads; i++) place_member(t, i, configs);
    for (int i = 0; i < t->updaters; i++) place_updater(t, i);
    return t;
}

void team_free(team *t) {
    if (!t) return;
    for (int i = 0; i < t->threads; i++) {
        memory_free(t->members[i].learners);
        memory_free(t->members[i].rollouts);
        memory_free(t->members[i].memory);
    }
    for (int i = 0; i < t->updaters; i++) memory_free(t->updater[i].order);
    barrier_free(t->all);
    barrier_free(t->updating);
    barrier_free(t->updated);
    memory_free(t->members);
    memory_free(t->updater);
    memory_free(t->parameters);
    memory_free(t->shard_gradients);
    memory_free(t->gradient);
    memory_free(t->stripe_squares);
    memory_free(t->shard_sums);
    memory_free(t->shard_used);
    memory_free(t->shard_updater);
    memory_free(t->shard_moments);
    memory_free(t->steps);
    memory_free(t->env_stats);
    memory_free(t->played);
    memory_free(t->episodes);
    ranks_free(t);
    memory_free(t);
}

/* ---- Meetings ---- */

typedef struct meeting {
    team *team;
    team_action action;
    barrier *opens; /* for those who sleep until this meeting, or NULL */
} meeting;

static void meeting_act(void *context) {
    const meeting *m = context;
    if (m->action) m->action(m->team);
    if (m->opens) barrier_wait(m->opens, NULL, NULL);
}

void team_meet_all(team *t, team_action action, stopwatch *watch) {
    barrier_wait(t->all, meeting_act, &(meeting){t, action, NULL});
    lap(watch, PHASE_WAIT);
}

const team_updater *team_meet_collected(team *t, int thread, team_action action, stopwatch *watch) {
    uint32_t update = barrier_round(t->updated);
    int number = barrier_arrive(t->all, t->updaters, meeting_act, &(meeting){t, action, NULL});
    if (number < 0)
        barrier_follow(t->updated, update);
    else if (t->updaters == t->threads)
        number = thread;
    lap(watch, PHASE_WAIT);
    if (number < 0) return NULL;
    const team_updater *u = &t->updater[number];
    for (int i = u->first_member; i < u->first_member + u->members; i++)
        for (int k = 0; k < t->members[i].count; k++) t->members[i].learners[k].watch = watch;
    return u;
}

void team_meet(team *t, team_action action, stopwatch *watch) {
    barrier_wait(t->updating, meeting_act, &(meeting){t, action, NULL});
    lap(watch, PHASE_WAIT);
}

/* Opens `updated` before any updater can ask for its next round. */
void team_meet_updated(team *t, team_action action, stopwatch *watch) {
    barrier *opens = t->updaters < t->threads ? t->updated : NULL;
    barrier_wait(t->updating, meeting_act, &(meeting){t, action, opens});
    lap(watch, PHASE_WAIT);
}

learner *team_learner(team *t, int env, int *index) {
    for (int i = 0; i < t->threads; i++)
        for (int k = 0; k < t->members[i].count; k++) {
            learner *l = &t->members[i].learners[k];
            *index = env - l->first_env;
            if (*index >= 0 && *index < l->envs) return l;
        }
    return NULL;
}

/* SPDX-License-Identifier: MIT
 * Memory of the team, who does what, and where they meet. */
#include "sync_a2c/team.h"

#include "base/cpus.h"
#include "base/memory.h"
#include "sync_a2c/ranks.h"

#include <omp.h>

/* Whether the weights' rows can be cut among threads. PPO takes samples in an order of its own. */
static bool can_cut(const sync_run *r) {
    return r->ppo_epochs == 0 && factors_width(r->training->learning->net) > 0;
}

/* auto: one shard per worker, but no more than SHARDS_MOST; fewer, down to SHARDS_LEAST, where a shard would have few
 * samples: each costs a gradient of its own that must be written and added up. And one in all, cut by rows, where so many
 * gradients are more than the factors, of which a float costs REMOTE times as much as it comes from another core. */
static int shard_count(const sync_run *r) {
    enum { SHARDS_MOST = 64, SHARDS_LEAST = 8, SHARD_SAMPLES = 32, REMOTE = 4 };
    if (r->shards > 0) return r->shards;
    const training *run = r->training;
    int64_t samples = (int64_t)run->learning->rollout_steps * run->workers * run->envs_per_worker;
    int shards = run->workers < SHARDS_MOST ? run->workers : SHARDS_MOST;
    while (shards > SHARDS_LEAST && samples / shards < SHARD_SAMPLES) shards = (shards + 1) / 2;
    double factors = (double)samples * (double)factors_width(run->learning->net),
           gradients = (double)shards * (double)run->learning->net->size;
    return can_cut(r) && gradients > REMOTE * factors ? 1 : shards;
}

/* Where part `i` of `parts` begins in `n` things. */
static int cut(int n, int parts, int i) {
    return (int)((int64_t)n * i / parts);
}

int team_shard_first(const team *t, int shard) {
    return cut(t->run->training->workers * t->run->training->envs_per_worker, t->shards, shard);
}

int team_threads(const sync_run *r, int threads) {
    int shards = shard_count(r), given = omp_get_max_active_levels() > 0 ? omp_get_thread_limit() : 1;
    int most = shards / r->collective->ranks; /* and as many more as every shard has environments */
    if (can_cut(r) && (r->shards > 0 || shards == 1))
        most *= r->training->workers * r->training->envs_per_worker / shards;
    if (threads > most) threads = most;
    omp_set_dynamic(0);
    return threads < given ? threads : given;
}

/* Which environments and shards a thread has: whole shards; or, where threads are more than shards, a part of one, of
 * which it has no gradient of its own. */
static void cut_member(team *t, int i) {
    team_member *m = &t->members[i];
    int shards = t->end_shard - t->first_shard, s = t->first_shard + cut(shards, t->threads, i);
    m->first_shard = s;
    if (!t->is_cut) {
        m->shards = t->first_shard + cut(shards, t->threads, i + 1) - s;
        m->first_env = team_shard_first(t, s);
        m->envs = team_shard_first(t, s + m->shards) - m->first_env;
        return;
    }
    int local = s - t->first_shard; /* the shard's threads: those for which cut gives it */
    int first = (local * t->threads + shards - 1) / shards, end = ((local + 1) * t->threads + shards - 1) / shards;
    int first_env = team_shard_first(t, s), envs = team_shard_first(t, s + 1) - first_env;
    m->first_env = first_env + cut(envs, end - first, i - first);
    m->envs = first_env + cut(envs, end - first, i - first + 1) - m->first_env;
    t->shard_used[s] = true;
}

/* A member's learner k over `envs` environments: its memory from `memory` on (NULL: only counted). Returns the bytes. */
static size_t place_learner(team *t, team_member *m, int k, const env_config *const *configs, char *memory) {
    const learner_config *learning = t->run->training->learning;
    int envs = m->envs / m->count, first_env = m->first_env + k * envs, rows = learning->rollout_steps * envs;
    size_t learner = learner_bytes(learning, configs + first_env, envs), rollout = rollout_bytes(learning, envs);
    size_t factors = t->is_cut ? factors_bytes(learning->net, rows) : 0;
    if (memory) {
        learner_place(&m->learners[k], learning, configs + first_env, envs, first_env, memory);
        rollout_place(learning, envs, memory + learner, &m->rollouts[k]);
        m->learners[k].rollout = &m->rollouts[k];
        if (t->is_cut) factors_place(learning->net, rows, memory + learner + rollout, &m->factors[k]);
    }
    return learner + rollout + factors;
}

static void place_member(team *t, int i, const env_config *const *configs) {
    team_member *m = &t->members[i];
    cut_member(t, i);
    m->count = t->run->training->learning->rollout_until_done ? m->envs : 1;
    m->learners = memory_array(learner, (size_t)m->count);
    m->rollouts = memory_array(rollout, (size_t)m->count);
    m->factors = memory_array(factors, (size_t)m->count);
    size_t bytes = 0, used = 0;
    for (int k = 0; k < m->count; k++) bytes += place_learner(t, m, k, configs, NULL);
    m->memory = memory_new(bytes);
    for (int k = 0; k < m->count; k++) {
        used += place_learner(t, m, k, configs, (char *)m->memory + used);
        t->factors[t->factors_count++] = &m->factors[k];
    }
    t->shard_factors[m->first_shard - t->first_shard + 1] = t->factors_count;
}

/* The most samples that an update can have: T * N. */
static size_t samples(const team *t) {
    const training *run = t->run->training;
    return (size_t)run->learning->rollout_steps * (size_t)run->workers * (size_t)run->envs_per_worker;
}

/* The stripes of the gradient that begin between two of its floats. */
static void cut_stripes(team_updater *u, size_t from, size_t to) {
    u->first_stripe = (int)((from + STRIPE_FLOATS - 1) / STRIPE_FLOATS);
    u->stripes = (int)((to + STRIPE_FLOATS - 1) / STRIPE_FLOATS) - u->first_stripe;
}

/* With rows that are cut, stripes begin where the rows do, and the last may end among the next updater's. */
static void cut_gradient(team *t, team_updater *u, int i) {
    const net *net = t->run->training->learning->net;
    int stripes = block_stripes(t->run->training->block);
    if (t->is_cut) {
        u->rows = factors_part(net, t->updaters, i);
        u->end = factors_part(net, t->updaters, i + 1);
        cut_stripes(u, u->rows.offset, u->end.offset);
        u->squared = (int)(u->end.offset / STRIPE_FLOATS) - u->first_stripe;
        if (i + 1 == t->updaters) u->squared = u->stripes;
    } else {
        u->first_stripe = cut(stripes, t->updaters, i);
        u->stripes = u->squared = cut(stripes, t->updaters, i + 1) - u->first_stripe;
    }
    if (u->squared < 0 || t->run->collective->ranks > 1) u->squared = 0;
}

static void place_updater(team *t, int i) {
    team_updater *u = &t->updater[i];
    u->first_member = cut(t->threads, t->updaters, i);
    u->members = cut(t->threads, t->updaters, i + 1) - u->first_member;
    const team_member *first = &t->members[u->first_member], *last = first + u->members - 1;
    u->first_env = first->first_env;
    u->envs = last->first_env + last->envs - u->first_env;
    u->first_shard = first->first_shard;
    u->shards = last->first_shard + last->shards - u->first_shard;
    u->order = memory_array(int, samples(t));
    for (int k = 0; k < u->shards; k++) t->shard_updater[u->first_shard + k] = i;
    cut_gradient(t, u, i);
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
    t->is_cut = threads > t->end_shard - t->first_shard;
    t->all = barrier_new(threads);
    t->updating = barrier_new(t->updaters);
    t->updated = barrier_new(1);
    t->members = memory_array(team_member, (size_t)threads);
    t->updater = memory_array(team_updater, (size_t)t->updaters);
    t->parameters = memory_array(float, size);
    t->gradient = memory_array(float, size);
    t->shard_gradients =
        t->shards == 1 ? t->gradient : memory_array(float, (size_t)(t->end_shard - t->first_shard) * size);
    t->factors = memory_array(const factors *, (size_t)envs);
    t->shard_factors = memory_array(int, (size_t)t->shards + 1);
    t->stripe_squares = memory_array(double, (size_t)block_stripes(r->training->block));
    t->env_sums = memory_array(loss_sums, (size_t)envs);
    t->shard_used = memory_array(bool, (size_t)t->shards);
    t->shard_updater = memory_array(int, (size_t)t->shards);
    t->env_advantages = memory_array(double, 3 * (size_t)envs);
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
        memory_free(t->members[i].factors);
        memory_free(t->members[i].memory);
    }
    for (int i = 0; i < t->updaters; i++) memory_free(t->updater[i].order);
    barrier_free(t->all);
    barrier_free(t->updating);
    barrier_free(t->updated);
    memory_free(t->members);
    memory_free(t->updater);
    memory_free(t->parameters);
    if (t->shards > 1) memory_free(t->shard_gradients);
    memory_free(t->factors);
    memory_free(t->shard_factors);
    memory_free(t->gradient);
    memory_free(t->stripe_squares);
    memory_free(t->env_sums);
    memory_free(t->shard_used);
    memory_free(t->shard_updater);
    memory_free(t->env_advantages);
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

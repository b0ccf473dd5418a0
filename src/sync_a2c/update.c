/* SPDX-License-Identifier: MIT
 * The sync update: collect, meet, differentiate, reduce in order, clip once, step once. */
#include "sync_a2c/update.h"

#include "base/clock.h"
#include "base/cpus.h"
#include "base/memory.h"
#include "net/kernels.h"

#include <math.h>
#include <omp.h>
#include <string.h>

static void meet(barrier *b, team_member *timed) {
    uint64_t start = timed ? clock_ticks() : 0;
    barrier_wait(b);
    if (timed) timed->ticks.wait += clock_ticks() - start;
}

void update_meet(const team *t, team_member *timed) {
    meet(t->updating, timed);
}

static void collect(team *t, team_member *m, int64_t position, team_member *timed) {
    const sync_run *r = t->run;
    for (int k = 0; k < m->count; k++) {
        learner *l = &m->learners[k];
        l->timed = timed != NULL;
        l->ticks = (learner_ticks){0};
        shared_stats_pull(r->training->stats, l);
        learner_set_length(l, position, r->training->total_steps);
        if (!r->barrier_each_step) {
            learner_collect(l, t->parameters);
            continue;
        }
        learner_begin(l);
        for (int step = 0; step < l->length; step++) {
            learner_step(l, t->parameters, step);
            meet(t->all, timed);
        }
        learner_end(l, t->parameters);
    }
}

/* Environments [first, first + count) of a learner that belong to shard s; count 0: none. */
static int shard_part(const team *t, const learner *l, int s, int *first) {
    int from = team_shard_first(t, s) - l->first_env, to = team_shard_first(t, s + 1) - l->first_env;
    *first = from > 0 ? from : 0;
    if (to > l->envs) to = l->envs;
    return to > *first ? to - *first : 0;
}

/* How many samples the update has and how its advantages are distributed, shard by shard. */
static void measure(team *t, team_member *m) {
    for (int k = 0; k < m->count; k++)
        for (int e = 0; e < m->learners[k].envs; e++) t->steps[m->learners[k].first_env + e] = m->learners[k].steps;
    for (int s = m->first_shard; s < m->first_shard + m->shards; s++) {
        double *moments = t->moments + 3 * s;
        moments[0] = moments[1] = moments[2] = 0;
        for (int k = 0, first; k < m->count; k++) {
            int count = shard_part(t, &m->learners[k], s, &first);
            moments[0] += (double)count * m->learners[k].steps;
            if (t->run->training->learning->normalize_advantage)
                learner_advantage_moments(&m->learners[k], first, count, &moments[1], &moments[2]);
        }
    }
}

/* The same numbers in every updater: all shards added up in order. */
static gradient_scale whole(const team *t, double entropy_coef) {
    double samples = 0, sum = 0, squares = 0;
    for (int s = 0; s < t->shards; s++) {
        samples += t->moments[3 * s];
        sum += t->moments[3 * s + 1];
        squares += t->moments[3 * s + 2];
    }
    gradient_scale scale = {.samples = samples, .entropy_coef = entropy_coef, .advantage_deviation = 1};
    if (t->run->training->learning->normalize_advantage) {
        scale.advantage_mean = sum / samples;
        scale.advantage_deviation =
            sqrt(fmax(0, squares / samples - scale.advantage_mean * scale.advantage_mean)) + 1e-8;
    }
    return scale;
}

/* The shards of one member. */
static void differentiate(team *t, team_member *m, const gradient_scale *scale) {
    size_t size = t->run->training->learning->net->size;
    for (int s = m->first_shard; s < m->first_shard + m->shards; s++) {
        bool accumulate = false;
        t->shard_sums[s] = (loss_sums){0};
        for (int k = 0, first; k < m->count; k++) {
            int count = shard_part(t, &m->learners[k], s, &first);
            if (count == 0) continue;
            learner_gradient_part(&m->learners[k], t->parameters, first, count, scale, accumulate,
                                  t->shard_gradients + size * (size_t)s, &t->shard_sums[s]);
            accumulate = true;
        }
    }
}

/* The first updater's shards come first in the order of the sum: it adds its own up where they are, so that the others
 * read one gradient of it instead of all. */
static void fold(team *t, const team_updater *u) {
    size_t size = t->run->training->learning->net->size;
    if (u->first_shard > 0) return;
    for (int i = 0; i < block_stripes(t->run->training->block); i++) {
        size_t first, n = block_stripe_range(t->run->training->block, i, &first);
        float *sum = t->shard_gradients + first;
        for (int s = 1; s < u->shards; s++) kernels_get()->add(n, sum + size * (size_t)s, sum);
    }
    t->folded = u->shards;
}

/* This updater's stripes of the gradient: shard after shard in order, but for those that had no samples. */
static void reduce(team *t, const team_updater *u) {
    const kernels *k = kernels_get();
    size_t size = t->run->training->learning->net->size;
    for (int i = u->first_stripe; i < u->first_stripe + u->stripes; i++) {
        size_t first, n = block_stripe_range(t->run->training->block, i, &first);
        bool begun = false;
        for (int s = 0; s < t->shards; s++) {
            const float *shard = t->shard_gradients + size * (size_t)s + first;
            if (t->shard_sums[s].samples == 0 || (s > 0 && s < t->folded)) continue;
            if (begun)
                k->add(n, shard, t->gradient + first);
            else
                memcpy(t->gradient + first, shard, n * sizeof(float));
            begun = true;
        }
        t->stripe_squares[i] = k->sum_of_squares(n, t->gradient + first);
    }
}

static double gradient_norm(const team *t) {
    double squares = 0;
    for (int i = 0; i < block_stripes(t->run->training->block); i++) squares += t->stripe_squares[i];
    return sqrt(squares);
}

static void step_stripes(team *t, const team_updater *u, double norm, double rate) {
    push p = {.gradient = t->gradient,
              .scale = (float)optimizer_clip(norm, t->run->training->max_grad_norm),
              .rate = (float)rate,
              .parameters = t->parameters};
    for (int i = u->first_stripe; i < u->first_stripe + u->stripes; i++)
        block_step_stripe(t->run->training->block, i, &p);
}

double update_step(team *t, const team_updater *u, double rate, team_member *timed) {
    update_meet(t, timed);
    uint64_t start = timed ? clock_ticks() : 0;
    reduce(t, u);
    update_meet(t, NULL);
    double norm = gradient_norm(t);
    if (isfinite(norm)) step_stripes(t, u, norm, rate);
    if (timed) timed->ticks.push += clock_ticks() - start;
    update_meet(t, timed);
    return norm;
}

void update_land(team *t, double norm, int64_t samples) {
    update_figures *f = &t->figures;
    for (int s = 0; s < t->shards; s++) loss_sums_add(&f->sums, &t->shard_sums[s]);
    f->norm_sum += norm;
    f->updates++;
    if (isfinite(norm))
        block_landed(t->run->training->block, samples);
    else
        t->diverged = true;
}

/* One update's finished episodes, ordered by time step, then environment, whatever the threads were. */
static int merge_episodes(team *t) {
    int count = 0;
    for (int step = 0; step < t->run->training->learning->rollout_steps; step++)
        for (int i = 0; i < t->threads; i++)
            for (int k = 0; k < t->members[i].count; k++) {
                const learner *l = &t->members[i].learners[k];
                for (int e = 0; e < l->episode_count; e++)
                    if (l->rollout->episodes[e].t == step) t->episodes[count++] = l->rollout->episodes[e];
            }
    return count;
}

/* One thread's work for all: the batch's last update has landed; what was played, and whether it is time to pause. */
static void conclude(team *t, double norm, int64_t samples) {
    sync_run *r = t->run;
    update_land(t, norm, samples);
    int64_t frames = 0;
    bool finished = false;
    for (int i = 0; i < t->threads; i++)
        for (int k = 0; k < t->members[i].count; k++) {
            frames += t->members[i].learners[k].frames;
            finished |= t->members[i].learners[k].episode_count > 0;
            shared_stats_push(r->training->stats, &t->members[i].learners[k]);
        }
    t->figures.frames += frames;
    t->frames += frames;
    int64_t steps = block_steps(r->training->block);
    if (finished && episodes_add(r->training->episodes, t->episodes, merge_episodes(t), steps) &&
        r->training->stop_when_solved)
        pauses_request(r->training->pauses);
    if (t->diverged) pauses_request(r->training->pauses);
    t->pause = pauses_due(r->training->pauses, steps);
}

static void add_ticks(team_member *m, uint64_t start) {
    for (int k = 0; k < m->count; k++) {
        m->ticks.environment += m->learners[k].ticks.environment;
        m->ticks.forward += m->learners[k].ticks.forward;
        m->ticks.backward += m->learners[k].ticks.backward;
    }
    m->ticks.total += clock_ticks() - start;
}

/* What an updater does when all have collected. */
static void update(team *t, const team_updater *u, int64_t position, team_member *timed) {
    sync_run *r = t->run;
    double rate = schedule_at(&r->training->learning_rate, position, r->training->total_steps), norm;
    gradient_scale scale = whole(t, schedule_at(&r->training->entropy_coef, position, r->training->total_steps));
    if (r->ppo_epochs > 0) {
        norm = ppo_update(t, u, &scale, position, rate, timed);
    } else {
        for (int i = u->first_member; i < u->first_member + u->members; i++) differentiate(t, &t->members[i], &scale);
        fold(t, u);
        norm = update_step(t, u, rate, timed);
    }
    if (u == t->updater) {
        conclude(t, norm, (int64_t)scale.samples);
        if (t->updaters < t->threads) barrier_wait(t->updated); /* before any updater looks for the next */
    }
    update_meet(t, timed);
}

/* Who updates when thread `index` and all others have collected: each its own part, or where threads are more than
 * CPUs the last to come, who have one. NULL: this thread has nothing to do until the update has been made. */
static const team_updater *take_part(team *t, int index, team_member *timed) {
    uint64_t start = timed ? clock_ticks() : 0;
    uint32_t update = barrier_meeting(t->updated);
    int number = barrier_come(t->all, t->updaters);
    if (number < 0)
        barrier_follow(t->updated, update);
    else if (t->updaters == t->threads)
        number = index;
    if (timed) timed->ticks.wait += clock_ticks() - start;
    return number < 0 ? NULL : &t->updater[number];
}

/* One batch, as a thread of the team lives it. */
static void batch(team *t, int index, bool is_timed) {
    team_member *m = &t->members[index], *timed = is_timed ? m : NULL;
    uint64_t start = is_timed ? clock_ticks() : 0;
    int64_t position = block_steps(t->run->training->block);
    collect(t, m, position, timed);
    measure(t, m);
    const team_updater *u = take_part(t, index, timed);
    if (u) update(t, u, position, timed);
    if (is_timed) add_ticks(m, start);
}

void team_run(team *t) {
    sync_run *r = t->run;
    cpus_prepare(t->threads);
    block_pull(r->training->block, t->parameters);
    bool on = block_steps(r->training->block) < r->training->total_steps;
#pragma omp parallel num_threads(t->threads)
    {
        int index = omp_get_thread_num();
        cpus_pin(index, t->threads);
        cpus_flush_denormals();
        for (int64_t i = 0; on; i++) {
            batch(t, index, r->training->timed_every > 0 && i % r->training->timed_every == 0);
            if (t->pause || block_steps(r->training->block) >= r->training->total_steps) {
                barrier_wait(t->all);
                if (index == 0)
                    on = pauses_act(r->training->pauses) && block_steps(r->training->block) < r->training->total_steps;
                barrier_wait(t->all);
            }
        }
    }
    cpus_release();
    omp_pause_resource_all(omp_pause_hard); /* else OpenMP's threads spin for 10 ms beside whoever ends the run */
}

/* SPDX-License-Identifier: MIT
 * The turn of an A3C worker (Mnih et al., 1602.01783, algorithm S3), beside the paper's words:
 *
 *   synchronize thread-specific parameters theta' = theta          pull
 *   repeat  perform a_t according to pi(a_t|s_t; theta')
 *           receive reward r_t and new state s_{t+1}               learner_collect
 *   until   terminal s_t or t - t_start = t_max
 *   R = 0 for terminal s_t, V(s_t, theta') otherwise               learner_collect: bootstrap, estimate
 *   accumulate gradients  d theta                                  learner_gradient
 *   perform asynchronous update of theta using d theta             turn_end: push */
#include "worker/turn.h"

#include "net/kernels.h"
#include "worker/recording.h"

#include <math.h>
#include <string.h>

/* theta' = theta, unless the thread's last push already left theta at the workspace. The steps of the turn are reserved
 * under the same lock, so that a recording orders them too. */
bool turn_pull(worker *w, workspace *d, async *a) {
    turn *t = &w->turn;
    t->timed = a->training->timed_every > 0 && d->turns++ % a->training->timed_every == 0;
    stopwatch *watch = stopwatch_start(&d->watch, t->timed);
    if (a->locked) {
        block_lock(a->training->block);
        lap(watch, PHASE_LOCK);
    }
    learner_set_length(&w->learner, block_reserved(a->training->block), a->training->total_steps);
    int64_t asked = (int64_t)w->learner.length * a->training->envs_per_worker;
    t->position = block_reserve(a->training->block, asked);
    bool granted = t->position < a->training->total_steps;
    if (granted) {
        bool current = !a->recording && (d->handed_over || d->version == block_version(a->training->block));
        if (!current) d->version = block_pull(a->training->block, d->parameters);
        if (a->recording) recording_add(a->recording, w->index, false);
        t->pulled = d->version;
        shared_stats_pull(a->training->stats, &w->learner);
    } else {
        block_give_back(a->training->block, asked);
    }
    if (a->locked) block_unlock(a->training->block);
    d->handed_over = false;
    lap(watch, PHASE_PULL);
    return granted;
}

/* Keeps what the rest of the turn needs, since the workspace's rollout may be lent to somebody else before the push. */
static void keep(turn *t, const learner *l) {
    t->steps = (int64_t)l->steps * l->envs;
    t->frames = l->frames;
    t->sums = l->sums;
    t->episode_count = l->episode_count;
    memcpy(t->episodes, l->rollout->episodes, (size_t)l->episode_count * sizeof *t->episodes);
}

/* The parameters that collect: those just pulled, or, for a test of delayed behavior, those of so many pulls ago. */
static const float *behavior_parameters(workspace *d, const async *a) {
    if (!d->history) return d->parameters;
    size_t size = a->training->learning->net->size;
    int64_t slots = a->behavior_delay + 1, now = d->pulls++;
    memcpy(d->history + (size_t)(now % slots) * size, d->parameters, size * sizeof(float));
    return d->history + (size_t)((now < slots ? 0 : now + 1) % slots) * size;
}

/* The second pull, between collecting and differentiating (1802.01561: the learner's parameters), of V-trace, and of a
 * test that delays the behavior alone. */
static const float *pull_again(workspace *d, async *a) {
    if (a->locked) block_lock(a->training->block);
    if (d->version != block_version(a->training->block)) d->version = block_pull(a->training->block, d->parameters);
    if (a->locked) block_unlock(a->training->block);
    return d->parameters;
}

void turn_compute(worker *w, workspace *d, async *a) {
    turn *t = &w->turn;
    learner *l = &w->learner;
    stopwatch *watch = l->watch = stopwatch_start(&d->watch, t->timed);
    l->rollout = &d->rollout;
    t->gradient = w->gradient ? w->gradient : d->gradient;

    const float *behavior = behavior_parameters(d, a), *target = behavior;
    if (a->training->learning->estimator.kind == ESTIMATOR_VTRACE || d->history) {
        learner_rollout(l, behavior);
        target = pull_again(d, a);
        lap(watch, PHASE_PULL);
        learner_second_pass(l, target);
    } else {
        learner_collect(l, behavior);
    }
    learner_gradient(l, target, schedule_at(&a->training->entropy_coef, t->position, a->training->total_steps),
                     t->gradient);
    t->norm = sqrt(kernels_get()->sum_of_squares(a->training->learning->net->size, t->gradient));

    keep(t, l);
    t->open = true;
    lap(watch, PHASE_OTHER);
}

bool turn_begin(worker *w, workspace *d, async *a) {
    if (!turn_pull(w, d, a)) return false;
    turn_compute(w, d, a);
    return true;
}

static void count(worker *w, workspace *d, const turn *t, int64_t staleness) {
    update_figures *f = &w->figures;
    loss_sums_add(&f->sums, &t->sums);
    f->norm_sum += t->norm;
    f->staleness_sum += (double)staleness;
    f->updates++;
    f->frames += t->frames;
    w->frames += t->frames;
    d->staleness[staleness < STALENESS_BINS ? staleness : STALENESS_BINS - 1]++;
}

/* Where in the block a push begins: anywhere, so that threads which push at the same time seldom meet. */
static uint32_t push_start(const worker *w) {
    uint64_t mixed = ((uint64_t)w->pushes << 20 ^ (uint64_t)w->index) * 0x9e3779b97f4a7c15u;
    return (uint32_t)((mixed ^ mixed >> 32) * 0xd6e8feb86659fd93u >> 32);
}

int64_t turn_end(worker *w, workspace *d, async *a) {
    turn *t = &w->turn;
    t->open = false;
    if (!isfinite(t->norm)) { /* such an update would destroy what all have learned: stop instead */
        flag_raise(&a->diverged, 1 + w->index);
        pauses_request(a->training->pauses);
        return block_steps(a->training->block);
    }
    stopwatch *watch = stopwatch_start(&d->watch, t->timed);
    push p = {.gradient = t->gradient,
              .scale = (float)optimizer_clip(t->norm, a->training->max_grad_norm),
              .rate = (float)schedule_at(&a->training->learning_rate, t->position, a->training->total_steps),
              .steps = t->steps,
              .start = push_start(w),
              .own_statistics = {w->statistics[0], w->statistics[1]},
              .own_count = a->own_adam_count ? w->pushes + 1 : 0,
              .parameters = a->recording ? NULL : d->parameters};
    if (a->locked) {
        block_lock(a->training->block);
        lap(watch, PHASE_LOCK);
    }
    int64_t before = block_version(a->training->block), version = block_push(a->training->block, &p);
    if (a->training->learning->rollout_until_done)
        block_give_back(a->training->block,
                        (int64_t)a->training->learning->rollout_steps * a->training->envs_per_worker - t->steps);
    shared_stats_push(a->training->stats, &w->learner);
    if (a->recording) recording_add(a->recording, w->index, true);
    if (a->locked) block_unlock(a->training->block);
    if (p.parameters) d->version = before + 1;
    d->handed_over = p.parameters && a->hand_over;
    w->pushes++;
    count(w, d, t, version - t->pulled);
    int64_t steps = block_steps(a->training->block);
    if (episodes_add(a->training->episodes, t->episodes, (int)t->episode_count, steps) && a->training->stop_when_solved)
        pauses_request(a->training->pauses);
    lap(watch, PHASE_PUSH);
    return steps;
}

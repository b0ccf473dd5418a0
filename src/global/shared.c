/* SPDX-License-Identifier: MIT
 * Pull and push of an async turn, with all that goes with them. */
#include "global/shared.h"

#include "global/recording.h"

#include <math.h>
#include <string.h>

static void lock(const async *a, stopwatch *watch) {
    if (!a->locked) return;
    block_lock(a->training->block);
    lap(watch, PHASE_LOCK);
}

static void unlock(const async *a) {
    if (a->locked) block_unlock(a->training->block);
}

/* ---- Pull ---- */

/* The newest parameters, unless the thread's last push left them here. */
static void renew(const async *a, workspace *d) {
    bool current = !a->recording && (d->handed_over || d->version == block_version(a->training->block));
    if (!current) d->version = block_pull(a->training->block, d->parameters);
}

/* The parameters that collect: those just pulled, or, for a test of delayed behavior, those of so many pulls ago. */
static const float *behavior_parameters(workspace *d, const async *a) {
    if (!d->history) return d->parameters;
    size_t size = a->training->learning->net->size;
    int64_t slots = a->behavior_delay + 1, now = d->pulls++;
    memcpy(d->history + (size_t)(now % slots) * size, d->parameters, size * sizeof(float));
    return d->history + (size_t)((now < slots ? 0 : now + 1) % slots) * size;
}

/* The steps of the turn are reserved under the lock of its pull, so that a recording orders them too. */
bool shared_pull(async *a, worker *w, workspace *d) {
    const training *shared = a->training;
    open_turn *t = &w->turn;
    stopwatch *watch = w->learner.watch;
    lock(a, watch);
    learner_set_length(&w->learner, block_reserved(shared->block), shared->total_steps);
    int64_t asked = (int64_t)w->learner.length * shared->envs_per_worker;
    t->position = block_reserve(shared->block, asked);
    bool granted = t->position < shared->total_steps;
    if (granted) {
        renew(a, d);
        if (a->recording) recording_add(a->recording, w->index, false);
        t->pulled = d->version;
        shared_stats_pull(shared->stats, &w->learner);
    } else {
        block_give_back(shared->block, asked);
    }
    unlock(a);
    d->handed_over = false;
    if (granted) d->behavior = behavior_parameters(d, a);
    lap(watch, PHASE_PULL);
    return granted;
}

const float *shared_pull_again(void *context) {
    workspace *d = context;
    const async *a = d->async;
    lock(a, NULL);
    if (d->version != block_version(a->training->block)) d->version = block_pull(a->training->block, d->parameters);
    unlock(a);
    return d->parameters;
}

/* ---- Push ---- */

static void count(worker *w, workspace *d, int64_t staleness) {
    const open_turn *t = &w->turn;
    update_figures *f = &w->figures;
    loss_sums_add(&f->sums, &t->sums);
    f->norm_sum += t->norm;
    f->staleness_sum += (double)staleness;
    f->updates++;
    f->frames += t->frames;
    w->frames += t->frames;
    w->pushes++;
    d->staleness[staleness < STALENESS_BINS ? staleness : STALENESS_BINS - 1]++;
}

/* Where in the block a push begins: anywhere, so that threads which push at the same time seldom meet. */
static uint32_t push_start(const worker *w) {
    uint64_t mixed = ((uint64_t)w->pushes << 20 ^ (uint64_t)w->index) * 0x9e3779b97f4a7c15u;
    return (uint32_t)((mixed ^ mixed >> 32) * 0xd6e8feb86659fd93u >> 32);
}

static push make_push(const async *a, const worker *w, workspace *d) {
    const training *shared = a->training;
    const open_turn *t = &w->turn;
    return (push){.gradient = t->gradient,
                  .scale = (float)optimizer_clip(t->norm, shared->max_grad_norm),
                  .rate = (float)schedule_at(&shared->learning_rate, t->position, shared->total_steps),
                  .steps = t->steps,
                  .start = push_start(w),
                  .own_statistics = {w->statistics[0], w->statistics[1]},
                  .own_count = a->own_adam_count ? w->pushes + 1 : 0,
                  .parameters = a->recording ? NULL : d->parameters};
}

/* What the turn had reserved and did not take. */
static void give_back(const training *shared, const open_turn *t) {
    const learner_config *c = shared->learning;
    if (c->rollout_until_done)
        block_give_back(shared->block, (int64_t)c->rollout_steps * shared->envs_per_worker - t->steps);
}

static void diverge(async *a, worker *w) {
    flag_raise(&a->diverged, 1 + w->index);
    pauses_request(a->training->pauses);
    w->turn.landed = block_steps(a->training->block);
}

void shared_push(async *a, worker *w, workspace *d) {
    const training *shared = a->training;
    open_turn *t = &w->turn;
    stopwatch *watch = w->learner.watch;
    t->open = false;
    if (!isfinite(t->norm)) {
        diverge(a, w);
        return;
    }
    push p = make_push(a, w, d);
    lock(a, watch);
    int64_t before = block_version(shared->block), version = block_push(shared->block, &p);
    give_back(shared, t);
    shared_stats_push(shared->stats, &w->learner);
    if (a->recording) recording_add(a->recording, w->index, true);
    unlock(a);
    if (p.parameters) d->version = before + 1;
    d->handed_over = p.parameters && a->hand_over;
    count(w, d, version - t->pulled);
    t->landed = block_steps(shared->block);
    if (episodes_add(shared->episodes, t->episodes, (int)t->episode_count, t->landed) && shared->stop_when_solved)
        pauses_request(shared->pauses);
    lap(watch, PHASE_PUSH);
}

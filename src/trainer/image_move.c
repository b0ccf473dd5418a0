/* SPDX-License-Identifier: MIT
 * Between a run and the tensors of its checkpoint, in either direction: one function a part, so that what is taken is what is
 * put back. */
#include "trainer/image.h"

#include "learn/normalizer.h"

#include <math.h>
#include <string.h>

/* ---- Parameters and statistics between their padded form and the list's tensors ---- */

static void spread(image *i, const net *net, const float *padded, int first) {
    const float *flat = i->flat;
    net_flatten(net, padded, i->flat);
    for (int k = 0; k < net->tensor_count; k++) {
        size_t n = net_tensor_elements(&net->tensor[k]);
        memcpy(i->tensors[first + k].memory, flat, n * sizeof *flat);
        flat += n;
    }
}

static void collect(image *i, const net *net, int first, float *padded) {
    float *flat = i->flat;
    for (int k = 0; k < net->tensor_count; k++) {
        size_t n = net_tensor_elements(&net->tensor[k]);
        memcpy(flat, i->tensors[first + k].memory, n * sizeof *flat);
        flat += n;
    }
    net_unflatten(net, i->flat, padded);
}

/* ---- Between the run and the list: one function a part, with a direction ---- */

static void move_count(direction way, int64_t *stored, int64_t *live) {
    *(way == TAKE ? stored : live) = *(way == TAKE ? live : stored);
}
static void move_number(direction way, double *stored, double *live) {
    *(way == TAKE ? stored : live) = *(way == TAKE ? live : stored);
}

static void move_block(image *i, run *r, direction way) {
    const net *net = &r->plan.net;
    block_counters c = {0};
    bool shared = !i->own[0];
    float *const *slots = shared ? i->slot : NULL;
    if (way == TAKE) {
        block_lost(r->training.block); /* folds the counting lanes */
        block_get(r->training.block, i->padded, slots, &c);
        spread(i, net, i->padded, i->parameters);
    } else {
        collect(i, net, i->parameters, i->padded);
    }
    for (int k = 0; shared && k < optimizer_slots(&r->plan.optimizer); k++) {
        if (way == TAKE)
            spread(i, net, i->slot[k], i->statistics[k]);
        else
            collect(i, net, i->statistics[k], i->slot[k]);
    }
    move_count(way, &i->counters[0], &c.reserved);
    move_count(way, &i->counters[1], &c.steps);
    move_count(way, &i->counters[2], &c.version);
    move_number(way, &i->figures[0], &c.lanes);
    move_number(way, &i->figures[1], &c.pushes);
    if (way == PUT) block_set(r->training.block, i->padded, (const float *const *)slots, &c);
}

static void move_moments(image_moments *m, double *live, direction way) {
    if (!live) return;
    move_number(way, m->count, &live[0]);
    for (int k = 0; k < m->n; k++) {
        move_number(way, &m->mean[k], &live[1 + k]);
        move_number(way, &m->variance[k], &live[1 + m->n + k]);
    }
}

static void move_environments(image *i, run *r, direction way) {
    for (int e = 0, index; e < r->environments; e++) {
        learner *l = run_learner(r, e, &index);
        uint8_t *bytes = i->environments + (size_t)e * i->env_bytes;
        if (way == TAKE)
            learner_env_save(l, index, bytes);
        else
            learner_env_load(l, index, bytes);
    }
}

static void move_episodes(image *i, run *r, direction way) {
    episode_history *h = episodes_history(r->training.episodes);
    int tasks = r->plan.settings.env.count;
    for (int t = 0; t < (tasks > 1 ? 1 + tasks : 1); t++) {
        episode_window *w = t == 0 ? &h->all : &h->task[t - 1];
        move_count(way, &i->episode_counts[t], &w->count);
        for (int k = 0; k < EPISODES_KEPT; k++) {
            move_number(way, &i->episode_totals[t * EPISODES_KEPT + k], &w->total[k]);
            int32_t *stored = &i->episode_lengths[t * EPISODES_KEPT + k], *live = &w->length[k];
            *(way == TAKE ? stored : live) = *(way == TAKE ? live : stored);
        }
    }
    move_count(way, &i->counters[3], &h->solved_at_step);
    move_number(way, &i->figures[2], &h->solved_at_seconds);
}

static void move_sums(double *stored, loss_sums *live, direction way) {
    double *fields[] = {&live->samples, &live->policy_loss,    &live->value_loss, &live->entropy,
                        &live->target,  &live->target_squared, &live->residual,   &live->residual_squared};
    for (int k = 0; k < 8; k++) move_number(way, &stored[k], fields[k]);
}

static void move_progress(image *i, run *r, direction way) {
    int64_t evaluated = isfinite(r->best_return), *frame_counter = r->mode->frame_counter(r),
            frames = frame_counter ? *frame_counter : 0;
    int64_t recorded = r->async.recording ? recording_events(r->async.recording) : 0;
    double best = evaluated ? r->best_return : 0, seconds = run_seconds(r);
    int64_t *counts[] = {
        &r->row_step, &r->last_row_step, &r->checkpoint_step, &r->evaluation_step, &r->next_event, &evaluated,
        &frames,      &recorded};
    double *numbers[] = {&seconds, &r->last_row_seconds, &best, &r->time.now, &r->evaluation_seconds};
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) move_count(way, &i->counters[4 + k], counts[k]);
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) move_number(way, &i->figures[3 + k], numbers[k]);
    if (way == TAKE) return;
    r->best_return = evaluated ? best : -INFINITY;
    r->seconds_before = seconds;
    i->recorded = recorded;
    if (frame_counter) *frame_counter = frames;
}

static void move_figures(image *i, run *r, direction way) {
    for (int k = 0; k < r->mode->figure_count(r); k++) {
        update_figures *f = r->mode->figures(r, k);
        double *stored = i->update_figures + k * UPDATE_FIGURES, updates = (double)f->updates,
               frames = (double)f->frames;
        move_sums(stored, &f->sums, way);
        double *numbers[] = {&f->norm_sum, &f->staleness_sum, &updates, &frames};
        for (int j = 0; j < 4; j++) move_number(way, &stored[8 + j], numbers[j]);
        f->updates = (int64_t)updates, f->frames = (int64_t)frames;
    }
}

static void move_workers(image *i, run *r, direction way) {
    const net *net = &r->plan.net;
    for (int w = 0; r->worker_pool && w < r->async.training->workers; w++) {
        worker *one = &r->worker_pool->workers[w];
        int64_t *stored = i->workers + w * WORKER_COUNTERS;
        move_count(way, &stored[0], &one->pushes);
        move_count(way, &stored[1], &one->frames);
        int64_t drawn = (int64_t)r->time.stream[w].counter;
        move_count(way, &stored[2], &drawn);
        if (way == PUT) r->time.stream[w].counter = (uint64_t)drawn;
        for (int k = 0; k < OPTIMIZER_SLOTS && i->own[k]; k++) {
            float *flat = i->own[k] + (size_t)w * net->parameters;
            if (way == TAKE)
                net_flatten(net, one->statistics[k], flat);
            else
                net_unflatten(net, flat, one->statistics[k]);
        }
    }
    /* the histogram is the whole run's; who sat at which workspace does not matter */
    for (int b = 0; r->worker_pool && b < STALENESS_BINS; b++) {
        if (way == PUT) r->worker_pool->workspaces[0].staleness[b] = i->staleness[b];
        int64_t sum = 0;
        for (int t = 0; t < r->worker_pool->threads; t++) sum += r->worker_pool->workspaces[t].staleness[b];
        i->staleness[b] = sum;
    }
}

static void move_costs(image *i, run *r, direction way) {
    for (int k = 0; i->turn_costs && k < TURN_COSTS; k++) move_number(way, &i->turn_costs[k], &r->turn_costs[k]);
}

/* Turns that are between their pull and their push (replay, simulated): what they will push, and what they know of
 * themselves. */
static void move_turns(image *i, run *r, direction way) {
    const net *net = &r->plan.net;
    for (int w = 0; i->turn_counters && w < r->async.training->workers; w++) {
        worker *one = &r->worker_pool->workers[w];
        open_turn *t = &one->turn;
        int64_t open = t->open,
                *counts[TURN_COUNTERS] = {&open, &t->pulled, &t->position, &t->steps, &t->frames, &t->episode_count};
        for (int k = 0; k < TURN_COUNTERS; k++) move_count(way, &i->turn_counters[w * TURN_COUNTERS + k], counts[k]);
        t->open = open != 0;
        double *stored = i->turn_figures + w * TURN_FIGURES;
        move_number(way, &stored[0], &t->norm);
        move_number(way, &stored[1], &t->finish);
        move_sums(stored + 2, &t->sums, way);
        float *gradient = i->turn_gradients + (size_t)w * net->parameters;
        t->gradient = one->gradient;
        if (way == TAKE)
            net_flatten(net, one->gradient, gradient);
        else
            net_unflatten(net, gradient, one->gradient);
        for (int64_t k = 0; k < r->samples_per_update; k++) {
            double *e = i->turn_episodes + (w * r->samples_per_update + k) * 4;
            if (way == TAKE && k < t->episode_count)
                e[0] = t->episodes[k].total, e[1] = t->episodes[k].length, e[2] = t->episodes[k].env,
                e[3] = t->episodes[k].t;
            else if (way == TAKE)
                e[0] = e[1] = e[2] = e[3] = 0;
            else
                t->episodes[k] = (episode){e[0], (int)e[1], (int)e[2], (int)e[3]};
        }
    }
}

static void move_row(direction way, double *stored, double *live, size_t count) {
    memcpy(way == TAKE ? stored : live, way == TAKE ? live : stored, count * sizeof *live);
}

/* What the open turns have seen, and will add to the shared statistics. */
static void move_turn_statistics(image *i, run *r, direction way) {
    size_t inputs = running_stats_size(r->plan.net.input_size), returns = running_stats_size(1);
    for (int e = 0, index; (i->turn_observations || i->turn_returns) && e < r->environments; e++) {
        learner *l = run_learner(r, e, &index);
        if (i->turn_observations)
            move_row(way, i->turn_observations + (size_t)e * inputs, l->batch_stats + (size_t)index * inputs, inputs);
        if (i->turn_returns)
            move_row(way, i->turn_returns + (size_t)e * returns, l->batch_return_stats + (size_t)index * returns,
                     returns);
    }
}

static void move_history(image *i, run *r, direction way) {
    if (!i->history) return;
    const net *net = &r->plan.net;
    workspace *d = &r->worker_pool->workspaces[0];
    worker_pool_bind_thread(r->worker_pool, 0); /* takes the memory, where the run has not begun */
    move_count(way, i->pulls, &d->pulls);
    for (int k = 0; k <= r->plan.settings.async.behavior_delay; k++) {
        float *stored = i->history + (size_t)k * net->parameters, *live = d->history + (size_t)k * net->size;
        if (way == TAKE)
            net_flatten(net, live, stored);
        else
            net_unflatten(net, stored, live);
    }
}

void image_move(image *i, run *r, direction way) {
    move_block(i, r, way);
    move_environments(i, r, way);
    move_episodes(i, r, way);
    move_moments(&i->observations, shared_stats_observations(r->training.stats), way);
    move_moments(&i->returns, shared_stats_returns(r->training.stats), way);
    move_progress(i, r, way);
    move_figures(i, r, way);
    move_workers(i, r, way);
    move_turns(i, r, way);
    move_turn_statistics(i, r, way);
    move_history(i, r, way);
    move_costs(i, r, way);
}

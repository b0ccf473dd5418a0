/* SPDX-License-Identifier: MIT
 * What happens in a pause, while all threads stand still: a row of metrics, an evaluation, a checkpoint, the end. */
#include "trainer/run.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/number.h"
#include "policy/evaluate.h"
#include "trainer/profile.h"

#include <math.h>
#include <signal.h>
#include <string.h>

/* The next multiple of `interval` past `step`; never when there is no interval. */
static int64_t next_multiple(int64_t step, int64_t interval) {
    return interval > 0 ? (step / interval + 1) * interval : INT64_MAX;
}

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

int64_t run_next_pause(run *r) {
    const settings *s = &r->plan.settings;
    int64_t next = least(least(r->row_step, r->checkpoint_step), least(r->evaluation_step, s->total_steps));
    if (s->stop.seconds > 0 && r->training.block) { /* often enough to notice the time: about every 20 ms */
        int64_t steps = block_steps(r->training.block);
        double rate = (double)(steps - r->resumed_step) / fmax(run_seconds(r) - r->seconds_before, 1e-3);
        next = least(next, steps + 1 + (int64_t)(0.02 * rate));
    }
    return next;
}

/* What all updates told since the last row, added up in the order of the workers. */
static update_figures gather(run *r) {
    update_figures to = {0};
    for (int i = 0; i < r->mode->figure_count(r); i++) {
        const update_figures *f = r->mode->figures(r, i);
        loss_sums_add(&to.sums, &f->sums);
        to.norm_sum += f->norm_sum;
        to.staleness_sum += f->staleness_sum;
        to.updates += f->updates;
    }
    return to;
}

static double explained_variance(const loss_sums *s) {
    double n = s->samples, mean = s->target / n, bias = s->residual / n;
    double variance = s->target_squared / n - mean * mean, rest = s->residual_squared / n - bias * bias;
    return variance > 1e-12 ? 1 - fmax(rest, 0) / variance : NAN;
}

static metrics make_row(run *r, int64_t step, double seconds) {
    update_figures f = gather(r);
    const loss_sums *s = &f.sums;
    metrics m = metrics_unknown();
    m.step = step;
    m.update = block_version(r->training.block);
    m.time = seconds;
    m.steps_per_second = (double)(step - r->last_row_step) / fmax(seconds - r->last_row_seconds, 1e-9);
    episode_window_figures(&episodes_history(r->training.episodes)->all, &m.return_mean, &m.return_std,
                           &m.episode_length_mean);
    m.learning_rate = schedule_at(&r->plan.learning_rate, step, r->plan.settings.total_steps);
    if (s->samples == 0) return m;
    m.policy_entropy = s->entropy / s->samples;
    m.value_loss = s->value_loss / s->samples;
    m.policy_loss = s->policy_loss / s->samples;
    m.explained_variance = explained_variance(s);
    m.grad_norm = f.norm_sum / (double)f.updates;
    m.staleness_mean = f.staleness_sum / (double)f.updates;
    return m;
}

static void fail(run *r, const error *e) {
    if (r->stopped_by == STOP_ERROR) return;
    r->failure = *e;
    r->stopped_by = STOP_ERROR;
}

/* `evaluated`: the evaluation at this step, NULL when there was none. */
static void write_row(run *r, int64_t step, const evaluation *evaluated) {
    if (step == r->last_row_step) return;
    error e = {0};
    double seconds = run_seconds(r);
    metrics m = make_row(r, step, seconds);
    if (evaluated) {
        m.eval_return_mean = evaluated->mean;
        m.eval_return_std = evaluated->deviation;
    }
    if (metrics_write(&r->metrics, &m, &e)) {
        fail(r, &e); /* the row is still to come: a resumed run writes it */
        return;
    }
    unsigned flags = alerts_update(&r->alerts, &m);
    for (int i = 0; i < ALERTS; i++)
        if (flags & 1u << i) progress_warn(&r->progress, "%s", alerts_message((alert)i));
    progress_update(&r->progress, &m);
    if (r->profile.on) profile_row(r, step, seconds);
    for (int i = 0; i < r->mode->figure_count(r); i++) *r->mode->figures(r, i) = (update_figures){0};
    r->last_row_step = step;
    r->last_row_seconds = seconds;
    r->row_step = next_multiple(step, r->plan.settings.log.interval_steps);
}

static evaluation evaluate_now(run *r, int64_t step) {
    const settings *s = &r->plan.settings;
    evaluation_request request = {.episodes = s->eval.episodes, .policy = s->eval.policy};
    request.seed = evaluate_seed(s->seed, step / s->eval.interval_steps);
    float *parameters = memory_array(float, r->plan.net.size);
    evaluation result, tasks[SETTINGS_TASKS];
    error e = {0};
    block_get(r->training.block, parameters, NULL, NULL);
    acting policy = {&r->plan, parameters, shared_stats_observations(r->training.stats)};
    evaluate_tasks(&policy, &request, &result, tasks);
    r->evaluation_seconds += result.seconds;
    if (evaluate_failed(&result, &e)) fail(r, &e);
    if (!result.failure[0] && result.mean > r->best_return) {
        r->best_return = result.mean;
        background_wait(r->writer);
        image_take(r->image, r);
        if (image_write(r->image, r->folder, "best.safetensors", &e)) fail(r, &e);
    }
    if (!result.failure[0])
        progress_say(&r->progress, "step %lld: evaluation over %d episodes: mean return %.2f", (long long)step,
                     result.episodes, result.mean);
    memory_free(parameters);
    return result;
}

/* In the background: rows first, so that a checkpoint never speaks of rows that are not on the disk. */
static void write_checkpoint(void *pointer) {
    run *r = pointer;
    error e = {0};
    if (metrics_flush(&r->metrics, &e) == 0 && (!r->async.recording || recording_flush(r->async.recording, &e) == 0) &&
        image_write(r->image, r->folder, "checkpoint.safetensors", &e) == 0)
        return;
    r->write_error = e;
    flag_raise(&r->write_failed, 1);
    pauses_request(r->training.pauses);
}

static void checkpoint(run *r) {
    background_wait(r->writer);
    image_take(r->image, r);
    background_do(r->writer, write_checkpoint, r);
}

bool run_is_over(const run *r) {
    const settings *s = &r->plan.settings;
    return block_steps(r->training.block) >= s->total_steps ||
           (s->stop.when_solved && episodes_history(r->training.episodes)->solved_at_step >= 0);
}

/* Why the run ends here, if it does. */
static stop_reason reason(run *r, int64_t step) {
    const settings *s = &r->plan.settings;
    if (r->stopped_by == STOP_ERROR) return STOP_ERROR;
    if (step >= s->total_steps) return STOP_TOTAL_STEPS;
    if (s->stop.when_solved && episodes_history(r->training.episodes)->solved_at_step >= 0) return STOP_SOLVED;
    if (flag_read(&r->signal)) return STOP_SIGNAL;
    if (s->stop.seconds > 0 && run_seconds(r) - r->seconds_before >= s->stop.seconds) return STOP_SECONDS;
    return STOP_NONE;
}

/* Whether the last update divided 0 by 0: without an epsilon, statistics that are 0 do that. */
static bool epsilon_is_missing(const run *r) {
    return r->plan.settings.optimizer.epsilon == 0 && r->plan.settings.optimizer.kind != OPTIMIZER_SGD;
}

static const char *kept_checkpoint(const run *r) {
    char path[FILE_PATH_SIZE];
    bool kept = file_join(path, r->folder, "checkpoint.safetensors", NULL) == 0 && file_exists(path);
    return kept ? "the last checkpoint is kept" : "no checkpoint had been written yet";
}

static void check_failures(run *r, int64_t step) {
    bool diverged = r->mode->diverged(r);
    error e = {0};
    if (flag_read(&r->write_failed)) fail(r, &r->write_error);
    const learner *broken = run_broken_learner(r);
    if (!diverged && !broken) return;
    r->diverged = true;
    if (broken) {
        error_set(&e, STATUS_FAILED, "environment %s; at step %lld of the run; %s", broken->failure, (long long)step,
                  kept_checkpoint(r));
        fail(r, &e);
        return;
    }
    metrics m = make_row(r, step, run_seconds(r));
    m.grad_norm = INFINITY;
    alerts_update(&r->alerts, &m);
    progress_warn(&r->progress, "%s", alerts_message(ALERT_GRADIENTS));
    const char *remedy =
        epsilon_is_missing(r)
            ? "optimizer.epsilon is 0: where a gradient and its statistics are 0, the update is 0 / 0. Set it to 1e-8 "
              "or more."
            : "Try a lower optimizer.learning_rate, a smaller env.reward_scale or a stricter optimizer.max_grad_norm.";
    error_set(&e, STATUS_FAILED, "training diverged at step %lld: a gradient is not finite; %s. %s", (long long)step,
              kept_checkpoint(r), remedy);
    fail(r, &e);
}

int64_t run_pause(void *context) {
    run *r = context;
    number_pin_locale(); /* of this thread: what is written here has decimal points, whatever a plugin did to the locale */
    int64_t step = block_steps(r->training.block);
    check_failures(r, step);
    block_lost(r->training.block); /* folds its counting lanes, which are exact up to 2^24 pushes */
    stop_reason why = reason(r, step);
    bool last = why != STOP_NONE && why != STOP_ERROR;
    if (why == STOP_NONE && step >= r->evaluation_step) {
        evaluation v = evaluate_now(r, step);
        r->evaluation_step = next_multiple(step, r->plan.settings.eval.interval_steps);
        if (r->stopped_by != STOP_ERROR) write_row(r, step, &v); /* in a row of its own, or in the one that is due */
    }
    if (why != STOP_ERROR && step >= r->row_step) write_row(r, step, NULL);
    bool asked = flag_read(&r->checkpoint_asked) != 0;
    if (last || step >= r->checkpoint_step || (asked && why == STOP_NONE)) {
        flag_raise(&r->checkpoint_asked, 0);
        if (step >= r->checkpoint_step)
            r->checkpoint_step = next_multiple(step, r->plan.settings.checkpoint.interval_steps);
        if (why != STOP_ERROR) checkpoint(r);
    }
    /* The row at the end comes after the checkpoint, which knows nothing of it: a run that goes on drops it, and has the rows of
     * one that never stopped. */
    if (last && why != STOP_SIGNAL) write_row(r, step, NULL);
    if (r->stopped_by != STOP_ERROR) r->stopped_by = why; /* what was written here may have failed */
    return r->stopped_by == STOP_NONE ? run_next_pause(r) : -1;
}

/* SPDX-License-Identifier: MIT
 * A training run from its folder to its summary. */
#include "trainer/trainer.h"

#include "base/cpus.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/signals.h"
#include "base/thread.h"
#include "learn/normalizer.h"
#include "net/kernels.h"
#include "policy/evaluate.h"
#include "trainer/image.h"
#include "trainer/profile.h"
#include "policy/saved.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- The folder ---- */

enum { MOST_RUNS_PER_SECOND = 1000 };

/* runs/<preset>-<mode>-<seed>-<time>, the first name that is free: made and locked in one go, so that runs of one second never meet
 * in one folder. */
static int default_folder(run *r, int *lock, error *e) {
    const settings *s = &r->plan.settings;
    char stamp[32];
    time_t now = time(NULL);
    struct tm local;
    strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", localtime_r(&now, &local));
    for (int k = 0; k < MOST_RUNS_PER_SECOND; k++) {
        char more[16] = "";
        bool made;
        if (k) snprintf(more, sizeof more, "-%d", k + 1);
        snprintf(r->folder, FILE_PATH_SIZE, "runs/%s-%s-%llu-%s%s", s->preset[0] ? s->preset : "run", mode_word(s),
                 (unsigned long long)s->seed, stamp, more);
        error why = {0};
        if (file_make_new_folder(r->folder, &made, &why))
            return error_set(e, why.status, "%s; choose another place with --out", why.text);
        if (made) return file_lock(r->folder, lock, e);
    }
    return error_set(e, STATUS_FAILED, "runs: has %d runs of this second already; name a folder with --out",
                     MOST_RUNS_PER_SECOND);
}

/* The folder of --out: absent or empty, looked at again once it is locked. */
static int named_folder(run *r, const char *out, int *lock, error *e) {
    bool vacant;
    if (strlen(out) >= sizeof r->folder) return error_set(e, STATUS_USAGE, "--out: the path is too long");
    strcpy(r->folder, out);
    if (file_is_vacant(out, &vacant, e)) return -1;
    if (vacant) {
        if (file_make_folders(out, e)) return error_prefix(e, "--out: ");
        if (file_lock(out, lock, e) || file_is_vacant(out, &vacant, e)) return -1;
    }
    if (vacant) return 0;
    return error_set(
        e, STATUS_USAGE,
        "--out: %s already exists and is not empty; choose another folder, or continue that run with --resume", out);
}

static int new_folder(run *r, const char *out, int *lock, error *e) {
    if (out ? named_folder(r, out, lock, e) : default_folder(r, lock, e)) return -1;
    char path[FILE_PATH_SIZE], *text = settings_text(&r->plan.settings);
    int failed = file_join(path, r->folder, "config.yaml", e) || file_replace(path, text, strlen(text), e);
    memory_free(text);
    return failed ? -1 : 0;
}

/* Why a folder without a checkpoint cannot be resumed: somebody is at work in it, it never came to one, or it is no
 * run's. */
static int no_checkpoint(const char *folder, error *e) {
    char path[FILE_PATH_SIZE];
    int lock;
    if (file_join(path, folder, ".lock", e)) return -1;
    if (file_exists(path)) {
        if (file_lock(folder, &lock, e)) return -1;
        file_unlock(lock);
    }
    if (file_join(path, folder, "config.yaml", e)) return -1;
    return error_set(e, STATUS_USAGE, "--resume: %s has no checkpoint.safetensors: %s", folder,
                     file_exists(path)
                         ? "it was ended before its first checkpoint (checkpoint.interval_seconds); start it anew"
                     : file_exists(folder) ? "it is not the folder of a run"
                                           : "there is no such folder");
}

/* Settings of the folder's config.yaml with what the command line may change. */
static int resumed_settings(const train_options *o, settings *s, int64_t *total_before, error *e) {
    char path[FILE_PATH_SIZE];
    if (strlen(o->resume) >= FILE_PATH_SIZE - 64) return error_set(e, STATUS_USAGE, "--resume: the path is too long");
    if (file_join(path, o->resume, "checkpoint.safetensors", e)) return -1;
    if (!file_exists(path)) return no_checkpoint(o->resume, e);
    safetensors *file;
    if (safetensors_open(path, &file, e)) return -1;
    const char *config = safetensors_metadata(file, "config");
    int failed = config ? settings_parse(s, path, config, strlen(config), e)
                        : error_set(e, STATUS_FAILED, "%s: holds no settings", path);
    safetensors_close(file);
    if (failed) return -1;
    *total_before = s->total_steps;
    return settings_resume(s, o->overrides, o->override_count, e);
}

/* ---- Signals ---- */

enum { TICKS_PER_SECOND = 4 };

/* Whether it is time for a checkpoint. */
static bool every_tick(run *r) {
    double interval = r->plan.settings.checkpoint.interval_seconds, now = run_seconds(r);
    cpus_free_starved();
    if (interval == 0 || now < r->checkpoint_due) return false;
    r->checkpoint_due = now + interval;
    return true;
}

static void received(int number, void *context) {
    run *r = context;
    if (number == 0 && !every_tick(r)) return;
    if (signals_ends(number))
        flag_raise(&r->signal, number);
    else
        flag_raise(&r->checkpoint_asked, 1);
    pauses_request(r->training.pauses);
}

/* ---- The parts of a run ---- */

static void start_alerts(run *r) {
    const distribution *d = &r->plan.learning.distribution;
    alerts_run about = {
        .total_steps = r->plan.settings.total_steps, .solved_return = r->plan.solved_return, .action_dims = d->dims};
    for (int i = 0; i < d->dims; i++) about.highest_entropy += log(d->n[i]);
    if (distribution_is_continuous(d)) about.highest_entropy = NAN;
    alerts_init(&r->alerts, &about);
}

static void announce(run *r, const train_options *o) {
    const settings *s = &r->plan.settings;
    progress_say(&r->progress, "%s, %s: %d worker%s on %d thread%s, %lld parameters, kernels %s; %s %s", s->env.id[0],
                 mode_of(s)->title, s->workers, s->workers == 1 ? "" : "s", r->plan.threads,
                 r->plan.threads == 1 ? "" : "s", (long long)r->plan.net.parameters, kernels_get()->name,
                 o->resume ? "continuing in" : "writing", r->folder);
}

/* One evaluation of the final policy: figures of the summary, of each of several tasks too (tasks [env.count]), and the
 * best checkpoint if it is. */
static int final_evaluation(run *r, summary *s, summary_task *tasks, error *e) {
    const settings *x = &r->plan.settings;
    evaluation_request request = {.episodes = x->eval.episodes, .policy = x->eval.policy};
    request.seed = evaluate_seed(x->seed, EVALUATION_FINAL);
    if (request.episodes < 1) return 0;
    float *parameters = memory_array(float, r->plan.net.size);
    evaluation v, each[SETTINGS_TASKS];
    block_get(r->training.block, parameters, NULL, NULL);
    acting policy = {&r->plan, parameters, shared_stats_observations(r->training.stats)};
    evaluate_tasks(&policy, &request, &v, each);
    s->eval_return_mean = v.mean, s->eval_return_std = v.deviation, s->eval_return_min = v.minimum,
    s->eval_return_max = v.maximum;
    s->eval_episodes = v.episodes, s->eval_seconds = v.seconds;
    memory_free(parameters);
    if (evaluate_failed(&v, e)) return -1;
    for (int i = 0; x->env.count > 1 && i < x->env.count; i++) {
        tasks[i] = (summary_task){
            .eval_return_mean = each[i].mean, .eval_return_std = each[i].deviation, .eval_episodes = each[i].episodes};
        snprintf(tasks[i].env, sizeof tasks[i].env, "%s", each[i].env);
        s->tasks = tasks, s->task_count = x->env.count;
    }
    if (!(v.mean > r->best_return)) return 0;
    r->best_return = v.mean;
    return image_write(r->image, r->folder, "best.safetensors", e);
}

/* Those that the rows of metrics tell of, of earlier processes of the run too; the caller's (memory_free). */
static summary_evaluation *past_evaluations(const run *r, int64_t *count) {
    metrics *rows;
    size_t n;
    *count = 0;
    if (r->plan.settings.eval.interval_steps == 0 || metrics_read(r->folder, &rows, &n, NULL)) return NULL;
    summary_evaluation *list = memory_array(summary_evaluation, n + 1);
    for (size_t i = 0; i < n; i++)
        if (isfinite(rows[i].eval_return_mean))
            list[(*count)++] = (summary_evaluation){rows[i].step, rows[i].eval_return_mean, rows[i].eval_return_std};
    memory_free(rows);
    return list;
}

static int finish(run *r, const train_options *o, error *e) {
    summary s;
    summary_task tasks[SETTINGS_TASKS];
    run_summarize(r, &s);
    if (o->profile) profile_finish(r);
    int status = 0;
    if (r->stopped_by != STOP_SIGNAL && r->stopped_by != STOP_ERROR && final_evaluation(r, &s, tasks, e))
        status = e->status;
    if (r->stopped_by == STOP_ERROR) {
        *e = r->failure;
        status = e->status ? e->status : STATUS_FAILED;
    }
    error second = {0};
    summary_evaluation *past = past_evaluations(r, &s.evaluation_count);
    s.evaluations = past;
    if (summary_write(r->folder, &s, &second) && !status) *e = second, status = second.status;
    progress_finish(&r->progress, &s);
    if (o->quiet && !o->json && !status) progress_result(stdout, &s);
    if (o->json && summary_print(stdout, &s, &second) && !status) *e = second, status = second.status;
    memory_free(past);
    if (status) return status;
    return r->stopped_by == STOP_SIGNAL ? 128 + (int)flag_read(&r->signal) : 0;
}

/* A replay that has no more events, and no reason to end. */
static void recording_ended(run *r) {
    const settings *s = &r->plan.settings;
    error_set(
        &r->failure, STATUS_FAILED,
        "async.recording: %s ends at step %lld, before total_steps %lld: the run that it was recorded in was stopped "
        "there; replay it with --steps %lld, or record a whole run",
        s->async.recording, (long long)block_steps(r->training.block), (long long)s->total_steps,
        (long long)block_steps(r->training.block));
    r->stopped_by = STOP_ERROR;
}

/* From the built run to its end. */
static int drive(run *r, const train_options *o, error *e) {
    announce(r, o);
    r->checkpoint_due = run_seconds(r) + r->plan.settings.checkpoint.interval_seconds;
    signals_watch(received, r, 1.0 / TICKS_PER_SECOND);
    if ((r->profile.on = o->profile)) profile_start(r);
    if (!run_is_over(r)) r->mode->drive(r);
    if (r->stopped_by == STOP_NONE) run_pause(r);
    if (r->stopped_by == STOP_NONE) recording_ended(r);
    background_wait(r->writer);
    if (flag_read(&r->write_failed) && r->stopped_by != STOP_ERROR) {
        r->failure = r->write_error;
        r->stopped_by = STOP_ERROR;
    }
    if (r->stopped_by == STOP_ERROR) {
        image_take(r->image, r);
        if (!r->diverged) image_write(r->image, r->folder, "checkpoint.safetensors", NULL); /* where there is room */
    }
    int status = finish(r, o, e);
    signals_unwatch();
    return status;
}

/* A finished run has nothing to go on with: its summary is shown again. */
static bool already_finished(run *r, const train_options *o, int *status, error *e) {
    summary s;
    if (!run_is_over(r)) return false;
    if (summary_read(r->folder, &s, NULL)) return false; /* killed after its last checkpoint: it is finished now */
    progress_finish(&r->progress, &s);
    if (o->quiet && !o->json) progress_result(stdout, &s);
    *status = o->json && summary_print(stdout, &s, e) ? e->status : 0;
    return true;
}

static void rescale(run *r, int64_t before) {
    const settings *s = &r->plan.settings;
    int64_t step = block_steps(r->training.block);
    if (s->total_steps != before)
        progress_say(&r->progress, "total_steps is now %lld, was %lld: schedules are rescaled from step %lld on",
                     (long long)s->total_steps, (long long)before, (long long)step);
}

static int resume(run *r, const train_options *o, int64_t total_before, int *status, error *e) {
    if (image_restore(r->image, r, e)) return -1;
    int64_t step = block_steps(r->training.block);
    r->resumed_step = step;
    if (r->plan.settings.total_steps < step && r->plan.settings.total_steps != total_before)
        return error_set(e, STATUS_USAGE, "total_steps: %lld is before step %lld, which the run has reached",
                         (long long)r->plan.settings.total_steps, (long long)step);
    if (already_finished(r, o, status, e)) return 1;
    rescale(r, total_before);
    pauses_free(r->training.pauses);
    r->training.pauses = pauses_new(r->plan.threads, run_next_pause(r), run_pause, r);
    return 0;
}

static int open_run(run *r, const train_options *o, int64_t total_before, int *status, error *e) {
    progress_open(&r->progress, progress_stream(o->quiet, o->json), r->plan.settings.total_steps);
    cpus_set_pinning((cpus_pinning)r->plan.settings.pin_threads);
    if (thread_check(r->plan.threads - 1, e) || run_build(r, e)) return -1;
    start_alerts(r);
    if (o->resume) {
        int known = resume(r, o, total_before, status, e);
        if (known) return known;
        char path[FILE_PATH_SIZE], *text = settings_text(&r->plan.settings);
        int failed = file_join(path, r->folder, "config.yaml", e) || file_replace(path, text, strlen(text), e);
        memory_free(text);
        if (failed) return -1;
    }
    if (metrics_open(&r->metrics, r->folder, o->resume ? r->resumed_step : -1, r->last_row_step, e)) return -1;
    return r->mode->record(r, e);
}

/* init.from, before there is a folder; a resumed run has its parameters already. */
static int read_start(run *r, error *e) {
    const plan *p = &r->plan;
    if (!*p->settings.init.from) return 0;
    r->start_parameters = memory_array(float, p->net.size);
    if (p->learning.normalize_observations)
        r->start_moments = memory_array(double, running_stats_size(p->net.input_size));
    return saved_start(p, p->settings.init.from, r->start_parameters, r->start_moments, e);
}

int train(const settings *given, const train_options *o, error *e) {
    run *r = memory_new(sizeof *r);
    settings *s = memory_new(sizeof *s);
    int lock = -1, status = 0, state = -1;
    int64_t total_before = 0;
    r->metrics.lines.descriptor = r->metrics.events.file.descriptor = -1;
    signals_block();
    env_tell_crashes();
    cpus_flush_denormals();
    const char *complaint = kernels_complaint();
    if (complaint)
        error_set(e, STATUS_USAGE, "%s", complaint);
    else if (o->resume ? resumed_settings(o, s, &total_before, e) : (*s = *given, 0)) {
    } else if (train_plan_make(&r->plan, s, e) || (!o->resume && read_start(r, e))) {
    } else {
        if (o->resume) snprintf(r->folder, sizeof r->folder, "%s", o->resume);
        if (o->resume ? file_lock(r->folder, &lock, e) == 0 : new_folder(r, o->out, &lock, e) == 0)
            state = open_run(r, o, total_before, &status, e);
    }
    if (state == 0)
        status = drive(r, o, e);
    else if (state < 0)
        status = e->status ? e->status : STATUS_FAILED;
    metrics_close(&r->metrics);
    progress_close(&r->progress);
    if (r->training.block) run_free(r);
    memory_free(r->start_parameters);
    memory_free(r->start_moments);
    signals_unblock();
    if (lock >= 0) file_unlock(lock);
    memory_free(s);
    memory_free(r);
    return status;
}

/* SPDX-License-Identifier: MIT
 * The ladder's cells. */
#include "study/compare.h"

#include "base/cpus.h"
#include "base/memory.h"
#include "study/sweep.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CURVE_ROWS = 60 }; /* of metrics.jsonl: enough to draw a learning curve */

static study_source source_of(const compare_request *r, const char *preset) {
    study_source source = r->source;
    source.preset = preset;
    return source;
}

/* The preset's settings for one mode with the values of one column, for W workers; 0: the preset's own number. */
static int load(settings *s, const compare_request *r, const char *preset, run_mode mode, run_mode column, int workers,
                error *e) {
    settings_override more[2];
    char w[16];
    size_t n = 0;
    const study_source source = source_of(r, preset);
    more[n++] = (settings_override){"--modes", "mode", mode == MODE_ASYNC ? "async" : "sync", true};
    snprintf(w, sizeof w, "%d", workers);
    if (workers > 0) more[n++] = (settings_override){"--workers", "workers", w, false};
    bool *given = memory_array(bool, settings_keys());
    int failed = study_settings_load(s, &source, more, n, column != mode, given, e);
    if (!failed && !study_settings_given(given, "log.interval_steps") && s->total_steps >= CURVE_ROWS)
        s->log.interval_steps = s->total_steps / CURVE_ROWS;
    if (!failed && !study_settings_given(given, "async.simulated.cost"))
        s->async.simulated.cost = SETTINGS_COST_LOGNORMAL;
    if (!failed && !study_settings_given(given, "async.simulated.spread")) s->async.simulated.spread = 0.05;
    memory_free(given);
    return failed;
}

/* What the ladder sets itself. */
static int refuse(const compare_request *r, error *e) {
    const study_owned owned[] = {{"mode", "--modes says which sides run", r->modes_given},
                                 {"workers", "--workers LIST says how many", r->workers_given || r->preset_count == 1},
                                 {"threads", "each cell of the ladder has its own", false},
                                 {"async.update", "A is hogwild and B locked: both run", false},
                                 {"async.schedule", "A runs on threads and V in virtual time: both run", false},
                                 {NULL, NULL, false}};
    for (size_t p = 0; p < r->preset_count; p++) {
        const study_source source = source_of(r, r->presets[p]);
        if (study_settings_refuse(&source, owned, e)) return -1;
    }
    return 0;
}

typedef struct ladder {
    study *study;
    const char *preset;
    int workers, seeds;
    const char *tuning; /* search, preset: where the learning rates come from */
} ladder;

static int add(const ladder *l, const settings *s, const char *short_name, const char *rung, error *e) {
    char name[STUDY_NAME];
    if (settings_check(s, e)) return error_prefix(e, "cell %s of %s with %d workers: ", rung, s->preset, l->workers);
    snprintf(name, sizeof name, "%.60s-w%d-%s", s->preset, l->workers, short_name);
    size_t row = study_add(l->study, name, s, l->seeds, s->seed);
    table_set(&l->study->plan, row, "rung", rung);
    table_set(&l->study->plan, row, "tuning", l->tuning);
    return 0;
}

/* The same turns in virtual time: repeatable, their costs scattered by a twentieth unless the user says otherwise, as
 * turns of real threads on quiet CPUs are (the report shows how far the two agree). */
static settings in_virtual_time(settings s) {
    s.threads = 1;
    s.async.schedule = SETTINGS_SCHEDULE_SIMULATED;
    s.async.update = SETTINGS_LOCKED;
    return s;
}

static int add_async(const ladder *l, settings s, error *e) {
    s.threads = l->workers;
    s.async.update = SETTINGS_HOGWILD;
    if (l->workers == 1)
        return add(l, &s, "A", "A", e); /* with one thread nothing is lost or stale: A, B and C are one cell */
    bool real = l->workers <= cpus_allowed();
    settings virtual_time = in_virtual_time(s), locked = s, alone = s;
    locked.async.update = SETTINGS_LOCKED;
    alone.async.update = SETTINGS_LOCKED;
    alone.threads = 1;
    if (real) {
        if (add(l, &s, "A", "A", e) || add(l, &locked, "B", "B", e)) return -1;
    } else if (add(l, &virtual_time, "AB", "A=B (virtual)", e))
        return -1;
    if (add(l, &alone, "C", "C", e)) return -1;
    return real ? add(l, &virtual_time, "V", "V (virtual)", e) : 0;
}

static bool same(const settings *a, const settings *b) {
    char *x = settings_text(a), *y = settings_text(b);
    bool equal = strcmp(x, y) == 0;
    memory_free(x);
    memory_free(y);
    return equal;
}

static int add_sync(const ladder *l, settings base, settings tuned, bool with_tuned, error *e) {
    static const struct {
        const char *short_name, *rung;
        double power;
    } scaled[] = {{"D1", "D x1", 0}, {"Dsqrt", "D xsqrt(W)", 0.5}, {"DW", "D xW", 1}};
    int cpus = cpus_allowed(), threads = l->workers < cpus ? l->workers : cpus;
    double rate = base.optimizer.learning_rate;
    base.threads = tuned.threads = threads;
    for (size_t i = 0; i < (l->workers > 1 ? 3 : 1); i++) {
        base.optimizer.learning_rate = rate * pow(l->workers, scaled[i].power);
        if (add(l, &base, scaled[i].short_name, scaled[i].rung, e)) return -1;
    }
    base.optimizer.learning_rate = rate;
    return with_tuned && !same(&base, &tuned) ? add(l, &tuned, "Dtuned", "D tuned", e) : 0;
}

/* Beside a search: sync as the preset has it, at the number of workers that it was tuned for. */
static int add_preset(const ladder *l, const compare_request *r, error *e) {
    settings s;
    int cpus = cpus_allowed();
    if (load(&s, r, l->preset, MODE_SYNC, MODE_SYNC, 0, e)) return -1;
    if (s.workers != l->workers) return 0;
    s.threads = l->workers < cpus ? l->workers : cpus;
    return add(l, &s, "Dpreset", "D preset", e);
}

static int add_place(study *s, const compare_request *r, const char *preset, int workers, const compare_rates *rates,
                     error *e) {
    const ladder l = {s, preset, workers, r->seeds, rates ? "search" : "preset"};
    run_mode column = r->column == COMPARE_SYNC ? MODE_SYNC : MODE_ASYNC;
    settings async, sync, tuned;
    if (load(&async, r, preset, MODE_ASYNC, column, workers, e) ||
        load(&sync, r, preset, MODE_SYNC, column, workers, e) ||
        load(&tuned, r, preset, MODE_SYNC, rates ? column : MODE_SYNC, workers, e))
        return -1;
    if (rates && !isnan(rates->async)) async.optimizer.learning_rate = sync.optimizer.learning_rate = rates->async;
    if (rates && !isnan(rates->sync)) tuned.optimizer.learning_rate = rates->sync;
    if (r->async && add_async(&l, async, e)) return -1;
    if (!r->sync) return 0;
    if (add_sync(&l, sync, tuned, rates || r->column != COMPARE_ASYNC, e)) return -1;
    return rates && r->column == COMPARE_OWN ? add_preset(&l, r, e) : 0;
}

int compare_plan(study *s, const compare_request *r, error *e) {
    if (refuse(r, e)) return -1;
    for (size_t p = 0; p < r->preset_count; p++)
        for (size_t i = 0; i < r->worker_count; i++)
            if (add_place(s, r, r->presets[p], r->workers[i], r->rates ? &r->rates[p * r->worker_count + i] : NULL, e))
                return -1;
    return 0;
}

/* ---- The search for learning rates ---- */

static const double factors[] = {0.25, 0.5, 1, 2, 4, 8, 16};

static void place_name(char *name, size_t size, const char *preset, int workers) {
    snprintf(name, size, "%.60s-w%d", preset, workers);
}

static int add_candidates(study *s, const compare_request *r, const char *preset, int workers, run_mode mode, int seeds,
                          error *e) {
    settings base;
    char place[80], name[STUDY_NAME], rate[32];
    int cpus = cpus_allowed();
    const char *word = mode == MODE_ASYNC ? "async" : "sync";
    if (load(&base, r, preset, mode, r->column == COMPARE_SYNC ? MODE_SYNC : MODE_ASYNC, workers, e)) return -1;
    if (mode == MODE_ASYNC && workers > cpus)
        base = in_virtual_time(base);
    else
        base.threads = workers < cpus ? workers : cpus;
    place_name(place, sizeof place, base.preset, workers);
    double preset_rate = base.optimizer.learning_rate;
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++) {
        snprintf(name, sizeof name, "%s-%s-x%g", place, word, factors[i]);
        base.optimizer.learning_rate = preset_rate * factors[i];
        if (settings_check(&base, e)) return error_prefix(e, "cell %s: ", name);
        size_t row = study_add(s, name, &base, seeds, SWEEP_FIRST_SEED - 1 + base.seed);
        snprintf(rate, sizeof rate, "%.9g", base.optimizer.learning_rate);
        table_set(&s->plan, row, "vary:place", place);
        table_set(&s->plan, row, "vary:mode", word);
        table_set(&s->plan, row, "vary:optimizer.learning_rate", rate);
    }
    return 0;
}

int compare_tune_plan(study *s, const compare_request *r, int seeds, error *e) {
    if (refuse(r, e)) return -1;
    for (size_t p = 0; p < r->preset_count; p++)
        for (size_t i = 0; i < r->worker_count; i++)
            if (add_candidates(s, r, r->presets[p], r->workers[i], MODE_ASYNC, seeds, e) ||
                add_candidates(s, r, r->presets[p], r->workers[i], MODE_SYNC, seeds, e))
                return -1;
    return 0;
}

/* The best rate of one side at one place, NAN when no candidate has a score. By the mean, not the interquartile mean: a
 * rate at which one run in ten collapses is no good rate, and the trimmed mean would not see it. */
static double best_rate(const groups *g, const char *place, const char *mode) {
    const group *best = NULL;
    double rate = NAN, best_mean = NAN;
    for (size_t k = 0; k < g->count; k++) {
        const group *c = &g->group[k];
        if (c->n == 0 || strcmp(group_text(g, k, "vary:place"), place) != 0 ||
            strcmp(group_text(g, k, "vary:mode"), mode) != 0)
            continue;
        double mean = statistics_mean(c->n, c->score);
        if (best && !(c->failed < best->failed) &&
            (c->failed > best->failed || mean < best_mean ||
             (mean == best_mean && !(c->steps.restricted_mean < best->steps.restricted_mean))))
            continue;
        best = c;
        best_mean = mean;
        rate = group_number(g, k, "vary:optimizer.learning_rate");
    }
    return rate;
}

int compare_tune_choose(const table *runs, const compare_request *r, compare_rates *rates, error *e) {
    groups g;
    if (groups_make(&g, runs, "runs.csv", e)) return -1;
    for (size_t p = 0; p < r->preset_count; p++)
        for (size_t i = 0; i < r->worker_count; i++) {
            char place[80];
            settings s;
            const study_source source = source_of(r, r->presets[p]);
            if (study_settings_load(&s, &source, NULL, 0, false, NULL, e)) {
                groups_free(&g);
                return -1;
            }
            place_name(place, sizeof place, s.preset, r->workers[i]);
            rates[p * r->worker_count + i] =
                (compare_rates){best_rate(&g, place, "async"), best_rate(&g, place, "sync")};
        }
    groups_free(&g);
    return 0;
}

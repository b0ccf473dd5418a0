/* SPDX-License-Identifier: MIT
 * The progress of a study: one line on standard error. */
#include "study/study_progress.h"

#include "base/clock.h"
#include "base/memory.h"

#include <stdio.h>
#include <unistd.h>

static double now(void) {
    return 1e-9 * (double)clock_ns();
}

void study_progress_begin(study_progress *p, const study *s, size_t to_run) {
    *p = (study_progress){.study = s, .terminal = isatty(2), .to_run = to_run, .began = now()};
    p->shown = p->began;
    p->seconds = memory_array(double, s->cell_count);
    p->started = memory_array(double, s->cell_count);
    p->runs = memory_array(int, s->cell_count);
    p->left = memory_array(int, s->cell_count);
    for (size_t c = 0; c < s->cell_count; c++) p->left[c] = s->cells[c].runs;
    if (s->quiet || to_run == 0) return;
    fprintf(stderr, "%s: %zu of %zu runs to do in %zu cells, in %s\n", s->kind, to_run, s->total, s->cell_count,
            s->folder);
}

void study_progress_start(study_progress *p, size_t cell, int run) {
    p->started[cell] = now();
    snprintf(p->current, sizeof p->current, "%s seed %llu", p->study->cells[cell].name,
             (unsigned long long)(p->study->cells[cell].first_seed + (uint64_t)run));
}

void study_progress_end(study_progress *p, size_t cell) {
    p->ended++;
    p->runs[cell]++;
    p->left[cell]--;
    p->seconds[cell] += now() - p->started[cell];
}

/* Seconds that the rest will take: a cell's runs last as long as its own so far, or as the average run where it has
 * none. */
static double seconds_left(const study_progress *p) {
    double spent = 0, left = 0, unknown = 0;
    size_t unfinished = p->to_run - p->ended, counted = 0;
    for (size_t c = 0; c < p->study->cell_count; c++) {
        spent += p->seconds[c];
        if (p->runs[c])
            left += p->left[c] * p->seconds[c] / p->runs[c], counted += (size_t)p->left[c];
        else
            unknown += p->left[c], counted += (size_t)p->left[c];
    }
    if (p->ended == 0 || counted == 0) return -1;
    left += unknown * spent / (double)p->ended;
    return left * (double)unfinished / (double)counted / p->study->jobs;
}

static void print_line(const study_progress *p) {
    const study *s = p->study;
    double left = seconds_left(p);
    char time[32] = "";
    if (left >= 3600)
        snprintf(time, sizeof time, ", %.1f h left", left / 3600);
    else if (left >= 100)
        snprintf(time, sizeof time, ", %.0f min left", left / 60);
    else if (left >= 0)
        snprintf(time, sizeof time, ", %.0f s left", left);
    char failures[32] = "";
    if (s->failed) snprintf(failures, sizeof failures, ", %zu failed", s->failed);
    fprintf(stderr, "%s%s: %zu of %zu runs%s%s, now %s%s", p->terminal ? "\r\033[K" : "", s->kind, s->done, s->total,
            failures, time, p->current, p->terminal ? "" : "\n");
}

void study_progress_show(study_progress *p) {
    double interval = p->terminal ? 0.1 : 10, time = now();
    if (p->study->quiet || p->to_run == 0 || time - p->shown < interval) return;
    p->shown = time;
    print_line(p);
}

void study_progress_finish(study_progress *p) {
    const study *s = p->study;
    if (!s->quiet && p->to_run > 0)
        fprintf(stderr, "%s%s: %zu of %zu runs done, %zu failed, in %.1f s\n", p->terminal ? "\r\033[K" : "", s->kind,
                s->done, s->total, s->failed, now() - p->began);
    memory_free(p->seconds);
    memory_free(p->started);
    memory_free(p->runs);
    memory_free(p->left);
}

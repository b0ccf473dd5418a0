/* SPDX-License-Identifier: MIT
 * The parts that the experiments of the lecture share. */
#include "lecture.h"

#include "base/file.h"
#include "base/memory.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FEW_DRAWS = 20 };

const char *words(const char *format, ...) {
    static char texts[8][512];
    static unsigned next;
    char *text = texts[next++ % 8];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof texts[0], format, arguments);
    va_end(arguments);
    return text;
}

_Noreturn void lecture_give_up(const error *e) {
    fprintf(stderr, "lecture: %s\n", e->text);
    exit(e->status ? e->status : STATUS_FAILED);
}

static _Noreturn void usage(const char *name) {
    fprintf(stderr, "usage: %s [--out FOLDER] [--seeds N] [--set KEY=VALUE]...\n", name);
    exit(STATUS_USAGE);
}

static int whole_number(const char *text) {
    char *end;
    errno = 0;
    long n = strtol(text, &end, 10);
    return *text && !*end && !errno && n >= 1 && n <= 100000 ? (int)n : -1;
}

const char *lecture_changes[LECTURE_CHANGES + 1];

/* --set: a hyperparameter of the runs. What an experiment is made of stays as it is. */
static void lecture_set(const char *name, const char *text) {
    static const char *const fixed[] = {"mode", "envs_per_worker", "workers", "rollout_steps", "total_steps", "seed"};
    static const char *const trains[] = {"exp07", "exp08", "exp09", "goal"};
    size_t length = strcspn(text, "="), count = 0;
    bool may = false;
    for (size_t i = 0; i < sizeof trains / sizeof *trains; i++) may = may || strcmp(trains[i], name) == 0;
    if (!may) {
        fprintf(stderr, "%s: --set: this experiment trains nothing; exp07, exp08, exp09 and goal do\n", name);
        exit(STATUS_USAGE);
    }
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (strlen(fixed[i]) == length && strncmp(text, fixed[i], length) == 0) {
            fprintf(stderr, "%s: --set: %s: the experiment sets it itself\n", name, fixed[i]);
            exit(STATUS_USAGE);
        }
    while (lecture_changes[count]) count++;
    if (!text[length] || length == 0 || length >= 64 || count == LECTURE_CHANGES) {
        fprintf(stderr, "%s: --set: expected KEY=VALUE, at most %d times, found \"%.100s\"\n", name,
                (int)LECTURE_CHANGES, text);
        exit(STATUS_USAGE);
    }
    lecture_changes[count] = text;
}

void lecture_begin(lecture *l, int argc, char **argv, const char *name, const char *title) {
    *l = (lecture){.name = name};
    snprintf(l->folder, sizeof l->folder, "lecture");
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 == argc) usage(name);
        if (strcmp(argv[i], "--out") == 0 && strlen(argv[i + 1]) < sizeof l->folder)
            snprintf(l->folder, sizeof l->folder, "%s", argv[i + 1]);
        else if (strcmp(argv[i], "--seeds") == 0 && whole_number(argv[i + 1]) > 0)
            l->seeds = whole_number(argv[i + 1]);
        else if (strcmp(argv[i], "--set") == 0)
            lecture_set(name, argv[i + 1]);
        else
            usage(name);
    }
    error e = {0};
    char parts[LECTURE_PATH];
    if (file_join(parts, l->folder, "parts", &e) || file_make_folders(parts, &e)) lecture_give_up(&e);
    report_open(&l->part, l->folder, title);
    text_clear(&l->part.markdown); /* a part of a page, not a page */
    text_clear(&l->part.html);
    report_heading(&l->part, 2, title);
    printf("%s\n\n", title);
    for (size_t i = 0; lecture_changes[i]; i++)
        report_text(&l->part, "**Not the lecture's: `%s`.**", lecture_changes[i]);
}

static void add_figure(lecture *l, const char *figure, const char *theirs, const char *ours, const char *agreement) {
    size_t row = table_row(&l->figures);
    table_set(&l->figures, row, "figure", figure);
    table_set(&l->figures, row, "lecture", theirs);
    table_set(&l->figures, row, "a3c", ours);
    table_set(&l->figures, row, "agreement", agreement);
}

void lecture_exact(lecture *l, const char *figure, double theirs, double ours, double tolerance, int digits) {
    lecture_exact_text(l, figure, words("%.*f", digits, theirs), words("%.*f", digits, ours),
                       fabs(theirs - ours) <= tolerance);
}

void lecture_exact_text(lecture *l, const char *figure, const char *theirs, const char *ours, bool holds) {
    add_figure(l, figure, theirs, ours, holds ? "exact" : "WRONG");
    l->failed |= !holds;
}

/* The chance of a draw at least as far out as `value`, two-sided, counting the value itself as one more draw. */
static double outlying(size_t n, const double *draws, double value) {
    size_t below = 0, above = 0;
    for (size_t i = 0; i < n; i++) {
        below += draws[i] <= value;
        above += draws[i] >= value;
    }
    size_t fewer = below < above ? below : above;
    return fmin(1, 2.0 * (double)(fewer + 1) / (double)(n + 1));
}

double lecture_drawn(lecture *l, const char *figure, double theirs, size_t n, double *ours, int digits) {
    statistics_sort(n, ours);
    double low = statistics_quantile(n, ours, 0.025), high = statistics_quantile(n, ours, 0.975);
    double p = outlying(n, ours, theirs);
    const char *mean = n < 2 ? words("%.*f (one draw)", digits, statistics_mean(n, ours))
                             : words("%.*f [%.*f, %.*f]", digits, statistics_mean(n, ours), digits, low, digits, high);
    const char *verdict = theirs >= low && theirs <= high ? "agrees" : "differs";
    add_figure(l, figure, words("%.*f", digits, theirs), mean,
               n < FEW_DRAWS ? "too few draws to say"
                             : words("%s, p %s", verdict, p < 0.001 ? "< 0.001" : words("= %.3f", p)));
    return p;
}

void lecture_told(lecture *l, const char *figure, const char *theirs, const char *ours) {
    add_figure(l, figure, theirs, ours, "not compared");
}

static void print_table(const table *t) {
    size_t width[16] = {0};
    CHECK(t->columns <= 16);
    for (size_t c = 0; c < t->columns; c++) {
        width[c] = strlen(t->names[c]);
        for (size_t r = 0; r < t->rows; r++) {
            size_t length = strlen(table_text(t, r, t->names[c]));
            if (length > width[c]) width[c] = length;
        }
    }
    for (size_t r = 0; r <= t->rows; r++) {
        for (size_t c = 0; c < t->columns; c++) {
            const char *text = r ? table_text(t, r - 1, t->names[c]) : t->names[c];
            if (c + 1 < t->columns)
                printf("%-*s  ", (int)width[c], text);
            else
                printf("%s\n", text);
        }
    }
    printf("\n");
}

void lecture_table(lecture *l, const table *t) {
    report_table(&l->part, t);
    print_table(t);
}

void lecture_plot(lecture *l, const char *what, const plot *p, const char *caption) {
    text_buffer svg = {0};
    plot_draw(&svg, p);
    report_picture(&l->part, words("%s-%s", l->name, what), caption, text_string(&svg));
    text_free(&svg);
}

/* FOLDER/[parts/]NAME.SUFFIX, the old file or the new one. */
static void write_file(const lecture *l, const char *folder, const char *suffix, const text_buffer *text) {
    error e = {0};
    char path[LECTURE_PATH];
    if (file_join(path, l->folder, words("%s%s.%s", folder, l->name, suffix), &e) ||
        file_replace(path, text_string(text), text->length, &e))
        lecture_give_up(&e);
}

void lecture_json(lecture *l, const text_buffer *json) {
    write_file(l, "", "json", json);
    report_text(&l->part, "The same as JSON: `%s.json` in the report's folder.", l->name);
}

int lecture_end(lecture *l) {
    error e = {0};
    char path[LECTURE_PATH];
    report_heading(&l->part, 3, "Beside the lecture's figures");
    lecture_table(l, &l->figures);
    if (l->part.status) lecture_give_up(&l->part.why);
    if (file_join(path, l->folder, words("%s.csv", l->name), &e) || table_write(&l->figures, path, &e))
        lecture_give_up(&e);
    write_file(l, "parts/", "md", &l->part.markdown);
    write_file(l, "parts/", "html", &l->part.html);
    table_free(&l->figures);
    report_discard(&l->part);
    return l->failed ? STATUS_FAILED : STATUS_OK;
}

/* SPDX-License-Identifier: MIT
 * What the lecture's experiments share: the command line, a table of the lecture's figures beside ours with a verdict,
 * and a part of the report.
 *
 * A figure is either exact, the same on every machine, and then a difference fails the program; or it depends on random
 * numbers, and then the lecture's is one draw among those that other seeds give: it agrees when it lies within the
 * central 95 % of ours, and what lies outside is told, not hidden. */
#ifndef LECTURE_H
#define LECTURE_H

#include "report/plot.h"
#include "report/report.h"

#include <stdint.h>

enum { LECTURE_PATH = 4096, LECTURE_CHANGES = 32 };

/* --set KEY=VALUE, as they were typed; ends with NULL. lecture_run_new applies them last. */
extern const char *lecture_changes[LECTURE_CHANGES + 1];

typedef struct lecture {
    const char *name; /* "exp03" */
    char folder[LECTURE_PATH];
    int seeds;     /* --seeds: how many runs; 0: as many as the experiment wants */
    report part;   /* this experiment's part of the report */
    table figures; /* figure, lecture, a3c, agreement */
    bool failed;   /* an exact figure is not what it must be */
} lecture;

/* usage: NAME [--out FOLDER] [--seeds N] [--set KEY=VALUE]...; ends the program with status 2 when it is used otherwise. */
void lecture_begin(lecture *l, int argc, char **argv, const char *name, const char *title);

/* An exact figure: ours must be within `tolerance` of the lecture's. Both are shown with `digits` decimals. */
void lecture_exact(lecture *l, const char *figure, double theirs, double ours, double tolerance, int digits);

/* An exact statement that has no number. */
void lecture_exact_text(lecture *l, const char *figure, const char *theirs, const char *ours, bool holds);

/* A figure that depends on random numbers: theirs against `n` draws of ours, which are sorted; shown with `digits`
 * decimals. Returns p: how rare a draw is that is at least as far out as theirs, two-sided. */
double lecture_drawn(lecture *l, const char *figure, double theirs, size_t n, double *ours, int digits);

/* A figure that the lecture does not give, or that cannot be compared. */
void lecture_told(lecture *l, const char *figure, const char *theirs, const char *ours);

/* Shows a table in the report and on standard output. */
void lecture_table(lecture *l, const table *t);

/* Draws into plots/NAME-WHAT.svg and the page. */
void lecture_plot(lecture *l, const char *what, const plot *p, const char *caption);

/* Writes text to FOLDER/NAME.json. */
void lecture_json(lecture *l, const text_buffer *json);

/* Shows the figures, writes this part and its figures, frees. The program's exit status: 1 when an exact figure does
 * not hold or nothing could be written. */
int lecture_end(lecture *l);

/* Ends the program with an error. */
_Noreturn void lecture_give_up(const error *e);

/* printf into static storage: one of eight texts that go round. */
const char *words(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif

/* SPDX-License-Identifier: MIT
 * The one check of the contract suite that needs a second thread. */
#include "env/contract/check.h"

#include "base/background.h"
#include "base/barrier.h"
#include "base/clock.h"
#include "env/contract/trial.h"

enum { FEWEST_STEPS = 500, MOST_STEPS = 200000 };

typedef struct walk {
    trial trial;
    int steps;
    barrier *start; /* NULL: nobody else goes */
} walk;

static void go(void *context) {
    walk *w = (walk *)context;
    if (w->start != NULL) {
        barrier_wait(w->start, NULL, NULL);
    }
    trial_go(&w->trial, w->steps);
}

static void begin(walk *w, const env_config *kind, uint64_t seed) {
    trial_new(&w->trial, kind, 0);
    trial_start(&w->trial, seed);
}

/* How many steps take about 10 ms: threads that have less to do hardly meet. */
static int steps_to_go(const env_config *kind) {
    walk w = {.steps = FEWEST_STEPS};
    begin(&w, kind, 1);
    double began = clock_process_seconds();
    go(&w);
    double steps = 0.01 * FEWEST_STEPS / (clock_process_seconds() - began);
    trial_free(&w.trial);
    return steps < FEWEST_STEPS ? FEWEST_STEPS : steps > MOST_STEPS ? MOST_STEPS : (int)steps;
}

/* Two instances, one after the other: what must come out. */
static void go_alone(const env_config *kind, int steps, uint64_t traces[2]) {
    for (int i = 0; i < 2; i++) {
        walk w = {.steps = 2 * steps};
        begin(&w, kind, (uint64_t)i + 1);
        go(&w);
        traces[i] = w.trial.trace;
        trial_free(&w.trial);
    }
}

/* The same at once, in two threads that change places half way. */
static void go_together(const env_config *kind, int steps, uint64_t traces[2]) {
    background *other = background_new();
    barrier *start = barrier_new(2);
    walk pair[2];
    for (int i = 0; i < 2; i++) {
        pair[i] = (walk){.steps = steps, .start = start};
        begin(&pair[i], kind, (uint64_t)i + 1);
    }
    for (int half = 0; half < 2; half++) {
        background_do(other, go, &pair[half]);
        go(&pair[1 - half]);
        background_wait(other);
    }
    for (int i = 0; i < 2; i++) {
        traces[i] = pair[i].trial.trace;
        trial_free(&pair[i].trial);
    }
    barrier_free(start);
    background_free(other);
}

const char *env_check_threads(const env_config *kind, char *text) {
    (void)text;
    uint64_t alone[2], together[2];
    int steps = steps_to_go(kind);
    go_alone(kind, steps, alone);
    go_together(kind, steps, together);
    return alone[0] == together[0] && alone[1] == together[1]
               ? NULL
               : "two instances stepped by two threads differ from each one alone";
}

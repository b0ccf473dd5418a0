/* SPDX-License-Identifier: MIT
 * Schedules of numbers over a run: constant, linear or cosine from a value to 0, after an optional linear warm-up; and
 * of the rollout length, which grows. */
#ifndef LEARN_SCHEDULES_H
#define LEARN_SCHEDULES_H

#include <math.h>
#include <stdint.h>

typedef enum schedule_kind { SCHEDULE_CONSTANT, SCHEDULE_LINEAR, SCHEDULE_COSINE } schedule_kind;

typedef struct schedule {
    schedule_kind kind;
    double value;
    int64_t warmup_steps; /* the value rises linearly from 0 over these first steps */
} schedule;

/* The scheduled value `step` steps into a run of `total` steps. */
static inline double schedule_at(const schedule *s, int64_t step, int64_t total) {
    double progress = total > 0 ? (double)step / (double)total : 1;
    if (progress > 1) progress = 1;
    double warm = step < s->warmup_steps ? (double)(step + 1) / (double)s->warmup_steps : 1;
    switch (s->kind) {
    case SCHEDULE_LINEAR:
        return s->value * warm * (1 - progress);
    case SCHEDULE_COSINE:
        return s->value * warm * 0.5 * (1 + cos(3.141592653589793 * progress));
    default:
        return s->value * warm;
    }
}

/* Steps of a rollout that begins `step` steps into a run of `total` steps: `longest`, or from `initial` up to it. */
static inline int rollout_length(schedule_kind kind, int initial, int longest, int64_t step, int64_t total) {
    if (kind == SCHEDULE_CONSTANT) return longest;
    schedule missing = {kind, longest - initial, 0};
    return longest - (int)lround(schedule_at(&missing, step, total));
}

#endif

/* SPDX-License-Identifier: MIT
 * Time to an event when some runs never got there: Kaplan-Meier's estimate of S(t). */
#include "statistics/statistics.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

typedef struct subject {
    double time;
    bool event;
} subject;

static int by_time(const void *a, const void *b) {
    double x = ((const subject *)a)->time, y = ((const subject *)b)->time;
    return (x > y) - (x < y);
}

/* One drop of the curve. */
typedef struct drop {
    double time, after; /* S after it */
    double deaths, at_risk;
} drop;

/* The distinct event times in order; a run censored at an event's time was still at risk then. Returns how many. */
static size_t kaplan_meier(size_t n, const subject *runs, drop *drops) {
    size_t count = 0;
    double s = 1;
    for (size_t i = 0; i < n;) {
        double time = runs[i].time, at_risk = (double)(n - i), deaths = 0;
        for (; i < n && runs[i].time == time; i++) deaths += runs[i].event;
        if (deaths == 0) continue;
        s *= 1 - deaths / at_risk;
        drops[count++] = (drop){time, s, deaths, at_risk};
    }
    return count;
}

/* Area under S from 0 to the horizon, and the standard error of it: the variance is the sum over the drops of (area to
 * the right of the drop)^2 d / (r (r - d)) (Greenwood). */
static void restricted_mean(survival *result, size_t count, const drop *drops, double horizon) {
    double right = 0, variance = 0, end = horizon;
    for (size_t k = count; k-- > 0;) {
        if (drops[k].time >= horizon) continue;
        right += drops[k].after * (end - drops[k].time);
        end = drops[k].time;
        if (drops[k].at_risk > drops[k].deaths)
            variance += right * right * drops[k].deaths / (drops[k].at_risk * (drops[k].at_risk - drops[k].deaths));
    }
    result->restricted_mean = right + end;
    result->standard_error = sqrt(variance);
    double half = normal_quantile(0.975) * result->standard_error;
    result->restricted_interval =
        (interval){fmax(0, result->restricted_mean - half), fmin(horizon, result->restricted_mean + half)};
}

survival survival_describe(size_t n, const double *time, const bool *event, double horizon) {
    survival result = {n, 0, NAN, NAN, NAN, {NAN, NAN}};
    if (n == 0) return result;
    subject *runs = memory_array(subject, n);
    drop *drops = memory_array(drop, n);
    for (size_t i = 0; i < n; i++) {
        runs[i] = (subject){time[i], event[i]};
        result.events += event[i];
    }
    qsort(runs, n, sizeof *runs, by_time);
    size_t count = kaplan_meier(n, runs, drops);
    result.median = INFINITY;
    for (size_t k = count; k-- > 0;)
        if (drops[k].after <= 0.5 + 1e-12) result.median = drops[k].time;
    if (horizon > 0 && isfinite(horizon)) restricted_mean(&result, count, drops, horizon);
    if (n < 2) {
        result.standard_error = NAN;
        result.restricted_interval = (interval){NAN, NAN};
    }
    memory_free(runs);
    memory_free(drops);
    return result;
}

/* SPDX-License-Identifier: MIT
 * The summary of a run. */
#include "base/cpus.h"
#include "build_info.h"
#include "trainer/image.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static void cpu_name(char *text, size_t size) {
    snprintf(text, size, "unknown");
    FILE *f = fopen("/proc/cpuinfo", "r");
    char line[512];
    while (f && fgets(line, sizeof line, f)) {
        char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || !colon) continue;
        line[strcspn(line, "\n")] = 0;
        snprintf(text, size, "%s", colon + 1 + strspn(colon + 1, " "));
        break;
    }
    if (f) fclose(f);
}

static const char *stop_word(stop_reason why) {
    static const char *const words[] = {"error", "total_steps", "solved", "seconds", "signal", "error"};
    return words[why];
}

static double quantile(const int64_t *bins, double total, double q) {
    double seen = 0;
    for (int b = 0; b < STALENESS_BINS; b++) {
        seen += (double)bins[b];
        if (seen >= q * total) return b;
    }
    return 0;
}

static summary_staleness staleness(const image *i) {
    summary_staleness s = {0};
    double total = 0, sum = 0;
    for (int b = 0; b < STALENESS_BINS; b++) {
        total += (double)i->staleness[b];
        sum += (double)b * (double)i->staleness[b];
        if (i->staleness[b]) s.max = b;
    }
    if (total == 0) return s;
    s.mean = sum / total;
    s.p50 = quantile(i->staleness, total, 0.5);
    s.p99 = quantile(i->staleness, total, 0.99);
    return s;
}

/* Ticks that all threads spent in each phase of their timed turns. */
static void phase_ticks(const run *r, double ticks[PHASES]) {
    for (int p = 0; p < PHASES; p++) {
        ticks[p] = 0;
        for (int k = 0; k < r->mode->threads(r); k++) ticks[p] += (double)r->mode->watch(r, k)->ticks[p];
    }
}

summary_time run_time(const run *r) {
    double t[PHASES];
    phase_ticks(r, t);
    return (summary_time){.environment = t[PHASE_ENVIRONMENT],
                          .forward = t[PHASE_FORWARD],
                          .backward = t[PHASE_BACKWARD],
                          .pull = t[PHASE_PULL],
                          .push = t[PHASE_PUSH],
                          .wait = t[PHASE_WAIT] + t[PHASE_LOCK],
                          .other = t[PHASE_OTHER]};
}

summary_time run_time_shares(summary_time t) {
    double total = t.environment + t.forward + t.backward + t.pull + t.push + t.wait + t.other;
    if (total == 0) return (summary_time){.other = 1};
    return (summary_time){t.environment / total, t.forward / total, t.backward / total, t.pull / total,
                          t.push / total,        t.wait / total,    t.other / total};
}

static double lock_wait_seconds(const run *r) {
    double ticks[PHASES], total = 0;
    phase_ticks(r, ticks);
    for (int p = 0; p < PHASES; p++) total += ticks[p];
    if (total == 0) return NAN;
    return r->mode->lock_wait(r, ticks[PHASE_LOCK] / total, run_seconds(r) - r->seconds_before);
}

void run_summarize(run *r, summary *s) {
    const settings *x = &r->plan.settings;
    const episode_history *h = episodes_history(r->training.episodes);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    *s = summary_unknown();
    s->format = SUMMARY_FORMAT;
    snprintf(s->version, sizeof s->version, "%s", A3C_VERSION);
    snprintf(s->commit, sizeof s->commit, "%s", A3C_COMMIT);
    snprintf(s->compiler, sizeof s->compiler, "%s", A3C_COMPILER);
    cpu_name(s->cpu, sizeof s->cpu);
    s->cpus = cpus_allowed();
    for (int i = 0; i < x->env.count; i++)
        snprintf(s->env + strlen(s->env), sizeof s->env - strlen(s->env), "%s%s", i ? "," : "",
                 r->plan.configs[i].def->name);
    snprintf(s->mode, sizeof s->mode, "%s", mode_word(x));
    s->workers = x->workers, s->threads = r->plan.threads, s->envs_per_worker = x->envs_per_worker, s->seed = x->seed;
    s->steps = block_steps(r->training.block), s->frames = r->mode->frames(r),
    s->updates = block_version(r->training.block), s->episodes = h->all.count;
    s->wall_seconds = run_seconds(r) - r->evaluation_seconds;
    s->steps_per_second = (double)s->steps / s->wall_seconds;
    s->parameters = (int64_t)r->plan.net.parameters;
    double length;
    episode_window_figures(&h->all, &s->return_mean, &s->return_std, &length);
    s->solved = h->solved_at_step >= 0;
    if (s->solved) s->solved_at_step = h->solved_at_step, s->solved_at_seconds = h->solved_at_seconds;
    image_fingerprint(r->image, s->params_fingerprint);
    s->staleness = staleness(r->image);
    s->staleness_histogram = r->image->staleness;
    s->staleness_bins = !r->image->workers || s->updates == 0 ? 0 : (int64_t)s->staleness.max + 1;
    s->time = run_time_shares(run_time(r));
    s->involuntary_switches = usage.ru_nivcsw;
    s->lost_updates = block_lost(r->training.block);
    s->lock_wait_seconds = lock_wait_seconds(r);
    snprintf(s->stopped_by, sizeof s->stopped_by, "%s", stop_word(r->stopped_by));
    r->mode->asynchrony(r, s->asynchrony, sizeof s->asynchrony);
}

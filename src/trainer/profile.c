/* SPDX-License-Identifier: MIT
 * train --profile: where the time went, and the speed against the machine's peak. */
#include "trainer/profile.h"

#include "base/peak.h"

static const double peak_seconds = 0.01;

void profile_start(run *r) {
    profile *p = &r->profile;
    p->peak = peak_cores(r->plan.threads, peak_seconds);
    p->started = r->last_row_seconds = run_seconds(r);
    p->first_step = block_steps(r->training.block);
}

/* Ticks since the last row; of the whole run when no turn was timed since. */
static summary_time time_since(profile *p, const summary_time *now) {
    summary_time t = {now->environment - p->time.environment,
                      now->forward - p->time.forward,
                      now->backward - p->time.backward,
                      now->pull - p->time.pull,
                      now->push - p->time.push,
                      now->wait - p->time.wait,
                      now->other - p->time.other};
    p->time = *now;
    return t.forward > 0 ? t : *now;
}

void profile_row(run *r, int64_t step, double seconds) {
    summary_time now = run_time(r), share = run_time_shares(time_since(&r->profile, &now));
    double wall = seconds - r->last_row_seconds;
    double rollout = wall * (share.environment + share.forward),
           update = wall * (share.backward + share.pull + share.push);
    progress_say(&r->progress, "FPS: %.0f, Rollout: %.4fs, Update: %.4fs, Rest: %.4fs",
                 (double)(step - r->last_row_step) / wall, rollout, update, wall - rollout - update);
}

void profile_finish(run *r) {
    const profile *p = &r->profile;
    summary_time share = run_time_shares(run_time(r));
    double seconds = run_seconds(r) - r->evaluation_seconds - p->started;
    double steps = (double)(block_steps(r->training.block) - p->first_step), step = 6 * net_multiply_adds(&r->plan.net);
    if (steps == 0) return;
    double rate = 1e-9 * step * steps / seconds, percent = 100 * rate / p->peak;
    progress_say(&r->progress,
                 "Time: environment %.1f %%, forward %.1f, backward %.1f, pull %.1f, push %.1f, wait %.1f, other %.1f",
                 100 * share.environment, 100 * share.forward, 100 * share.backward, 100 * share.pull, 100 * share.push,
                 100 * share.wait, 100 * share.other);
    progress_say(&r->progress,
                 "Roofline: %.1f of the %.1f GFLOP/s that %d thread%s reach%s at once: %.0f %%; in their own time "
                 "forward %.0f %%, backward %.0f %% (%.0f operations per step)",
                 rate, p->peak, r->plan.threads, r->plan.threads == 1 ? "" : "s", r->plan.threads == 1 ? "es" : "",
                 percent, percent / 3 / share.forward, percent / 1.5 / share.backward, step);
}

/* SPDX-License-Identifier: MIT
 * Advantages and returns of one environment's rollout: GAE, TD, n-step, Monte Carlo, V-trace. */
#include "learn/estimators.h"

#include <math.h>
#include <stddef.h>

static void gae(const estimator_arrays *a, float gamma, float decay) {
    float advantage = 0;
    for (int t = a->steps; t-- > 0;) {
        size_t i = (size_t)t * (size_t)a->stride;
        float delta = a->reward[i] + gamma * a->next_value[i] - a->value[i];
        advantage = delta + (a->done[i] ? 0 : decay * advantage);
        a->advantage[i] = advantage;
        a->target[i] = advantage + a->value[i];
    }
}

/* The return from t to the end of the rollout or of the episode. */
static void return_to_end(const estimator_arrays *a, float gamma) {
    float target = 0;
    for (int t = a->steps; t-- > 0;) {
        size_t i = (size_t)t * (size_t)a->stride;
        bool last = t == a->steps - 1 || a->done[i];
        target = a->reward[i] + gamma * (last ? a->next_value[i] : target);
        a->target[i] = target;
        a->advantage[i] = target - a->value[i];
    }
}

static void n_step(const estimator_arrays *a, float gamma, int n) {
    for (int t = 0; t < a->steps; t++) {
        int end = t; /* the last step whose reward counts */
        while (end + 1 < a->steps && end + 1 < t + n && !a->done[(size_t)end * (size_t)a->stride]) end++;
        float target = a->next_value[(size_t)end * (size_t)a->stride];
        for (int k = end; k >= t; k--) target = a->reward[(size_t)k * (size_t)a->stride] + gamma * target;
        size_t i = (size_t)t * (size_t)a->stride;
        a->target[i] = target;
        a->advantage[i] = target - a->value[i];
    }
}

/* vs_t - V_t = rho_t delta_t + gamma c_t (1 - done_t) (vs_{t+1} - V_{t+1}); the advantage is rho_t (r_t + gamma
 * vs_{t+1} - V_t). */
static void vtrace(const estimator_arrays *a, float gamma, float lambda, float rho_clip, float c_clip) {
    float above = 0; /* vs_{t+1} - V_{t+1} */
    for (int t = a->steps; t-- > 0;) {
        size_t i = (size_t)t * (size_t)a->stride;
        float ratio = expf(a->log_rho[i]), rho = fminf(ratio, rho_clip), c = lambda * fminf(ratio, c_clip);
        if (a->done[i]) above = 0;
        float delta = a->reward[i] + gamma * a->next_value[i] - a->value[i];
        a->advantage[i] = rho * (delta + gamma * above);
        above = rho * delta + gamma * c * above;
        a->target[i] = above + a->value[i];
    }
}

void estimate(const estimator *e, const estimator_arrays *a) {
    float gamma = (float)e->discount;
    switch (e->kind) {
    case ESTIMATOR_GAE:
        gae(a, gamma, (float)(e->discount * e->lambda));
        break;
    case ESTIMATOR_TD:
        gae(a, gamma, 0);
        break;
    case ESTIMATOR_N_STEP:
        if (e->n > 0)
            n_step(a, gamma, e->n);
        else
            return_to_end(a, gamma);
        break;
    case ESTIMATOR_MONTE_CARLO:
        return_to_end(a, gamma);
        break;
    case ESTIMATOR_VTRACE:
        vtrace(a, gamma, (float)e->lambda, (float)e->rho_clip, (float)e->c_clip);
        break;
    }
}

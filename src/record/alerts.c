/* SPDX-License-Identifier: MIT
 * Warnings of what tends to go wrong in training, each given once, with the reasons for its threshold. */
#include "record/alerts.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* A moving mean over about five rows: one odd row raises nothing. */
static const double newest_weight = 0.2;

/* Entropy: a policy with a twentieth of the highest entropy has all but decided (two actions: 0.6 % against 99.4 %), a
 * Gaussian a twentieth as wide as at first is ln 20 = 3 nats a dimension lower. CartPole is solved at half the highest
 * entropy. Early is the first third of the run; two rows, so that one odd row does not count. */
static const double low_entropy_share = 0.05, low_entropy_nats = 3, early_share = 1.0 / 3;
enum { LOW_ENTROPY_ROWS = 2 };

/* What is said of a trend wants this many rows: a run that is over after a few tells nothing. */
enum { TREND_ROWS = 10 };

/* Value loss: it rises while returns grow and then falls; on CartPole a hundredfold by the middle of the run. Above
 * half its peak there it has not fallen, unless the value function explains the returns well all the same (0.8 is
 * called good), as where rewards go on growing. */
static const double value_loss_share = 0.5, value_loss_from = 0.5, good_explained_variance = 0.8;

/* Explained variance: 0 is a constant. A CartPole run that learns is above 0.3 on average after a quarter of its steps.
 * Once returns are all alike nothing is left to explain and the number falls for good reasons: by then the value loss
 * is below a tenth of its peak. */
static const double low_explained_variance = 0.1, explained_from = 0.25, settled_value_loss_share = 0.1;

/* Returns: an improvement is a tenth of the return and half a standard deviation of the episodes (five standard errors
 * of a mean over 100): chance alone does not make one. None in two fifths of the run is too long. */
static const double improvement_share = 0.1, improvement_deviations = 0.5, patience_share = 0.4;

void alerts_init(alerts *a, const alerts_run *run) {
    *a = (alerts){.run = *run};
}

/* ---- What was seen ---- */

static void follow(double *mean, double *rows, double value) {
    *mean = *rows > 0 ? *mean + newest_weight * (value - *mean) : value;
    ++*rows;
}

static void see_entropy(alerts *a, double entropy) {
    alerts_state *s = &a->state;
    if (s->entropy_rows++ == 0) s->first_entropy = entropy;
    bool discrete = isfinite(a->run.highest_entropy);
    double threshold = discrete ? low_entropy_share * a->run.highest_entropy
                                : s->first_entropy - low_entropy_nats * a->run.action_dims;
    s->low_entropy_rows = entropy < threshold ? s->low_entropy_rows + 1 : 0;
}

static void see_value_loss(alerts *a, double loss) {
    alerts_state *s = &a->state;
    follow(&s->value_loss, &s->value_rows, loss);
    s->highest_value_loss = fmax(s->highest_value_loss, s->value_loss);
}

static void see_return(alerts *a, double mean, double deviation, int64_t step) {
    alerts_state *s = &a->state;
    bool first = s->return_rows++ == 0;
    double little = improvement_share * fabs(s->reference_return);
    if (isfinite(deviation)) little = fmax(little, improvement_deviations * deviation);
    bool improved = !first && mean > s->reference_return + little;
    s->best_return = first ? mean : fmax(s->best_return, mean);
    if (improved) s->improvements++;
    if (!first && !improved) return;
    s->reference_return = mean;
    s->reference_step = (double)step;
}

/* ---- What it means ---- */

static bool reached(const alerts *a, const metrics *row, double share) {
    return a->run.total_steps > 0 && (double)row->step >= share * (double)a->run.total_steps;
}

static bool solved(const alerts *a) {
    return a->state.return_rows > 0 && a->state.best_return >= a->run.solved_return;
}

static bool entropy_collapsed(const alerts *a, const metrics *row) {
    return a->state.low_entropy_rows >= LOW_ENTROPY_ROWS && !reached(a, row, early_share) && !solved(a);
}

static bool value_loss_stays(const alerts *a, const metrics *row) {
    const alerts_state *s = &a->state;
    bool explains = s->explained_rows > 0 && s->explained_variance >= good_explained_variance;
    return reached(a, row, value_loss_from) && s->value_rows >= TREND_ROWS && s->highest_value_loss > 0 && !explains &&
           !solved(a) && s->value_loss > value_loss_share * s->highest_value_loss;
}

static bool explains_little(const alerts *a, const metrics *row) {
    const alerts_state *s = &a->state;
    return reached(a, row, explained_from) && s->explained_rows >= TREND_ROWS &&
           s->explained_variance < low_explained_variance &&
           s->value_loss > settled_value_loss_share * s->highest_value_loss && !solved(a);
}

/* Without a known goal a plateau may be the best there is, so only a run that never improved is told. */
static bool returns_stay(const alerts *a, const metrics *row) {
    const alerts_state *s = &a->state;
    bool may_be_best = !isfinite(a->run.solved_return) && s->improvements > 0;
    double waited = (double)row->step - s->reference_step;
    return s->return_rows >= TREND_ROWS && !solved(a) && !may_be_best && a->run.total_steps > 0 &&
           waited >= patience_share * (double)a->run.total_steps;
}

unsigned alerts_update(alerts *a, const metrics *row) {
    if (isfinite(row->policy_entropy)) see_entropy(a, row->policy_entropy);
    if (isfinite(row->value_loss)) see_value_loss(a, row->value_loss);
    if (isfinite(row->explained_variance))
        follow(&a->state.explained_variance, &a->state.explained_rows, row->explained_variance);
    if (isfinite(row->return_mean)) see_return(a, row->return_mean, row->return_std, row->step);

    const bool holds[ALERTS] = {
        [ALERT_GRADIENTS] = isinf(row->grad_norm),     [ALERT_ENTROPY] = entropy_collapsed(a, row),
        [ALERT_VALUE_LOSS] = value_loss_stays(a, row), [ALERT_EXPLAINED_VARIANCE] = explains_little(a, row),
        [ALERT_RETURNS] = returns_stay(a, row),
    };
    unsigned raised = 0;
    for (unsigned i = 0; i < ALERTS; i++) {
        if (!holds[i] || a->state.raised[i] != 0) continue;
        a->state.raised[i] = 1;
        raised |= 1u << i;
    }
    return raised;
}

const char *alerts_message(alert which) {
    static const char *const messages[ALERTS] = {
        [ALERT_GRADIENTS] = "a gradient is not finite: lower optimizer.learning_rate or optimizer.max_grad_norm, and "
                            "look at the scale of the rewards (env.reward_scale)",
        [ALERT_ENTROPY] = "the policy's entropy collapsed early, so it no longer explores: raise loss.entropy_coef or "
                          "lower optimizer.learning_rate",
        [ALERT_VALUE_LOSS] = "the value loss does not fall: raise loss.value_coef, lower optimizer.learning_rate, or "
                             "scale the rewards down (env.reward_scale, normalize.returns)",
        [ALERT_EXPLAINED_VARIANCE] = "the value function explains little of the returns: raise loss.value_coef, use "
                                     "longer rollouts (rollout_steps), or give the critic a trunk of its own "
                                     "(network.trunk: separate)",
        [ALERT_RETURNS] = "returns have not improved for a long time: try another optimizer.learning_rate, more "
                          "exploration (loss.entropy_coef), or longer rollouts (rollout_steps)",
    };
    CHECK(which < ALERTS);
    return messages[which];
}

/* ---- Checkpoints ---- */

void alerts_get(const alerts *a, double values[ALERTS_STATE_SIZE]) {
    memcpy(values, &a->state, sizeof a->state);
}

int alerts_set(alerts *a, const double values[ALERTS_STATE_SIZE], error *e) {
    alerts_state s;
    memcpy(&s, values, sizeof s);
    bool sound = true;
    for (int i = 0; i < (int)ALERTS_STATE_SIZE; i++) sound = sound && isfinite(values[i]);
    for (int i = 0; i < ALERTS; i++) sound = sound && (s.raised[i] == 0 || s.raised[i] == 1);
    sound = sound && s.entropy_rows >= 0 && s.low_entropy_rows >= 0 && s.value_rows >= 0 && s.explained_rows >= 0 &&
            s.return_rows >= 0 && s.reference_step >= 0 && s.improvements >= 0;
    if (!sound) return error_set(e, STATUS_FAILED, "these numbers are not a state of the alerts");
    a->state = s;
    return 0;
}

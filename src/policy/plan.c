/* SPDX-License-Identifier: MIT
 * From settings to the plain structs of the mathematics. */
#include "policy/plan.h"

#include <math.h>
#include <string.h>

bool plan_same_spaces(const env_config *a, const env_config *b) {
    const a3c_env_spec *x = &a->spec, *y = &b->spec;
    bool same = x->observation == y->observation && a->observation_size == b->observation_size &&
                x->action == y->action && x->action_dims == y->action_dims;
    for (int i = 0; same && i < x->observation_dims; i++) same = x->observation_shape[i] == y->observation_shape[i];
    for (int i = 0; same && i < x->action_dims; i++)
        same = x->action == A3C_ACTION_BOX
                   ? x->action_low[i] == y->action_low[i] && x->action_high[i] == y->action_high[i]
                   : x->action_n[i] == y->action_n[i];
    return same;
}

/* The registered threshold, where all tasks have the same. */
static double common_solved_return(const plan *p) {
    double common = p->configs[0].spec.solved_return;
    for (int i = 1; i < p->settings.env.count; i++)
        if (p->configs[i].spec.solved_return != common) return NAN;
    return common;
}

static int plan_environments(plan *p, error *e) {
    const settings *s = &p->settings;
    for (int i = 0; i < s->env.count; i++) {
        if (settings_env_kind(s, i, &p->configs[i], e)) return -1;
        if (!plan_same_spaces(&p->configs[0], &p->configs[i]))
            return error_set(e, STATUS_USAGE,
                             "env.id: %s and %s have different spaces, so that one network cannot serve both",
                             s->env.id[0], s->env.id[i]);
    }
    p->solved_return = isnan(s->env.solved_return) ? common_solved_return(p) : s->env.solved_return;
    return 0;
}

static void plan_input(const plan *p, net_spec *spec) {
    const a3c_env_spec *env = &p->configs[0].spec;
    int stack = p->settings.env.frame_stack;
    spec->input_dims = env->observation_dims;
    for (int i = 0; i < env->observation_dims; i++) spec->input_shape[i] = env->observation_shape[i];
    switch (env->observation) {
    case A3C_OBSERVATION_VECTOR:
        spec->input = INPUT_VECTOR;
        spec->input_dims = 1;
        spec->input_shape[0] = p->configs[0].observation_size;
        break;
    case A3C_OBSERVATION_PLANES:
        spec->input = INPUT_PLANES;
        spec->input_shape[0] *= stack;
        break;
    case A3C_OBSERVATION_DISCRETE:
        spec->input = INPUT_DISCRETE;
        spec->input_dims *= stack;
        for (int i = env->observation_dims; i < spec->input_dims && i < NET_DIMS; i++)
            spec->input_shape[i] = spec->input_shape[i - env->observation_dims];
        break;
    }
}

static int plan_distribution(plan *p, distribution *d, error *e) {
    const a3c_env_spec *env = &p->configs[0].spec;
    if (env->action_dims > ACTION_DIMS)
        return error_set(e, STATUS_USAGE, "env.id: %s has actions of %d components; at most %d can be learned",
                         p->settings.env.id[0], (int)env->action_dims, ACTION_DIMS);
    d->dims = env->action_dims;
    d->noise = p->settings.exploration.noise;
    d->kind = distribution_find(env->action, d->noise, p->settings.exploration.state_dependent_std);
    if (!d->kind)
        return error_set(e, STATUS_USAGE,
                         "exploration.noise: noise that lasts is for actions that are numbers; those of %s are choices",
                         p->settings.env.id[0]);
    for (int i = 0; i < d->dims && env->action != A3C_ACTION_BOX; i++) d->n[i] = env->action_n[i];
    d->outputs = d->kind->outputs(d);
    return 0;
}

static int plan_network(plan *p, error *e) {
    const settings *s = &p->settings;
    distribution *d = &p->learning.distribution;
    net_spec spec = {.layers = s->network.layer_count, .separate = s->network.trunk == SETTINGS_TRUNK_SEPARATE};
    memcpy(spec.layer, s->network.layers, sizeof spec.layer);
    plan_input(p, &spec);
    if (spec.input_dims > NET_DIMS)
        return error_set(e, STATUS_USAGE, "env.frame_stack: %d frames of %s are too many components",
                         s->env.frame_stack, s->env.id[0]);
    if (plan_distribution(p, d, e)) return -1;
    spec.policy_outputs = d->outputs;
    spec.log_std = d->kind->log_std != LOG_STD_NONE ? d->dims : 0;
    spec.log_std_features = d->kind->log_std == LOG_STD_PER_FEATURE;
    if (net_plan(&p->net, &spec, e)) return error_prefix(e, "network.layers: ");
    d->log_std = p->net.log_std;
    d->features = p->net.features;
    double hidden = s->network.hidden_gain, policy = s->network.policy_gain;
    if (isnan(hidden)) hidden = s->network.init == INIT_ORTHOGONAL ? sqrt(2) : 1;
    if (isnan(policy)) policy = s->network.init == INIT_TORCH ? 1 : 0.01;
    p->init = (net_init_spec){s->network.init, hidden, policy, s->network.value_gain, s->exploration.log_std_init};
    return 0;
}

static void plan_learning(plan *p) {
    const settings *s = &p->settings;
    learner_config *c = &p->learning;
    c->net = &p->net;
    c->rollout_steps = s->rollout_steps;
    c->rollout_initial = s->rollout_initial;
    c->rollout_growth = s->rollout_schedule;
    c->rollout_until_done = s->rollout_until_done;
    c->estimator = (estimator){s->advantage.estimator, s->discount,           s->advantage.lambda,
                               s->advantage.n,         s->advantage.rho_clip, s->advantage.c_clip};
    c->normalize_advantage = s->advantage.normalize;
    c->sum_loss = s->loss.reduction == SETTINGS_REDUCTION_SUM;
    c->value_coef = s->loss.value_coef;
    c->reward_scale = s->env.reward_scale;
    c->reward_clip = s->env.clip_reward;
    c->reward_sign = s->env.reward_sign;
    c->normalize_observations = s->normalize.observations;
    c->normalize_returns = s->normalize.returns;
    c->normalize_clip = (float)s->normalize.clip;
    c->noise_hold = s->exploration.hold;
    for (int i = 0; i < s->env.count; i++)
        c->masked |= p->configs[i].def->action_mask != NULL && p->configs[i].spec.action != A3C_ACTION_BOX;
    c->keep_behavior =
        c->estimator.kind == ESTIMATOR_VTRACE || s->loss.kind == SETTINGS_LOSS_PPO || s->async.behavior_delay > 0;
    c->envs_per_worker = s->envs_per_worker;
    c->seed = s->seed;
    p->optimizer =
        (optimizer){s->optimizer.kind,     s->optimizer.decay, s->optimizer.epsilon, s->optimizer.epsilon_inside_root,
                    s->optimizer.momentum, s->optimizer.beta1, s->optimizer.beta2};
    p->learning_rate = (schedule){s->optimizer.schedule, s->optimizer.learning_rate, s->optimizer.warmup_steps};
    p->ppo_clip = (schedule){s->loss.ppo.clip_schedule, s->loss.ppo.clip, 0};
    p->entropy_coef = (schedule){s->loss.entropy_schedule, s->loss.entropy_coef, 0};
}

/* What only the environment's spaces make meaningless. */
static int plan_refuse(const plan *p, error *e) {
    const settings *s = &p->settings;
    const distribution *d = &p->learning.distribution;
    const char *id = s->env.id[0];
    if (s->normalize.observations && p->net.spec.input != INPUT_VECTOR)
        return error_set(e, STATUS_USAGE, "normalize.observations: %s has no vector of numbers to observe", id);
    int units = s->workers * s->envs_per_worker; /* a recurrent network's rollouts, which cannot be cut */
    if (s->loss.kind == SETTINGS_LOSS_PPO && p->net.recurrent && s->loss.ppo.minibatches > units)
        return error_set(e, STATUS_USAGE,
                         "loss.ppo.minibatches: %d are more than the %d environments, whose rollouts a recurrent "
                         "network learns whole",
                         s->loss.ppo.minibatches, units);
    if (d->noise == NOISE_HELD && s->exploration.hold < 1)
        return error_set(e, STATUS_USAGE, "exploration.hold: held noise lasts for at least 1 step");
    return 0;
}

int plan_make(plan *p, const settings *s, error *e) {
    memset(p, 0, sizeof *p);
    p->settings = *s;
    if (plan_environments(p, e) || plan_network(p, e) || plan_refuse(p, e)) return -1;
    plan_learning(p);
    return 0;
}

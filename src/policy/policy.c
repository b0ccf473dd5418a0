/* SPDX-License-Identifier: MIT
 * The embedding interface (a3c/policy.h) over a saved policy. */
#include "a3c/policy.h"

#include "base/memory.h"
#include "base/number.h"
#include "policy/actor.h"
#include "policy/saved.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct a3c_policy {
    saved *saved;
};
struct a3c_actor {
    const a3c_policy *policy;
    actor *actor;
    random_stream stream;
};

a3c_policy *a3c_policy_load(const char *path, char *message, size_t message_size) {
    return a3c_policy_load_env(path, NULL, message, message_size);
}

a3c_policy *a3c_policy_load_env(const char *path, const char *env, char *message, size_t message_size) {
    error e = {0};
    locale_t before = number_enter(); /* the program around may have another */
    saved *s = saved_read(path, env, env != NULL, &e);
    number_leave(before);
    if (!s) {
        if (message_size) snprintf(message, message_size, "%s", e.text);
        return NULL;
    }
    a3c_policy *p = memory_new(sizeof *p);
    p->saved = s;
    return p;
}

void a3c_policy_free(a3c_policy *p) {
    if (!p) return;
    saved_free(p->saved);
    memory_free(p);
}

a3c_policy_info a3c_policy_describe(const a3c_policy *p) {
    const plan *plan = &p->saved->plan;
    const distribution *d = &plan->learning.distribution;
    a3c_policy_info info = {.env = plan->configs[0].def->name,
                            .observation_size = plan->net.input_size,
                            .continuous = distribution_is_continuous(d),
                            .action_dims = d->dims,
                            .masked = plan->learning.masked};
    for (int i = 0; i < d->dims; i++) info.action_n[i] = d->n[i];
    info.indices = plan->net.spec.input == INPUT_DISCRETE;
    for (int i = 0; info.indices && i < plan->net.input_size && i < A3C_POLICY_OBSERVATIONS; i++)
        info.observation_n[i] = plan->net.spec.input_shape[i];
    return info;
}

a3c_actor *a3c_actor_new(const a3c_policy *p, uint64_t seed) {
    a3c_actor *a = memory_new(sizeof *a);
    a->policy = p;
    acting policy = saved_acting(p->saved);
    a->actor = actor_new(&policy, 1);
    a->stream = random_stream_new(seed, 0, RANDOM_EVALUATION);
    return a;
}

void a3c_actor_free(a3c_actor *a) {
    if (!a) return;
    actor_free(a->actor);
    memory_free(a);
}

void a3c_actor_reset(a3c_actor *a) {
    actor_start(a->actor, 0);
}

static int check_observation(const net *net, const float *observation) {
    for (int i = 0; i < net->input_size; i++) {
        if (!isfinite(observation[i])) return -1;
        bool index = net->spec.input == INPUT_DISCRETE;
        if (index && (observation[i] < 0 || observation[i] >= (float)net->spec.input_shape[i] ||
                      observation[i] != floorf(observation[i])))
            return -1;
    }
    return 0;
}

int a3c_actor_allow(a3c_actor *a, const uint8_t *allowed) {
    const learner_config *c = &a->policy->saved->plan.learning;
    const uint8_t *at = allowed;
    if (!c->masked) return -1;
    for (int i = 0; i < c->distribution.dims; at += c->distribution.n[i++])
        if (!memchr(at, 1, (size_t)c->distribution.n[i])) return -1;
    memcpy(actor_allowed(a->actor, 0), allowed, (size_t)c->distribution.outputs);
    return 0;
}

int a3c_actor_act(a3c_actor *a, const float *observation, a3c_choice choice, a3c_answer *answer) {
    const saved *s = a->policy->saved;
    const distribution *d = &s->plan.learning.distribution;
    const env_config *env = &s->plan.configs[0];
    if (check_observation(&s->plan.net, observation)) return -1;
    memcpy(actor_observation(a->actor, 0), observation, (size_t)s->plan.net.input_size * sizeof *observation);
    env_hide(env, actor_observation(a->actor, 0));
    actor_forward(a->actor);
    memset(actor_allowed(a->actor, 0), 1, (size_t)d->outputs); /* what is allowed is of one observation */
    action_word action[ACTION_DIMS];
    actor_act(a->actor, 0, choice == A3C_SAMPLE ? &a->stream : NULL, action);
    bool continuous = distribution_is_continuous(d);
    float number[ACTION_DIMS];
    for (int i = 0; i < d->dims && continuous; i++) number[i] = action[i].number;
    if (continuous) env_fit_action(env, number, number);
    for (int i = 0; i < d->dims; i++) {
        if (continuous)
            answer->action[i].number = number[i];
        else
            answer->action[i].index = action[i].index;
    }
    answer->value = actor_value(a->actor, 0);
    answer->probabilities = continuous ? NULL : a->actor->rows.probability;
    answer->mean = continuous ? a->actor->rows.output : NULL;
    answer->std = continuous ? a->actor->rows.probability : NULL;
    return 0;
}

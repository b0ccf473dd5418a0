/* SPDX-License-Identifier: MIT
 * From settings to the plain structs that the mathematics takes: environments, network, distribution, learner,
 * optimizer. */
#ifndef POLICY_PLAN_H
#define POLICY_PLAN_H

#include "learn/learner.h"
#include "learn/optimizer.h"
#include "learn/schedules.h"
#include "settings/settings.h"

typedef struct plan {
    settings settings;
    env_config configs[SETTINGS_TASKS]; /* [settings.env.count] tasks of equal spaces */
    net net;
    net_init_spec init;
    learner_config learning; /* points into this plan: it must not move */
    optimizer optimizer;
    schedule learning_rate, entropy_coef, ppo_clip;
    double solved_return; /* NAN: none */
    int threads;          /* that train, resolved; 0 where nobody does */
} plan;

/* 0, or -1 with the error for what the environment makes impossible. */
int plan_make(plan *p, const settings *s, error *e);

/* Task of a worker, and its environment. */
static inline int plan_task(const plan *p, int worker) {
    return worker % p->settings.env.count;
}

/* Whether two environments can share a network. */
bool plan_same_spaces(const env_config *a, const env_config *b);

#endif

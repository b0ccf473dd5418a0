/* SPDX-License-Identifier: MIT
 * A trained policy at play, one step at a time. */
#include "cli/player.h"

#include "base/cpus.h"
#include "base/memory.h"

#include <stdio.h>
#include <string.h>

/* Reads the observation and chooses the action of the next step. */
static void think(player *p) {
    if (p->saved->plan.learning.masked) env_action_mask(p->kind, p->instance, actor_allowed(p->actor, 0));
    actor_forward(p->actor);
    p->value = actor_value(p->actor, 0);
    actor_act(p->actor, 0, p->greedy ? NULL : &p->stream, p->action);
}

int player_make(player *p, const char *checkpoint, const char *env, bool greedy, uint64_t seed, int episode_limit,
                error *e) {
    *p = (player){.greedy = greedy, .seed = seed, .episode_limit = episode_limit};
    p->saved = saved_read(checkpoint, env, env != NULL, e);
    if (p->saved == NULL) {
        return -1;
    }
    cpus_flush_denormals();
    acting policy = saved_acting(p->saved);
    p->actor = actor_new(&policy, 1);
    size_t bytes = 0;
    for (int i = 0; i < p->saved->plan.settings.env.count; i++) {
        size_t one = p->saved->plan.configs[i].instance_stride;
        bytes = one > bytes ? one : bytes;
    }
    p->instance = memory_new(bytes);
    player_start(p);
    return 0;
}

void player_free(player *p) {
    if (p->saved == NULL) {
        return;
    }
    actor_free(p->actor);
    memory_free(p->instance);
    saved_free(p->saved);
    *p = (player){0};
}

static void tell_failure(player *p) {
    char why[160];
    env_describe_failure(p->kind, p->instance, actor_observation(p->actor, 0), p->reward, why, sizeof why);
    snprintf(p->failure, sizeof p->failure, "environment %s failed, episode %d, step %d: %s", p->kind->def->name,
             p->episode + 1, p->step, why);
}

void player_start(player *p) {
    int tasks = p->saved->plan.settings.env.count;
    p->kind = &p->saved->plan.configs[p->episode % tasks];
    uint32_t k = (uint32_t)(p->episode / tasks); /* a3c eval's k-th of that task */
    p->step = 0;
    p->total = p->reward = 0;
    p->flags = 0;
    p->left = false;
    p->stream = random_stream_new(p->seed, k, RANDOM_EVALUATION);
    env_seed(p->kind, p->instance, p->seed + k, NULL, 0);
    unsigned flags = env_reset(p->kind, p->instance, actor_observation(p->actor, 0));
    actor_start(p->actor, 0);
    if (flags & A3C_FAILED) {
        tell_failure(p);
        return;
    }
    think(p);
}

void player_step(player *p) {
    CHECK(!player_ended(p));
    p->flags = env_step(p->kind, p->instance, p->action, actor_observation(p->actor, 0), &p->reward, NULL);
    p->total += p->reward;
    p->step++;
    if (p->flags & A3C_FAILED) tell_failure(p);
    p->left = p->flags == 0 && p->episode_limit > 0 && p->step >= p->episode_limit;
    if (!player_ended(p)) {
        think(p);
    }
}

float player_probability(const player *p, int component, int choice) {
    const distribution *d = &p->saved->plan.learning.distribution;
    int offset = 0;
    for (int i = 0; i < component; i++) {
        offset += d->n[i];
    }
    return p->actor->rows.probability[offset + choice];
}

void player_gaussian(const player *p, int component, float *mean, float *deviation) {
    *mean = p->actor->rows.output[component];
    *deviation = p->actor->rows.probability[component];
}

void player_action_name(const player *p, int choice, char *name, size_t size) {
    const char *const *names = p->kind->spec.action == A3C_ACTION_DISCRETE ? p->kind->spec.action_names : NULL;
    if (names != NULL) {
        snprintf(name, size, "%s", names[choice]);
    } else {
        snprintf(name, size, "%d", choice);
    }
}

static void add_action(const player *p, char *line, size_t size) {
    size_t used = 0;
    for (int i = 0; i < p->kind->action_size && used < size; i++) {
        char name[64];
        float mean, deviation;
        if (player_continuous(p)) {
            player_gaussian(p, i, &mean, &deviation);
            used += (size_t)snprintf(line + used, size - used, "  action %.4g (mean %.4g, deviation %.3g)",
                                     (double)p->action[i].number, (double)mean, (double)deviation);
        } else {
            player_action_name(p, p->action[i].index, name, sizeof name);
            used += (size_t)snprintf(line + used, size - used, "  action %s (%.1f %%)", name,
                                     100 * (double)player_probability(p, i, p->action[i].index));
        }
    }
}

void player_line(const player *p, char *line, size_t size) {
    int used = snprintf(line, size, "episode %d  step %d  return %.6g  reward %.6g", p->episode + 1, p->step, p->total,
                        p->reward);
    if (used < 0 || (size_t)used >= size) {
        return;
    }
    line += used;
    size -= (size_t)used;
    if (player_ended(p)) {
        const char *how = p->flags & A3C_TERMINATED ? "terminated" : p->flags & A3C_TRUNCATED ? "time limit" : "left";
        snprintf(line, size, "  %s", how);
        return;
    }
    used = snprintf(line, size, "  value %.4g", (double)p->value);
    if (used > 0 && (size_t)used < size) {
        add_action(p, line + used, size - (size_t)used);
    }
}

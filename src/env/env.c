/* SPDX-License-Identifier: MIT
 * Stepping: seeds, resets and steps flat instances through their wrappers. */
#include "env/env.h"

#include "env/crash.h"
#include "env/failure.h"
#include "env/wrappers.h"

#include <math.h>
#include <string.h>

void env_seed(const env_config *kind, void *instance, uint64_t entropy, const uint32_t *key, int key_count) {
    memset(instance, 0, kind->instance_stride);
    uint64_t chance = entropy;
    for (int i = 0; i < key_count; i++) {
        chance = (chance ^ (key[i] + 1u)) * 0x9e3779b97f4a7c15u;
    }
    instance_head_of(instance)->chance = chance;
    a3c_rng *rng = instance_rng(kind, instance);
    env_rng_seed(rng, kind->spec.flags & A3C_ENV_MT19937 ? A3C_RNG_MT19937 : A3C_RNG_PCG64, entropy, key, key_count);
    if (kind->def->init != NULL) {
        crash_enter(kind, "init");
        kind->def->init(env_state(kind, instance), kind->values, &env_random, rng);
        crash_leave(kind);
    }
}

/* What the host itself sees of a failure. */
static unsigned check_numbers(const env_config *kind, const float *observation, double reward) {
    bool good = isfinite(reward) && !(kind->checked && failure_in_numbers(observation, kind->observation_size));
    return good ? 0 : A3C_FAILED;
}

unsigned env_reset(const env_config *kind, void *instance, float *observation) {
    instance_head *head = instance_head_of(instance);
    head->frames = 0;
    head->decided = 0;
    float *frame = stack_frame(kind, instance, observation);
    crash_enter(kind, "reset");
    kind->def->reset(env_state(kind, instance), &env_random, instance_rng(kind, instance),
                     observation_place(kind, frame));
    crash_leave(kind);
    wrap_observation(kind, frame);
    stack_write(kind, instance, observation, true);
    if (kind->wrapping.delay != ENV_DELAY_NONE && kind->wrapping.delay_on_reset) {
        wrap_delay(kind, instance);
    }
    char reason[64];
    if (kind->def->failure != NULL && kind->def->failure(env_state(kind, instance), reason, sizeof reason) != 0) {
        return A3C_FAILED;
    }
    return check_numbers(kind, observation, 0);
}

/* The time limit: truncated is set beside terminated, not in its place. */
static unsigned count_frame(const env_config *kind, void *instance, unsigned flags) {
    int frames = ++instance_head_of(instance)->frames;
    bool limit = kind->max_episode_steps > 0 && frames >= kind->max_episode_steps;
    return flags | (limit ? A3C_TRUNCATED : 0u);
}

unsigned env_step(const env_config *kind, void *instance, const void *action, float *observation, double *reward,
                  int *frames) {
    action_buffer buffer;
    action = wrap_action(kind, instance, action, &buffer);
    float *frame = stack_frame(kind, instance, observation);
    void *place = observation_place(kind, frame);
    double sum = 0;
    unsigned flags = 0;
    int played = 0;
    crash_enter(kind, "step");
    do {
        double one = 0;
        flags =
            kind->def->step(env_state(kind, instance), &env_random, instance_rng(kind, instance), action, place, &one);
        flags = count_frame(kind, instance, flags & (A3C_TERMINATED | A3C_TRUNCATED | A3C_FAILED));
        sum += one;
    } while (++played < kind->wrapping.frame_skip && flags == 0);
    crash_leave(kind);
    wrap_observation(kind, frame);
    stack_write(kind, instance, observation, false);
    if (kind->wrapping.delay != ENV_DELAY_NONE && !kind->wrapping.delay_on_reset) {
        wrap_delay(kind, instance);
    }
    *reward = sum;
    if (frames != NULL) {
        *frames = played;
    }
    return flags | check_numbers(kind, observation, sum);
}

static void step_plain_batch(const env_config *kind, char *instances, int count, const void *actions,
                             float *observations, int observation_stride, double *rewards, unsigned *flags) {
    size_t stride = kind->instance_stride;
    crash_enter(kind, "step_batch");
    kind->def->step_batch(env_state(kind, instances), stride, (size_t)count, &env_random, instance_rng(kind, instances),
                          stride, actions, (size_t)kind->action_size * sizeof(int32_t),
                          observation_place(kind, observations), (size_t)observation_stride * sizeof(float), rewards,
                          flags);
    crash_leave(kind);
    for (int i = 0; i < count; i++) {
        flags[i] =
            count_frame(kind, instances + (size_t)i * stride, flags[i] & (A3C_TERMINATED | A3C_TRUNCATED | A3C_FAILED));
    }
    if (kind->spec.observation != A3C_OBSERVATION_VECTOR || kind->wrapping.masked_count > 0) {
        for (int i = 0; i < count; i++) {
            wrap_observation(kind, observations + (size_t)i * (size_t)observation_stride);
        }
    }
    for (int i = 0; i < count; i++) {
        flags[i] |= check_numbers(kind, observations + (size_t)i * (size_t)observation_stride, rewards[i]);
    }
}

void env_step_batch(const env_config *kind, void *instances, int count, const void *actions, float *observations,
                    int observation_stride, double *rewards, unsigned *flags, int64_t *frames) {
    if (kind->plain && kind->def->step_batch != NULL && count > 0) {
        step_plain_batch(kind, (char *)instances, count, actions, observations, observation_stride, rewards, flags);
        *frames += count;
        return;
    }
    size_t action_bytes = (size_t)kind->action_size * sizeof(int32_t);
    for (int i = 0; i < count; i++) {
        int played;
        flags[i] = env_step(kind, env_at(kind, instances, i), (const char *)actions + (size_t)i * action_bytes,
                            observations + (size_t)i * (size_t)observation_stride, rewards + i, &played);
        *frames += played;
    }
}

bool env_action_mask(const env_config *kind, const void *instance, uint8_t *mask) {
    size_t choices = 0;
    for (int i = 0; i < kind->action_size; i++) choices += (size_t)kind->spec.action_n[i];
    memset(mask, 1, choices);
    if (kind->def->action_mask == NULL) return false;
    kind->def->action_mask((const char *)instance + kind->state_offset, mask);
    return true;
}

bool env_action_valid(const env_config *kind, const void *action) {
    for (int i = 0; i < kind->action_size; i++) {
        if (kind->spec.action == A3C_ACTION_BOX) {
            if (!isfinite(((const float *)action)[i])) {
                return false;
            }
        } else {
            int32_t index = ((const int32_t *)action)[i];
            if (index < 0 || index >= kind->spec.action_n[i]) {
                return false;
            }
        }
    }
    return true;
}

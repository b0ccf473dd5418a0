/* SPDX-License-Identifier: MIT
 * An environment under test: its state, stream and observation between guard bytes, random actions. */
#include "env/contract/trial.h"

#include "base/hash.h"
#include "base/memory.h"

#include <string.h>

static size_t native_bytes(const env_config *kind) {
    size_t size = kind->spec.observation == A3C_OBSERVATION_PLANES ? 1 : sizeof(float);
    return (size_t)kind->frame_elements * size;
}

void trial_new(trial *t, const env_config *kind, int fill) {
    *t = (trial){
        .kind = kind, .state_bytes = kind->spec.instance_size, .observation_bytes = native_bytes(kind), .fill = fill};
    t->state_block = (char *)memory_new(t->state_bytes + 2 * TRIAL_GUARD);
    t->observation_block = (char *)memory_new(t->observation_bytes + 2 * TRIAL_GUARD);
    t->rng = memory_array(a3c_rng, 1);
    memset(t->state_block, TRIAL_GUARD_BYTE, t->state_bytes + 2 * TRIAL_GUARD);
    memset(t->observation_block, TRIAL_GUARD_BYTE, t->observation_bytes + 2 * TRIAL_GUARD);
}

void trial_free(trial *t) {
    memory_free(t->state_block);
    memory_free(t->observation_block);
    memory_free(t->rng);
}

static bool untouched(const char *block, size_t bytes) {
    for (size_t i = 0; i < TRIAL_GUARD; i++) {
        if ((unsigned char)block[i] != TRIAL_GUARD_BYTE ||
            (unsigned char)block[TRIAL_GUARD + bytes + i] != TRIAL_GUARD_BYTE) {
            return false;
        }
    }
    return true;
}

bool trial_guards_stand(const trial *t) {
    return untouched(t->state_block, t->state_bytes) && untouched(t->observation_block, t->observation_bytes);
}

static void note(trial *t) {
    t->trace = hash_bytes(t->trace, trial_observation(t), t->observation_bytes);
}

void trial_reset(trial *t) {
    memset(trial_observation(t), t->fill, t->observation_bytes);
    t->kind->def->reset(trial_state(t), &env_random, t->rng, trial_observation(t));
    note(t);
}

void trial_start(trial *t, uint64_t seed) {
    uint32_t stream = t->kind->spec.flags & A3C_ENV_MT19937 ? A3C_RNG_MT19937 : A3C_RNG_PCG64;
    env_rng_seed(t->rng, stream, seed, NULL, 0);
    memset(trial_state(t), 0, t->state_bytes);
    t->chance = seed;
    t->trace = HASH_START;
    t->flags = 0;
    if (t->kind->def->init != NULL) {
        t->kind->def->init(trial_state(t), t->kind->values, &env_random, t->rng);
    }
    trial_reset(t);
}

void trial_step(trial *t, const trial_action *a) {
    memset(trial_observation(t), t->fill, t->observation_bytes);
    t->reward = 0;
    t->flags = t->kind->def->step(trial_state(t), &env_random, t->rng, a, trial_observation(t), &t->reward);
    note(t);
    t->trace = hash_bytes(t->trace, &t->reward, sizeof t->reward);
    t->trace = hash_bytes(t->trace, &t->flags, sizeof t->flags);
}

static double chance01(uint64_t *chance) {
    uint64_t z = *chance += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

void trial_action_at(const env_config *kind, int component, double fraction, trial_action *a) {
    if (kind->spec.action == A3C_ACTION_BOX) {
        float low = kind->spec.action_low[component], high = kind->spec.action_high[component];
        a->box[component] = fraction >= 1 ? high : low + (high - low) * (float)fraction;
    } else {
        int32_t n = kind->spec.action_n[component], index = (int32_t)(fraction * n);
        a->discrete[component] = index < n ? index : n - 1;
    }
}

void trial_random_action(const env_config *kind, uint64_t *chance, trial_action *a) {
    for (int i = 0; i < kind->action_size; i++) {
        trial_action_at(kind, i, chance01(chance), a);
    }
}

void trial_go(trial *t, int steps) {
    trial_action a;
    for (int i = 0; i < steps; i++) {
        if (t->flags != 0) {
            t->flags = 0;
            trial_reset(t);
        } else {
            trial_random_action(t->kind, &t->chance, &a);
            trial_step(t, &a);
        }
    }
}

/* SPDX-License-Identifier: MIT
 * Wrappers: actions, delay, observations, frame stack. */
#include "env/wrappers.h"

#include "base/clock.h"

#include <math.h>
#include <string.h>
#include <time.h>

/* ---- Chance: splitmix64 (Steele, Lea, Flood 2014) ---- */

static double chance01(void *instance) {
    instance_head *head = instance_head_of(instance);
    uint64_t z = head->chance += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

/* ---- Actions ---- */

void env_fit_action(const env_config *kind, const float *action, float *out) {
    for (int i = 0; i < kind->action_size; i++) {
        float low = kind->spec.action_low[i], high = kind->spec.action_high[i], value = action[i];
        if (kind->wrapping.rescale_actions) {
            value = low + (value + 1.0f) * 0.5f * (high - low);
        }
        if (kind->wrapping.clip_actions) {
            value = value < low ? low : value > high ? high : value;
        }
        out[i] = value;
    }
}

const void *wrap_action(const env_config *kind, void *instance, const void *action, action_buffer *buffer) {
    const env_wrapping *wrapping = &kind->wrapping;
    if (kind->spec.action == A3C_ACTION_BOX && (wrapping->clip_actions || wrapping->rescale_actions)) {
        env_fit_action(kind, (const float *)action, buffer->box);
        action = buffer;
    }
    if (kind->sticky_offset != 0) {
        void *before = (char *)instance + kind->sticky_offset;
        instance_head *head = instance_head_of(instance);
        if (head->decided && chance01(instance) < wrapping->sticky_action_probability) {
            return before;
        }
        head->decided = 1;
        memcpy(before, action, (size_t)kind->action_size * sizeof(int32_t));
    }
    return action;
}

/* ---- Delay ---- */

enum { HEAVY_TAIL_CAP = 1000 }; /* times the mean */

/* Microseconds; each kind's mean is delay_mean_us (the heavy tail: Pareto with exponent 1.5, cut far out). */
static double draw_delay(const env_config *kind, void *instance) {
    double mean = kind->wrapping.delay_mean_us;
    switch (kind->wrapping.delay) {
    case ENV_DELAY_UNIFORM:
        return 2.0 * mean * chance01(instance);
    case ENV_DELAY_HEAVY:
        return fmin(mean / 3.0 * pow(1.0 - chance01(instance), -1.0 / 1.5), mean * HEAVY_TAIL_CAP);
    default:
        return mean;
    }
}

void wrap_delay(const env_config *kind, void *instance) {
    int64_t nanoseconds = (int64_t)(draw_delay(kind, instance) * 1e3);
    if (kind->wrapping.delay_sleeps) {
        struct timespec rest = {nanoseconds / 1000000000, nanoseconds % 1000000000};
        nanosleep(&rest, NULL);
        return;
    }
    int64_t end = clock_ns() + nanoseconds;
    while (clock_ns() < end) {}
}

/* ---- Observations ---- */

void *observation_place(const env_config *kind, float *row) {
    size_t before = kind->spec.observation == A3C_OBSERVATION_PLANES ? 3 * (size_t)kind->frame_elements : 0;
    return (char *)row + before;
}

enum { CHUNK = 64 }; /* bytes widened at once: more than a compiler unrolls, so that it makes vectors of the loop */

static void widen(float *restrict row, const uint8_t *restrict bytes, int n) {
    for (int k = 0; k < n; k++) {
        row[k] = (float)bytes[k];
    }
}

/* uint8_t[n] at the end of float[n] becomes float[n]. Writing from the front never overtakes reading: the chunk of
 * elements i .. i+c-1 ends at byte 4(i + c) <= 3n + i + c, where the next one is read, for all i + c <= n. */
static void widen_planes(float *row, int n) {
    const uint8_t *planes = (const uint8_t *)row + 3 * (size_t)n;
    for (int i = 0; i < n; i += CHUNK) {
        uint8_t bytes[CHUNK];
        if (n - i >= CHUNK) {
            memcpy(bytes, planes + i, CHUNK);
            widen(row + i, bytes, CHUNK);
        } else {
            memcpy(bytes, planes + i, (size_t)(n - i));
            widen(row + i, bytes, n - i);
        }
    }
}

static void widen_integers(float *row, int n) {
    for (int i = 0; i < n; i++) {
        int32_t index;
        memcpy(&index, row + i, sizeof index);
        row[i] = (float)index;
    }
}

/* The components that env.mask names are seen as 0, in one frame. */
static void hide(const env_config *kind, float *frame) {
    for (int i = 0; i < kind->wrapping.masked_count; i++) {
        frame[kind->wrapping.masked[i]] = 0.0f;
    }
}

void wrap_observation(const env_config *kind, float *row) {
    if (kind->spec.observation == A3C_OBSERVATION_PLANES) {
        widen_planes(row, kind->frame_elements);
    } else if (kind->spec.observation == A3C_OBSERVATION_DISCRETE) {
        widen_integers(row, kind->frame_elements);
    }
    hide(kind, row);
}

void env_hide(const env_config *kind, float *observation) {
    for (int i = 0; i < kind->wrapping.frame_stack; i++) hide(kind, observation + i * kind->frame_elements);
}

/* ---- Frame stack: the history is float[frame_stack][frame_elements], oldest first ---- */

static float *history_of(const env_config *kind, void *instance) {
    return (float *)(void *)((char *)instance + kind->history_offset);
}

float *stack_frame(const env_config *kind, void *instance, float *row) {
    if (kind->history_offset == 0) {
        return row;
    }
    float *history = history_of(kind, instance);
    size_t frame = (size_t)kind->frame_elements, older = (size_t)kind->wrapping.frame_stack - 1;
    memmove(history, history + frame, older * frame * sizeof *history);
    return history + older * frame;
}

void stack_write(const env_config *kind, void *instance, float *row, bool first) {
    if (kind->history_offset == 0) {
        return;
    }
    float *history = history_of(kind, instance);
    size_t frame = (size_t)kind->frame_elements, older = (size_t)kind->wrapping.frame_stack - 1;
    for (size_t i = 0; first && i < older; i++) {
        memcpy(history + i * frame, history + older * frame, frame * sizeof *history);
    }
    memcpy(row, history, (size_t)kind->observation_size * sizeof *history);
}

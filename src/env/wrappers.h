/* SPDX-License-Identifier: MIT
 * What stands between a decision and an environment, piece by piece; env.c puts them in order. The memory of an
 * instance:
 *
 *     instance_head | state | stream (env_rng_size) | action executed before | last frames | to a multiple of 64
 *
 * A small state shares the first cache line with the head, all that a step of it touches.
 */
#ifndef ENV_WRAPPERS_H
#define ENV_WRAPPERS_H

#include "env/env.h"

typedef struct instance_head {
    int32_t frames;  /* the environment's own steps since the reset */
    int32_t decided; /* whether this episode had a decision: the sticky action is set */
    uint64_t chance; /* the wrappers' own stream: splitmix64 */
} instance_head;

/* An action in the largest form there is. */
typedef union action_buffer {
    int32_t discrete[A3C_ENV_DIMS];
    float box[A3C_ENV_DIMS];
} action_buffer;

static inline instance_head *instance_head_of(void *instance) {
    return (instance_head *)instance;
}
static inline a3c_rng *instance_rng(const env_config *kind, void *instance) {
    return (a3c_rng *)(void *)((char *)instance + kind->stream_offset);
}

/* The action that reaches the environment: rescaled, clipped, perhaps the one before. Returns `action` or `buffer`. */
const void *wrap_action(const env_config *kind, void *instance, const void *action, action_buffer *buffer);

/* Spends a drawn time as wrapping.delay says. */
void wrap_delay(const env_config *kind, void *instance);

/* In place: what the environment wrote at observation_place becomes float[frame_elements] at `row`, masked. */
void wrap_observation(const env_config *kind, float *row);

/* Where an environment writes so that wrap_observation can widen it in place: planes at the end of the row. */
void *observation_place(const env_config *kind, float *row);

/* The frame that the environment writes next: in the history when frames are stacked, else the row itself. */
float *stack_frame(const env_config *kind, void *instance, float *row);

/* Moves the newest frame into the history and writes all frames to the row; `first`: every frame is this one. */
void stack_write(const env_config *kind, void *instance, float *row, bool first);

#endif

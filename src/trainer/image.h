/* SPDX-License-Identifier: MIT
 * Inside trainer/: what a checkpoint holds, and the names and shapes of its tensors. */
#ifndef TRAINER_IMAGE_H
#define TRAINER_IMAGE_H

#include "record/safetensors.h"
#include "env/plugin_hash.h"
#include "trainer/run.h"

enum {
    IMAGE_TENSORS = 3 * NET_TENSORS + 30,
    IMAGE_COUNTERS = 16,
    IMAGE_FIGURES = 8,
    UPDATE_FIGURES = 12,
    WORKER_COUNTERS = 3,
    TURN_COUNTERS = 6,
    TURN_FIGURES = 10,
};

typedef struct image_tensor {
    char name[SAFETENSOR_NAME];
    void *memory;
} image_tensor;

/* Running statistics in a checkpoint. */
typedef struct image_moments {
    int n;
    double *mean, *variance, *count;
} image_moments;

struct image {
    int count;
    image_tensor tensors[IMAGE_TENSORS];
    safetensor list[IMAGE_TENSORS];
    int network_tensors, parameters, statistics[OPTIMIZER_SLOTS]; /* where in the list each network's tensors begin */
    float *own[OPTIMIZER_SLOTS];                                  /* [workers, parameters] or NULL */
    uint8_t *environments;                                        /* [N, env_bytes] */
    image_moments observations, returns;
    size_t env_bytes, environments_bytes;
    int64_t *counters;      /* [IMAGE_COUNTERS] reserved, steps, version, solved_at_step, .. */
    double *figures;        /* [IMAGE_FIGURES] */
    double *update_figures; /* [workers or 1, UPDATE_FIGURES] */
    int64_t *staleness, *episode_counts;
    double *episode_totals;
    int32_t *episode_lengths;
    double *alerts;
    int64_t *workers;
    int64_t *turn_counters; /* NULL where turns are never open in a pause */
    double *turn_figures, *turn_episodes;
    double *turn_observations, *turn_returns; /* [N, running_stats_size] what open turns saw, or NULL */
    float *history; /* [behavior_delay + 1, net.parameters] of the one thread whose run repeats, or NULL */
    int64_t *pulls; /* [1] with it */
    float *turn_gradients;
    double *turn_costs;                           /* measured, or NULL */
    float *padded, *slot[OPTIMIZER_SLOTS], *flat; /* scratch: [net.size], [net.parameters] */
    char *config, plugin_hash[PLUGIN_HASH_SIZE];
    int64_t recorded; /* events of the recording at the restored checkpoint */
};

/* From the run into the image's tensors, or from those into the run. */
typedef enum direction { TAKE, PUT } direction;
void image_move(image *i, run *r, direction way);

/* 64-bit FNV-1a over the image's parameters, in hexadecimal. */
void image_fingerprint(const image *i, char text[17]);

#endif

/* SPDX-License-Identifier: MIT
 * A trained policy read from a checkpoint: its settings, its plan, its parameters. */
#ifndef POLICY_SAVED_H
#define POLICY_SAVED_H

#include "record/safetensors.h"
#include "policy/actor.h"

typedef struct saved {
    plan plan;
    float *parameters; /* [plan.net.size] */
    double *moments;   /* [running_stats_size(input_size)] of observations where they are normalized, else NULL */
} saved;

/* Reads the file, checks that its param/ tensors are the settings' own and that all numbers are finite. An environment
 * given on the command line (`env`, which may be a plugin's path when `env_may_load`) takes the place of the settings';
 * NULL: the settings'. The caller owns the result (saved_free); NULL with the error. */
saved *saved_read(const char *path, const char *env, bool env_may_load, error *e);
void saved_free(saved *s);

/* The checkpoint that RUN names: a folder's checkpoint.safetensors or best.safetensors, or the file itself. */
int saved_path(const char *run, bool best, char path[4096], error *e);

/* init.from: the parameters [net.size] of another run, a folder or a .safetensors file, for p's network, checked by
 * name and shape; and its running moments of observations [running_stats_size(input_size)] where p normalizes them, which
 * both or neither must. 0, or -1 with the error. */
int saved_start(const plan *p, const char *run, float *parameters, double *moments, error *e);

/* For an actor: points into s. */
acting saved_acting(const saved *s);

#endif

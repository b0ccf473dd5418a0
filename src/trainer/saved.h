/* SPDX-License-Identifier: MIT
 * A trained policy read from a checkpoint: its settings, its plan, its parameters. */
#ifndef TRAINER_SAVED_H
#define TRAINER_SAVED_H

#include "record/safetensors.h"
#include "trainer/actor.h"

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
/* init.from: the parameters [net.size] of another run, a folder or a .safetensors file, for p's network, checked by
 * name and shape; and its running moments of observations [running_stats_size(input_size)] where p normalizes them, which
 * both or neither must. 0, or -1 with the error. */
int saved_start(const plan *p, const char *run, float *parameters, double *moments, error *e);

/* -1 with the error when the file says that it is of a newer format, or, hash for hash (16 hexadecimal digits), that `what` in it
 * is not what was written; a hash that is not there counts as a difference. */
int saved_check_format(const safetensors *file, error *e);
int saved_check_hash(const safetensors *file, const char *key, const char *what, const char hash[17], error *e);

/* The hash of the running statistics of n observations' components, count [1], mean [n], variance [n]; n 0: of none. */
void saved_normalizer_hash(int n, const double *count, const double *mean, const double *variance, char text[17]);

/* For an actor: points into s. */
acting saved_acting(const saved *s);

#endif

/* SPDX-License-Identifier: MIT
 * The trainer's own learner (float32) handed a batch of samples instead of collecting one: what is held against the
 * reference and against PyTorch's numbers. */
#ifndef REFERENCE_SUBJECT_H
#define REFERENCE_SUBJECT_H

#include "learn/learner.h"
#include "reference/batch.h"

typedef struct subject {
    net net;
    learner_config config;
    learner learner;
    rollout rollout;
    void *rollout_memory;
    float *parameters, *gradient; /* [net.size] */
    double *flat;                 /* [net.parameters] in the checkpoint's order */
} subject;

/* `parameter` [net.parameters] in the checkpoint's order. The caller gives it back with subject_free. */
subject *subject_new(const batch *b, const double *parameter);
void subject_free(subject *s);

void subject_parameters(subject *s, const double *parameter);
/* The checkpoint's form of a padded vector, as double; the subject's own until the next call. */
const double *subject_flatten(subject *s, const float *padded);
/* The recurrent state after time step t of an environment: h then c of each LSTM layer, h of each GRU, without padding. */
void subject_state(const subject *s, int t, int env, double *to);

/* Forward, time step by time step, as collecting does. */
void subject_forward(subject *s, const batch *b);
/* Forward and backward with the batch's loss; V-trace's targets and PPO's ratios are those of the present parameters.
 * The gradient in the checkpoint's order, as subject_flatten gives it. */
const double *subject_gradient(subject *s, const batch *b);
/* Of the last gradient. */
double subject_loss(const subject *s, const batch *b);

#endif

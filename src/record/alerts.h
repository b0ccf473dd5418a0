/* SPDX-License-Identifier: MIT
 * Red flags of a training run, in words, each once: what to look at when a run does not learn.
 *
 * A pure function of the rows it is fed. The thresholds and their reasons are in alerts.c. */
#ifndef RECORD_ALERTS_H
#define RECORD_ALERTS_H

#include "base/error.h"
#include "record/metrics.h"

#include <stdint.h>

typedef enum alert {
    ALERT_GRADIENTS,          /* a gradient was not finite: the run must stop */
    ALERT_ENTROPY,            /* the policy's entropy collapsed early */
    ALERT_VALUE_LOSS,         /* the value loss does not fall */
    ALERT_EXPLAINED_VARIANCE, /* the value function explains little of the returns */
    ALERT_RETURNS,            /* returns do not improve */
    ALERTS
} alert;

/* What the run is: given at the start, not part of a checkpoint. */
typedef struct alerts_run {
    int64_t total_steps;
    double solved_return;   /* NAN: none is known */
    double highest_entropy; /* nats: sum of ln n over the components of a discrete action; NAN for a Gaussian policy */
    int action_dims;        /* components of an action */
} alerts_run;

/* What was seen so far: finite doubles alone, so that a checkpoint can hold it as one tensor. */
typedef struct alerts_state {
    double raised[ALERTS];     /* 1: said already */
    double entropy_rows;       /* rows with an entropy */
    double first_entropy;      /* of the first of them */
    double low_entropy_rows;   /* rows with a low entropy, one after the other, up to now */
    double value_rows;         /* rows with a value loss */
    double value_loss;         /* its moving mean */
    double highest_value_loss; /* the highest that this mean was */
    double explained_rows;     /* rows with an explained variance */
    double explained_variance; /* its moving mean */
    double return_rows;        /* rows with a return */
    double best_return;        /* the highest return_mean */
    double reference_return;   /* the one from which the next improvement is measured */
    double reference_step;     /* when it was reached */
    double improvements;       /* how often returns improved */
} alerts_state;

enum { ALERTS_STATE_SIZE = sizeof(alerts_state) / sizeof(double) };

typedef struct alerts {
    alerts_run run;
    alerts_state state;
} alerts;

void alerts_init(alerts *a, const alerts_run *run);

/* Takes the next row. Returns the flags that it raises, a bit 1u << alert each, those left out that were raised before.
 */
unsigned alerts_update(alerts *a, const metrics *row);

/* What a flag says to a person, with what to try. */
const char *alerts_message(alert which);

/* The state as numbers for a checkpoint, and back: 0, or -1 with an error when they cannot be a state. */
void alerts_get(const alerts *a, double values[ALERTS_STATE_SIZE]);
int alerts_set(alerts *a, const double values[ALERTS_STATE_SIZE], error *e);

#endif

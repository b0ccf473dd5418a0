/* SPDX-License-Identifier: MIT
 * What the commands ask of the trainer: to train one run. */
#ifndef TRAINER_TRAINER_H
#define TRAINER_TRAINER_H

#include "base/error.h"
#include "settings/settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct train_options {
    const char *out;    /* --out: the run's folder, absent or empty; NULL: runs/<preset>-<mode>-<seed>-<time>/ */
    const char *resume; /* --resume: a run's folder; settings are then its own, but for the overrides */
    const settings_override *overrides; /* with --resume: what the command line changes (threads, total_steps, ..) */
    size_t override_count;
    bool quiet, json, profile;
} train_options;

/* Trains. `s` is ignored with --resume. Returns the program's exit status: 0, 1 or 2 with the error filled, 130 or 143
 * when a signal ended it. */
int train(const settings *s, const train_options *options, error *e);

#endif

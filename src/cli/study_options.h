/* SPDX-License-Identifier: MIT
 * --steps, --set, --out, --from and --quiet: what the command lines of compare, scale and sweep have alike. */
#ifndef CLI_STUDY_OPTIONS_H
#define CLI_STUDY_OPTIONS_H

#include "study/session.h"

#include <argp.h>

/* Zeros are nothing given. Texts are borrowed from argv; keys of --set are cut off there, in place. */
typedef struct study_options {
    const char *out, *from;
    int64_t steps; /* 0: the preset's */
    settings_override overrides[SESSION_OVERRIDES];
    size_t override_count;
    bool quiet;
    error *e;
} study_options;

/* A child for a command's argp; its input is the study_options. `folder` is where the study is without --out, for the
 * help; one process has one command line. */
const struct argp *study_options_argp(const char *folder);

#endif

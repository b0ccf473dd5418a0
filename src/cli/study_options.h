/* SPDX-License-Identifier: MIT
 * --env, --steps, --set, --out, --from, --timeout and --quiet: what the command lines of compare, scale and sweep have
 * alike. */
#ifndef CLI_STUDY_OPTIONS_H
#define CLI_STUDY_OPTIONS_H

#include "cli/settings_options.h"
#include "study/study.h"
#include "study/study_settings.h"

#include <argp.h>

/* Zeros are nothing given. Texts are borrowed from argv; keys of --set are cut off there, in place. */
typedef struct study_options {
    settings_options settings; /* its base is left to the command */
    const char *out, *from;
    double timeout; /* seconds per run */
    bool quiet;
    char *command; /* the command line as it was typed, the caller's (study_options_command) */
    error *e;
} study_options;

/* A child for a command's argp; its input is the study_options. `folder` is where the study is without --out, for the
 * help; one process has one command line. */
const struct argp *study_options_argp(const char *folder);

/* The command line as one that a shell reads back to the same words; call it before the words are parsed. memory_free
 * frees it. */
char *study_options_command(int argc, char *const *argv);

/* Where a study's settings come from. */
study_source study_options_source(const study_options *o, const char *preset);

/* Gives an empty study what the options say about running it. */
void study_options_apply(const study_options *o, study *s);

#endif

/* SPDX-License-Identifier: MIT
 * The options that compare, scale and sweep have in common. */
#include "cli/study_options.h"

#include <errno.h>
#include <stdio.h>

enum { OPTION_STEPS = 0x200, OPTION_SET, OPTION_OUT, OPTION_FROM, OPTION_QUIET };

static int add_override(study_options *o, char *text) {
    if (o->override_count == SESSION_OVERRIDES)
        return error_set(o->e, STATUS_USAGE, "--set: at most %d of them", (int)SESSION_OVERRIDES);
    return session_override(text, &o->overrides[o->override_count++], o->e);
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    study_options *o = state->input;
    long long number = 0;
    int failed = 0;
    switch (key) {
    case OPTION_STEPS:
        failed = session_number("--steps", argument, 1000000000000, &number, o->e);
        o->steps = number;
        break;
    case OPTION_SET:
        failed = add_override(o, argument);
        break;
    case OPTION_OUT:
        o->out = argument;
        break;
    case OPTION_FROM:
        o->from = argument;
        break;
    case OPTION_QUIET:
        o->quiet = true;
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return failed ? EINVAL : 0;
}

const struct argp *study_options_argp(const char *folder) {
    static char out[128];
    static const struct argp_option options[] = {
        {"steps", OPTION_STEPS, "N", 0, "total_steps of each run (the preset's)", 0},
        {"set", OPTION_SET, "KEY=VALUE", 0, "a setting for every cell", 0},
        {"out", OPTION_OUT, "DIR", 0, out, 0},
        {"from", OPTION_FROM, "FILE", 0, "make the tables from the rows of a runs.csv; nothing is run", 0},
        {"quiet", OPTION_QUIET, NULL, 0, "no progress", 0},
        {0}};
    static const struct argp argp = {.options = options, .parser = parse};
    snprintf(out, sizeof out, "the study's folder (%s); one that is not finished is continued", folder);
    return &argp;
}

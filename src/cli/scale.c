/* SPDX-License-Identifier: MIT
 * a3c scale: throughput and time to the score by number of workers. */
#include "cli/cli.h"

#include "base/cpus.h"
#include "lab/scale.h"
#include "lab/session.h"

#include <errno.h>

enum {
    OPTION_MODES = 256,
    OPTION_WORKERS,
    OPTION_REPEATS,
    OPTION_STEPS,
    OPTION_OUT,
    OPTION_FROM,
    OPTION_SET,
    OPTION_QUIET
};

typedef struct arguments {
    scale_request request;
    const char *out, *from;
    int workers[SESSION_LIST];
    settings_override overrides[SESSION_OVERRIDES];
    bool quiet;
    error e;
} arguments;

static const struct argp_option options[] = {
    {"modes", OPTION_MODES, "LIST", 0, "async, sync, or both (async,sync)", 0},
    {"workers", OPTION_WORKERS, "LIST", 0,
     "numbers of workers, each on a thread of its own: 1,2,4 or 1..8 (powers of two to twice the CPUs)", 0},
    {"repeats", OPTION_REPEATS, "N", 0, "runs a cell, seeds 1 .. N (5)", 0},
    {"steps", OPTION_STEPS, "N", 0, "total_steps of each run (the preset's)", 0},
    {"set", OPTION_SET, "KEY=VALUE", 0, "a setting for every cell", 0},
    {"out", OPTION_OUT, "DIR", 0, "the study's folder (studies/scale-PRESET); one that is not finished is continued",
     0},
    {"from", OPTION_FROM, "FILE", 0, "make the tables from the rows of a runs.csv; nothing is run", 0},
    {"quiet", OPTION_QUIET, NULL, 0, "no progress", 0},
    {0}};

static error_t parse(int key, char *argument, struct argp_state *state) {
    arguments *a = state->input;
    scale_request *r = &a->request;
    long long number = 0;
    int failed = 0;
    switch (key) {
    case OPTION_MODES:
        failed = session_modes(argument, &r->async, &r->sync, &a->e);
        break;
    case OPTION_WORKERS:
        failed = session_numbers("--workers", argument, SETTINGS_WORKERS, a->workers, &r->worker_count, &a->e);
        break;
    case OPTION_REPEATS:
        failed = session_number("--repeats", argument, 100000, &number, &a->e);
        r->repeats = (int)number;
        break;
    case OPTION_STEPS:
        failed = session_number("--steps", argument, 1000000000000, &number, &a->e);
        r->steps = number;
        break;
    case OPTION_OUT:
        a->out = argument;
        break;
    case OPTION_FROM:
        a->from = argument;
        break;
    case OPTION_QUIET:
        a->quiet = true;
        break;
    case OPTION_SET:
        if (r->override_count == SESSION_OVERRIDES - 8)
            failed = error_set(&a->e, STATUS_USAGE, "--set: more than %d of them", SESSION_OVERRIDES - 8);
        else
            failed = session_override(argument, &a->overrides[r->override_count++], &a->e);
        break;
    case ARGP_KEY_ARG:
        if (r->preset) return cli_extra(argument, &a->e);
        r->preset = argument;
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return failed ? EINVAL : 0;
}

int command_scale(int argc, char **argv) {
    static const struct argp parser = {options,
                                       parse,
                                       "[PRESET]",
                                       "Trains with 1 to N workers, each on a thread of its own, at several batch "
                                       "sizes, and writes a report on throughput, "
                                       "efficiency, time to the score and the scaling laws that fit.",
                                       NULL,
                                       NULL,
                                       NULL};
    arguments a = {.request = {.async = true, .sync = true, .repeats = 5}};
    a.request.workers = a.workers;
    a.request.overrides = a.overrides;
    if (cli_parse(&parser, argc, argv, &a, &a.e)) return cli_fail(&a.e);
    if (a.from) return session_from("scale", a.from, a.out, scale_report);
    if (!a.request.preset) a.request.preset = "cartpole";
    if (a.request.worker_count == 0)
        for (int n = 1; n <= 2 * cpus_allowed() && n <= SETTINGS_WORKERS; n *= 2)
            a.workers[a.request.worker_count++] = n;
    study s;
    study_new(&s, "scale");
    s.quiet = a.quiet;
    int status = scale_plan(&s, &a.request, &a.e) ? cli_fail(&a.e)
                                                  : session_run(&s, a.out, a.request.preset, scale_report, true);
    study_free(&s);
    return status;
}

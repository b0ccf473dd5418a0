/* SPDX-License-Identifier: MIT
 * a3c scale: throughput and time to the score by number of workers. */
#include "cli/cli.h"

#include "base/cpus.h"
#include "cli/study_options.h"
#include "study/scale.h"

#include <errno.h>

enum { OPTION_MODES = 256, OPTION_WORKERS, OPTION_REPEATS };

typedef struct arguments {
    scale_request request;
    study_options study;
    int workers[SESSION_LIST];
    error e;
} arguments;

static const struct argp_option options[] = {
    {"modes", OPTION_MODES, "LIST", 0, "async, sync, or both (async,sync)", 0},
    {"workers", OPTION_WORKERS, "LIST", 0,
     "numbers of workers, each on a thread of its own: 1,2,4 or 1..8 (powers of two to twice the CPUs)", 0},
    {"repeats", OPTION_REPEATS, "N", 0, "runs per cell, seeds 1 .. N (5)", 0},
    {0}};

static error_t parse(int key, char *argument, struct argp_state *state) {
    arguments *a = state->input;
    scale_request *r = &a->request;
    long long number = 0;
    int failed = 0;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->study;
        break;
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
    const struct argp_child children[] = {{study_options_argp("studies/scale-PRESET"), 0, NULL, 0}, {0}};
    const struct argp parser = {options,
                                parse,
                                "[PRESET]",
                                "Trains with 1 to N workers, each on a thread of its own, at several batch sizes, and "
                                "writes a report on throughput, efficiency, time to the score and the scaling laws "
                                "that fit.",
                                children,
                                NULL,
                                NULL};
    arguments a = {.request = {.async = true, .sync = true, .repeats = 5}};
    a.request.workers = a.workers;
    a.study.e = &a.e;
    if (cli_parse(&parser, argc, argv, &a, &a.e)) return cli_fail(&a.e);
    if (a.study.from) return session_from("scale", a.study.from, a.study.out, scale_report);
    a.request.steps = a.study.steps;
    a.request.overrides = a.study.overrides;
    a.request.override_count = a.study.override_count;
    if (!a.request.preset) a.request.preset = "cartpole";
    if (a.request.worker_count == 0)
        for (int n = 1; n <= 2 * cpus_allowed() && n <= SETTINGS_WORKERS; n *= 2)
            a.workers[a.request.worker_count++] = n;
    study s;
    study_new(&s, "scale");
    s.quiet = a.study.quiet;
    int status = scale_plan(&s, &a.request, &a.e) ? cli_fail(&a.e)
                                                  : session_run(&s, a.study.out, a.request.preset, scale_report, true);
    study_free(&s);
    return status;
}

/* SPDX-License-Identifier: MIT
 * a3c scale: throughput and time to the score by number of workers. */
#include "cli/cli.h"

#include "base/cpus.h"
#include "cli/lists.h"
#include "cli/study_options.h"
#include "base/memory.h"
#include "study/scale.h"
#include "study/session.h"

#include <errno.h>

enum { OPTION_MODES = 256, OPTION_WORKERS, OPTION_REPEATS };

typedef struct arguments {
    scale_request request;
    study_options study;
    const char *preset;
    int workers[LISTS_MOST];
    error e;
} arguments;

static const struct argp_option options[] = {
    {"modes", OPTION_MODES, "LIST", 0, "async, sync, or both (async,sync)", 0},
    {"workers", OPTION_WORKERS, "LIST", 0,
     "numbers of workers, each on a thread of its own: 1,2,4 or 1..8 (powers of two to twice the CPUs, or up to the "
     "number in a file)",
     0},
    {"repeats", OPTION_REPEATS, "N", 0, "runs per cell, with seeds from `seed` on (5)", 0},
    {0}};

static error_t parse(int key, char *argument, struct argp_state *state) {
    arguments *a = state->input;
    scale_request *r = &a->request;
    int64_t number = 0;
    int failed = 0;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->study;
        break;
    case OPTION_MODES:
        failed = lists_modes(argument, &r->async, &r->sync, &a->e);
        r->modes_given = true;
        break;
    case OPTION_WORKERS:
        failed = lists_integers("--workers", argument, SETTINGS_WORKERS, a->workers, &r->worker_count, &a->e);
        break;
    case OPTION_REPEATS:
        failed = cli_integer("--repeats", argument, 1, 100000, &number, &a->e);
        r->repeats = (int)number;
        break;
    case ARGP_KEY_ARG:
        if (a->preset) return cli_extra(argument, &a->e);
        a->preset = argument;
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return failed;
}

/* Powers of two up to twice the CPUs, or up to the number of workers that the user's file has, and that number. */
static int default_workers(arguments *a) {
    int most;
    if (study_settings_workers(&most, &a->request.source, &a->e)) return -1;
    int last = most ? most : 2 * cpus_allowed();
    size_t *count = &a->request.worker_count;
    for (int n = 1; n <= last && n <= SETTINGS_WORKERS; n *= 2) a->workers[(*count)++] = n;
    if (most && a->workers[*count - 1] != most) a->workers[(*count)++] = most;
    return 0;
}

static int run(arguments *a) {
    study s;
    study_new(&s, "scale");
    study_options_apply(&a->study, &s);
    s.changes = study_settings_changes(&a->request.source);
    int status = (a->request.worker_count == 0 && default_workers(a)) || scale_plan(&s, &a->request, &a->e)
                     ? cli_fail(&a->e)
                     : session_run(&s, a->study.out, s.cells[0].settings.preset, scale_report, true);
    study_free(&s);
    return status;
}

int command_scale(int argc, char **argv) {
    const struct argp_child children[] = {{study_options_argp("studies/scale-PRESET"), 0, NULL, 0}, {0}};
    const struct argp parser = {options,
                                parse,
                                "[PRESET|FILE]",
                                "Trains with 1 to N workers, each on a thread of its own, at several batch sizes, and "
                                "writes a report on throughput, efficiency, time to the score and the scaling laws "
                                "that fit.",
                                children,
                                NULL,
                                NULL};
    arguments a = {.request = {.async = true, .sync = true, .repeats = 5}};
    a.request.workers = a.workers;
    a.study.e = &a.e;
    a.study.command = study_options_command(argc, argv);
    int status;
    if (cli_parse(&parser, argc, argv, &a, &a.e))
        status = cli_fail(&a.e);
    else if (a.study.from)
        status = session_from("scale", a.study.from, a.study.out, scale_report);
    else {
        a.request.source = study_options_source(&a.study, a.preset);
        status = run(&a);
    }
    memory_free(a.study.command);
    return status;
}

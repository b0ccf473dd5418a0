/* SPDX-License-Identifier: MIT
 * a3c sweep: settings varied by list, grid or random draws. */
#include "cli/cli.h"

#include "base/memory.h"
#include "cli/study_options.h"
#include "cli/sweep_shipped.h"
#include "cli/vary.h"
#include "base/runner.h"
#include "study/session.h"
#include "study/sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_VARY = 256, OPTION_RUNS, OPTION_SEEDS, OPTION_JOBS, OPTION_STUDY };

typedef struct arguments {
    sweep_request request;
    study_options study;
    const char *preset;
    const char *shipped; /* --study, NULL: not given */
    int runs, jobs;      /* --runs, 0: not given */
    error e;
} arguments;

static const struct argp_option options[] = {
    {"vary", OPTION_VARY, "KEY=WHAT", 0,
     "log:LOW:HIGH (random draws, even on a logarithmic scale) or a list a,b,c; several make a grid; KEY1+KEY2=a+b,c+d "
     "varies keys together",
     0},
    {"runs", OPTION_RUNS, "N", 0, "draws of log: keys (20); for lists alone, runs of each combination", 0},
    {"seeds", OPTION_SEEDS, "N", 0, "runs of each combination, on seeds that no report uses, or from `seed` on (1)", 0},
    {"jobs", OPTION_JOBS, "N", 0, "runs at a time (1); rates are only worth reading with 1", 0},
    {"study", OPTION_STUDY, "NAME", 0,
     "a sweep that comes with the program: robustness, entropy, horizon, discount, uneven", 0},
    {0}};

static int add_axis(sweep_request *r, const char *text, error *e) {
    if (r->axis_count == SWEEP_AXES) return error_set(e, STATUS_USAGE, "--vary: more than %d of them", (int)SWEEP_AXES);
    return vary_parse(&r->axes[r->axis_count++], text, e);
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    arguments *a = state->input;
    sweep_request *r = &a->request;
    int64_t number = 0;
    int failed = 0;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->study;
        break;
    case OPTION_VARY:
        failed = add_axis(r, argument, &a->e);
        break;
    case OPTION_RUNS:
        failed = cli_integer("--runs", argument, 1, SWEEP_CELLS, &number, &a->e);
        a->runs = (int)number;
        break;
    case OPTION_SEEDS:
        failed = cli_integer("--seeds", argument, 1, 100000, &number, &a->e);
        r->seeds = (int)number;
        break;
    case OPTION_JOBS:
        failed = cli_integer("--jobs", argument, 1, RUNNER_JOBS, &number, &a->e);
        a->jobs = (int)number;
        break;
    case OPTION_STUDY:
        a->shipped = argument;
        break;
    case ARGP_KEY_ARG:
        if (a->preset) return cli_extra(argument, &a->e);
        a->preset = argument;
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return failed ? EINVAL : 0;
}

static int parse_words(arguments *a, int argc, char **argv) {
    const struct argp_child children[] = {{study_options_argp("studies/sweep-NAME"), 0, NULL, 0}, {0}};
    const struct argp parser = {options,
                                parse,
                                "[PRESET|FILE]",
                                "Trains with settings varied by list, grid or random draws, and writes a report with "
                                "the whole curve and the best by a stated rule.",
                                children,
                                NULL,
                                NULL};
    a->study.e = &a->e;
    return cli_parse(&parser, argc, argv, a, &a->e);
}

static const sweep_shipped *find_study(const char *name, error *e) {
    for (const sweep_shipped *s = sweep_studies; s->name; s++)
        if (strcmp(s->name, name) == 0) return s;
    error_set(e, STATUS_USAGE,
              "--study: there is none called '%.40s'; there are robustness, entropy, horizon, discount, uneven", name);
    return NULL;
}

/* The words of a shipped study first, so that what was typed adds to them or overrides them. */
static int parse_with_study(arguments *a, int argc, char **argv) {
    enum { MOST_WORDS = 256 };
    const sweep_shipped *shipped = find_study(a->shipped, &a->e);
    static char storage[4096];
    char *words[MOST_WORDS], *next = storage;
    int count = 0;
    if (!shipped) return -1;
    words[count++] = argv[0];
    for (const char *const *w = shipped->words; *w; w++) {
        words[count++] = next;
        next = stpcpy(next, *w) + 1;
    }
    if (argc + count >= MOST_WORDS)
        return error_set(&a->e, STATUS_USAGE, "--study: more than %d words", (int)MOST_WORDS);
    for (int i = 1; i < argc; i++) words[count++] = argv[i];
    words[count] = NULL;
    return parse_words(a, count, words);
}

/* Completes the request. Without a logarithmic axis --runs says how many runs a combination has. */
static int settle(arguments *a) {
    bool log = false;
    a->request.source = study_options_source(&a->study, a->preset);
    for (size_t i = 0; i < a->request.axis_count; i++) log = log || a->request.axes[i].log;
    a->request.draws = a->runs ? a->runs : 20;
    if (a->runs && !log) {
        if (a->request.seeds)
            return error_set(&a->e, STATUS_USAGE,
                             "--runs: counts draws of log: keys, of which there is none; use --seeds for several runs");
        a->request.seeds = a->runs;
    }
    if (!a->request.seeds) a->request.seeds = 1;
    if (a->request.axis_count == 0)
        return error_set(&a->e, STATUS_USAGE,
                         "there is nothing to vary; give --vary KEY=log:LOW:HIGH, --vary KEY=a,b,c or --study NAME");
    return 0;
}

static int run(arguments *a, int argc, char **argv) {
    char **copy = memory_array(char *, (size_t)argc + 1); /* getopt moves words about, and --set is cut in place */
    for (int i = 0; i < argc; i++) copy[i] = strdup(argv[i]);
    char *command = study_options_command(argc, argv);
    int failed = parse_words(a, argc, argv);
    if (!failed && a->shipped) {
        *a = (arguments){.request = {.axes = a->request.axes}, .shipped = a->shipped, .jobs = 1};
        failed = parse_with_study(a, argc, copy);
    }
    a->study.command = command;
    int status;
    if (failed)
        status = cli_fail(&a->e);
    else if (a->study.from)
        status = session_from("sweep", a->study.from, a->study.out, sweep_report);
    else if (settle(a))
        status = cli_fail(&a->e);
    else {
        study s;
        study_new(&s, "sweep");
        study_options_apply(&a->study, &s);
        s.changes = study_settings_changes(&a->request.source);
        s.jobs = a->jobs;
        status = sweep_plan(&s, &a->request, &a->e)
                     ? cli_fail(&a->e)
                     : session_run(&s, a->study.out, a->shipped ? a->shipped : s.cells[0].settings.preset, sweep_report,
                                   false);
        study_free(&s);
    }
    for (int i = 0; i < argc; i++) free(copy[i]);
    memory_free(command);
    memory_free(copy);
    return status;
}

int command_sweep(int argc, char **argv) {
    arguments a = {.jobs = 1};
    a.request.axes = memory_array(sweep_axis, SWEEP_AXES);
    int status = run(&a, argc, argv);
    memory_free(a.request.axes);
    return status;
}

/* SPDX-License-Identifier: MIT
 * a3c compare: async against sync, as a ladder of cells. */
#include "base/cpus.h"
#include "base/memory.h"
#include "cli/cli.h"
#include "cli/lists.h"
#include "cli/study_options.h"
#include "study/compare.h"
#include "study/session.h"
#include "study/sweep.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { OPTION_MODES = 256, OPTION_WORKERS, OPTION_SEEDS, OPTION_HYPERPARAMETERS, OPTION_TUNE };

typedef struct arguments {
    compare_request request;
    study_options study;
    const char *presets[LISTS_MOST];
    int workers[LISTS_MOST];
    int tuning_seeds; /* --tune, 0: not given */
    error e;
} arguments;

static const struct argp_option options[] = {
    {"modes", OPTION_MODES, "LIST", 0, "sides of the ladder (async,sync)", 0},
    {"workers", OPTION_WORKERS, "LIST", 0, "numbers of workers, 1,2,16 (the number in a file, else the CPUs, and 16)",
     0},
    {"seeds", OPTION_SEEDS, "N", 0, "runs per cell, with seeds from `seed` on (10)", 0},
    {"hyperparameters", OPTION_HYPERPARAMETERS, "WHICH", 0,
     "column of the preset: async, sync, or own (own): A, B, C and the scaled D have the async column, D tuned the "
     "sync one",
     0},
    {"tune", OPTION_TUNE, "N", 0,
     "first search the learning rate of both sides, for every number of workers: seven rates, N runs each, on seeds of "
     "their own, in a study beside this one (DIR-tuning)",
     0},
    {0}};

static int set_column(const char *text, compare_column *column, error *e) {
    static const char *const names[] = {"own", "async", "sync"};
    for (int i = 0; i < 3; i++)
        if (strcmp(text, names[i]) == 0) {
            *column = (compare_column)i;
            return 0;
        }
    return error_set(e, STATUS_USAGE, "--hyperparameters: '%.40s': expected async, sync or own", text);
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    arguments *a = state->input;
    compare_request *r = &a->request;
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
        r->workers_given = true;
        break;
    case OPTION_SEEDS:
        failed = cli_integer("--seeds", argument, 1, 100000, &number, &a->e);
        r->seeds = (int)number;
        break;
    case OPTION_HYPERPARAMETERS:
        failed = set_column(argument, &r->column, &a->e);
        break;
    case OPTION_TUNE:
        failed = cli_integer("--tune", argument, 1, 10000, &number, &a->e);
        a->tuning_seeds = (int)number;
        break;
    case ARGP_KEY_ARG: {
        size_t count;
        if (r->preset_count > 0)
            failed = error_set(&a->e, STATUS_USAGE, "'%.60s': several presets are given as one list, a,b,c", argument);
        else
            failed = lists_words("PRESET", argument, a->presets, &count, &a->e), r->preset_count = failed ? 0 : count;
        break;
    }
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return failed ? EINVAL : 0;
}

/* As many workers as the user's file has, else as there are CPUs, and 16. */
static int default_workers(arguments *a) {
    int cpus = cpus_allowed(), own = 0;
    a->request.source.preset = a->presets[0];
    if (a->request.preset_count == 1 && study_settings_workers(&own, &a->request.source, &a->e)) return -1;
    if (own) {
        a->workers[0] = own;
        a->request.worker_count = 1;
        return 0;
    }
    a->workers[0] = cpus < 16 ? cpus : 16;
    a->workers[1] = 16;
    a->request.worker_count = a->workers[0] == 16 ? 1 : 2;
    return 0;
}

/* The search for learning rates, a study of its own beside the other. Returns the program's exit status; with 0 `rates`
 * are filled. */
static int tune(arguments *a, const char *name, compare_rates *rates) {
    study s;
    table runs = {0};
    char out[STUDY_PATH], tuning_name[160];
    study_new(&s, "sweep");
    study_options_apply(&a->study, &s);
    s.changes = study_settings_changes(&a->request.source);
    snprintf(out, sizeof out, "%.4000s-tuning", a->study.out ? a->study.out : "");
    snprintf(tuning_name, sizeof tuning_name, "compare-%s-tuning", name);
    int status = compare_tune_plan(&s, &a->request, a->tuning_seeds, &a->e)
                     ? cli_fail(&a->e)
                     : session_run(&s, a->study.out ? out : NULL, tuning_name, sweep_report, false);
    if (!status) {
        study_collect(&s, &runs);
        if (compare_tune_choose(&runs, &a->request, rates, &a->e)) status = cli_fail(&a->e);
        table_free(&runs);
    }
    study_free(&s);
    return status;
}

static int compare(arguments *a, const char *name) {
    study s;
    study_new(&s, "compare");
    study_options_apply(&a->study, &s);
    s.changes = study_settings_changes(&a->request.source);
    int status = compare_plan(&s, &a->request, &a->e) ? cli_fail(&a->e)
                                                      : session_run(&s, a->study.out, name, compare_report, true);
    study_free(&s);
    return status;
}

/* What the study's folder is called without --out. */
static void name_study(const arguments *a, char *name, size_t size) {
    *name = 0;
    for (size_t i = 0; i < a->request.preset_count; i++) {
        const char *preset = a->presets[i] ? a->presets[i] : a->study.settings.env ? a->study.settings.env : "cartpole";
        size_t used = strlen(name);
        snprintf(name + used, size - used, "%s%s", i ? "+" : "", preset);
    }
}

static int run(arguments *a) {
    char name[128];
    a->request.source = study_options_source(&a->study, NULL);
    if (a->request.preset_count == 0) a->presets[a->request.preset_count++] = NULL;
    if (a->request.worker_count == 0 && default_workers(a)) return cli_fail(&a->e);
    name_study(a, name, sizeof name);
    if (!a->tuning_seeds) return compare(a, name);
    compare_rates *rates = memory_array(compare_rates, a->request.preset_count * a->request.worker_count);
    int status = tune(a, name, rates);
    a->request.rates = rates;
    if (!status) status = compare(a, name);
    memory_free(rates);
    return status;
}

int command_compare(int argc, char **argv) {
    const struct argp_child children[] = {{study_options_argp("studies/compare-PRESET"), 0, NULL, 0}, {0}};
    const struct argp parser = {
        options,
        parse,
        "[PRESET|FILE[,...]]",
        "Runs async A3C and sync A2C on the same network, optimizer and environments, as a ladder that separates lost "
        "updates, staleness and batch size, over several seeds, and writes a report with intervals, tests and plots.",
        children,
        NULL,
        NULL};
    arguments a = {.request = {.async = true, .sync = true, .seeds = 10}};
    a.request.presets = a.presets;
    a.request.workers = a.workers;
    a.study.e = &a.e;
    a.study.command = study_options_command(argc, argv);
    int status;
    if (cli_parse(&parser, argc, argv, &a, &a.e))
        status = cli_fail(&a.e);
    else if (a.study.from)
        status = session_from("compare", a.study.from, a.study.out, compare_report);
    else
        status = run(&a);
    memory_free(a.study.command);
    return status;
}

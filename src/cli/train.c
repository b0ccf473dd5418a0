/* SPDX-License-Identifier: MIT
 * a3c train: a new run from settings, or one that goes on. */
#include "cli/cli.h"
#include "cli/settings_options.h"
#include "trainer/trainer.h"

#include <string.h>

enum { OPTION_OUT = 0x100, OPTION_RESUME, OPTION_QUIET, OPTION_JSON, OPTION_PROFILE };

typedef struct arguments {
    settings_options settings;
    train_options train;
    error *e;
} arguments;

static const struct argp_option options[] = {
    {0, 0, 0, 0, "The run:", 2},
    {"out", OPTION_OUT, "DIR", 0, "the run's folder, absent or empty [runs/<preset>-<mode>-<seed>-<time>]", 2},
    {"resume", OPTION_RESUME, "DIR", 0,
     "continue the run in DIR; --threads and --steps may be given again, --env only for a plugin's path", 2},
    {0, 0, 0, 0, "Output:", 3},
    {"quiet", OPTION_QUIET, 0, 0, "no progress, only the line of the result at the end", 3},
    {"json", OPTION_JSON, 0, 0, "summary.json on standard output, and nothing else there", 3},
    {"profile", OPTION_PROFILE, 0, 0, "show where the time went, and the speed against the machine's peak", 3},
    {0, 0, 0, 0, 0, 0},
};

static error_t parse(int key, char *text, struct argp_state *state) {
    arguments *a = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->settings;
        return 0;
    case OPTION_OUT:
        a->train.out = text;
        return 0;
    case OPTION_RESUME:
        a->train.resume = text;
        return 0;
    case OPTION_QUIET:
        a->train.quiet = true;
        return 0;
    case OPTION_JSON:
        a->train.json = true;
        return 0;
    case OPTION_PROFILE:
        a->train.profile = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static char *help(int key, const char *text, void *input) {
    (void)input;
    return key == ARGP_KEY_HELP_EXTRA ? settings_options_keys_help() : (char *)text;
}

/* What --resume does not go with. */
static int check_resume(const arguments *a, error *e) {
    if (a->settings.base)
        return error_set(
            e, STATUS_USAGE,
            "%.200s: a resumed run has its settings in its folder; expected no preset or file beside --resume",
            a->settings.base);
    if (a->train.out)
        return error_set(e, STATUS_USAGE,
                         "--out: a resumed run stays in its folder; expected no --out beside --resume");
    if (!*a->train.resume) return error_set(e, STATUS_USAGE, "--resume: expected a run's folder");
    return 0;
}

int command_train(int argc, char **argv) {
    error e = {0};
    arguments a = {.settings.e = &e, .e = &e};
    struct argp_child children[] = {{settings_options_argp(), 0, "Settings:", 1}, {0, 0, 0, 0}};
    struct argp argp = {options,
                        parse,
                        "[PRESET|FILE]",
                        "Trains an agent.\vA preset is a name from `a3c help`, a FILE has a slash or ends in .yaml. "
                        "The command line comes "
                        "after the file, the file after the defaults.",
                        children,
                        help,
                        NULL};
    settings s;
    if (cli_parse(&argp, argc, argv, &a, &e)) return cli_fail(&e);
    if (a.train.out && !*a.train.out) {
        error_set(&e, STATUS_USAGE, "--out: expected a folder");
        return cli_fail(&e);
    }
    settings_override env = {.option = "--env", .key = "env.id", .value = a.settings.env, .literal = true};
    if (a.train.resume) {
        if (check_resume(&a, &e)) return cli_fail(&e);
        if (env.value && a.settings.override_count < SETTINGS_OVERRIDES)
            a.settings.overrides[a.settings.override_count++] = env;
        a.train.overrides = a.settings.overrides;
        a.train.override_count = a.settings.override_count;
    } else if (settings_options_load(&a.settings, strcmp(argv[0], "a3c") == 0, &s, &e)) {
        return cli_fail(&e);
    }
    int status = train(a.train.resume ? NULL : &s, &a.train, &e);
    return e.status ? cli_fail(&e) : status;
}

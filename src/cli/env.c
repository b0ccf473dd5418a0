/* SPDX-License-Identifier: MIT
 * a3c env: list and info; `run` and `check` have a file each. */
#include "cli/env.h"

#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* ---- list ---- */

static int list(void) {
    size_t count;
    const a3c_env_def *const *builtins = env_builtins(&count);
    for (size_t i = 0; i < count; i++) printf("%-32s %s\n", builtins[i]->name, builtins[i]->summary);
    env_plugins_load();
    const a3c_env_def *def;
    const char *path;
    for (size_t k = 0; (def = env_plugin(k, &path)) != NULL; k++)
        printf("%-32s %s (%s)\n", def->name, def->summary, path);
    return cli_finish();
}

/* ---- info ---- */

static void print_bound(const char *words, double value) {
    if (isnan(value))
        printf("%-22s unknown\n", words);
    else
        printf("%-22s %.10g\n", words, value);
}

static void print_observation(const a3c_env_spec *s) {
    static const char *const kinds[] = {"vector of floats", "planes of bytes, channels x height x width", "discrete"};
    printf("%-22s %s,", "observation", kinds[s->observation]);
    for (int i = 0; i < s->observation_dims; i++) printf("%s%d", i ? " x " : " ", s->observation_shape[i]);
    putchar('\n');
    if (s->observation != A3C_OBSERVATION_VECTOR) return;
    for (int i = 0; i < s->observation_shape[0]; i++) {
        printf("  %-20d %s", i, s->observation_names ? s->observation_names[i] : "");
        if (s->observation_low) printf(" (%g .. %g)", (double)s->observation_low[i], (double)s->observation_high[i]);
        putchar('\n');
    }
}

static void print_action(const a3c_env_spec *s) {
    if (s->action == A3C_ACTION_BOX) {
        printf("%-22s %d number%s\n", "action", s->action_dims, s->action_dims == 1 ? "" : "s");
        for (int i = 0; i < s->action_dims; i++)
            printf("  %-20d %g .. %g\n", i, (double)s->action_low[i], (double)s->action_high[i]);
        return;
    }
    printf("%-22s %s,", "action", s->action == A3C_ACTION_DISCRETE ? "discrete" : "several discrete");
    for (int i = 0; i < s->action_dims; i++) printf("%s%d", i ? " x " : " ", s->action_n[i]);
    putchar('\n');
    for (int i = 0; s->action_names && i < s->action_n[0]; i++) printf("  %-20d %s\n", i, s->action_names[i]);
}

static void print_options(const a3c_env_def *def) {
    int width = 20;
    for (size_t i = 0; i < def->option_count; i++) {
        int length = (int)strlen(def->options[i].key);
        width = length > width ? length : width;
    }
    for (size_t i = 0; i < def->option_count; i++) {
        const a3c_env_option *o = &def->options[i];
        printf("  %-*s %s", width, o->key, o->help);
        if (o->kind == A3C_OPTION_BOOL)
            printf(" (true or false) [%s]\n", o->value != 0 ? "true" : "false");
        else if (o->kind == A3C_OPTION_CHOICE) {
            printf(" (one of");
            for (size_t k = 0; o->choices[k]; k++) printf("%s %s", k ? "," : "", o->choices[k]);
            printf(") [%s]\n", o->choices[(size_t)o->value]);
        } else
            printf(" (%.10g .. %.10g) [%.10g]\n", o->minimum, o->maximum, o->value);
    }
}

static int info(const env_arguments *a) {
    error e = {0};
    env_config kind;
    if (env_kind_of_arguments(a, &kind, &e)) return cli_fail(&e);
    printf("%s: %s\n", kind.def->name, kind.def->summary);
    print_observation(&kind.spec);
    print_action(&kind.spec);
    if (kind.max_episode_steps)
        printf("%-22s %d\n", "time limit in steps", kind.max_episode_steps);
    else
        printf("%-22s none\n", "time limit in steps");
    if (isnan(kind.spec.solved_return))
        printf("%-22s none is registered\n", "solved at a return of");
    else
        print_bound("solved at a return of", kind.spec.solved_return);
    print_bound("random play returns", kind.spec.random_return);
    print_bound("least return", kind.spec.return_low);
    print_bound("largest return", kind.spec.return_high);
    printf("%-22s %s\n", "randomness", kind.spec.flags & A3C_ENV_MT19937 ? "MT19937" : "PCG64");
    printf("%-22s %zu bytes per instance\n", "memory", kind.instance_stride);
    printf("options (--set env.options.KEY=VALUE)%s\n", kind.def->option_count ? "" : ": none");
    print_options(kind.def);
    return cli_finish();
}

/* ---- command line ---- */

enum { OPTION_SEED = 0x100, OPTION_STEPS, OPTION_ACTIONS, OPTION_SET };

static const struct argp_option options[] = {
    {0, 0, 0, 0, "env run:", 1},
    {"seed", OPTION_SEED, "N", 0, "the episode starts from reset(N) [0]", 1},
    {"steps", OPTION_STEPS, "N", 0, "steps to play; at most this many where actions come from a file", 1},
    {"actions", OPTION_ACTIONS, "random|FILE|-", 0,
     "drawn uniformly, or read from a file or standard input: one JSON value per line, an integer, or an array", 1},
    {0, 0, 0, 0, "All but list:", 2},
    {"set", OPTION_SET, "env.options.KEY=VALUE", 0, "an option of the environment; may be repeated", 2},
    {0, 0, 0, 0, 0, 0},
};

static error_t add_set(env_arguments *a, char *text) {
    static const char prefix[] = "env.options.";
    char *equal = strchr(text, '=');
    if (!equal || strncmp(text, prefix, sizeof prefix - 1) != 0) {
        error_set(a->e, STATUS_USAGE, "--set: expected env.options.KEY=VALUE, found \"%.200s\"", text);
        return EINVAL;
    }
    if (a->override_count == A3C_ENV_OPTIONS) {
        error_set(a->e, STATUS_USAGE, "--set: at most %d of them", A3C_ENV_OPTIONS);
        return E2BIG;
    }
    *equal = '\0';
    a->overrides[a->override_count++] = (settings_override){.option = "--set", .key = text, .value = equal + 1};
    return 0;
}

static error_t parse(int key, char *text, struct argp_state *state) {
    env_arguments *a = state->input;
    switch (key) {
    case OPTION_SEED:
        return cli_seed("--seed", text, &a->seed, a->e);
    case OPTION_STEPS:
        return cli_integer("--steps", text, 0, INT64_MAX, &a->steps, a->e);
    case OPTION_ACTIONS:
        a->actions = text;
        return 0;
    case OPTION_SET:
        return add_set(a, text);
    case ARGP_KEY_ARG:
        if (a->id) return cli_extra(text, a->e);
        if (a->verb)
            a->id = text;
        else
            a->verb = text;
        return 0;
    case ARGP_KEY_NO_ARGS:
        return cli_missing("list, info, run or check", a->e);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int env_kind_of_arguments(const env_arguments *a, env_config *kind, error *e) {
    if (!env_find(a->id, true, e)) return -1;
    settings s;
    settings_request request = {
        .base = "default", .env = a->id, .overrides = a->overrides, .override_count = a->override_count};
    if (settings_load(&s, &request, e)) return -1;
    s.env.clip_actions = false; /* actions arrive as they were given */
    return settings_env_kind(&s, 0, kind, e);
}

int command_env(int argc, char **argv) {
    static const char *const verbs[] = {"list", "info", "run", "check", NULL};
    static const struct argp argp = {
        options,
        parse,
        "list\ninfo ID\nrun ID --steps N --actions random|FILE|-\ncheck ID|FILE.so",
        "Shows the environments and steps them. An ID is one that `a3c env list` shows, or a plugin's path.\v"
        "run prints one JSON object per line: the reset, then a step with action, observation, reward, terminated "
        "and truncated; actions reach the environment as they are, and the only wrapper is the registered time "
        "limit. check examines whether an environment keeps its contract and ends with status 1 if it fails.",
        NULL,
        NULL,
        NULL};
    error e = {0};
    env_arguments a = {.steps = -1, .e = &e};
    if (cli_parse(&argp, argc, argv, &a, &e)) return cli_fail(&e);
    int verb = 0;
    while (verbs[verb] && strcmp(verbs[verb], a.verb) != 0) verb++;
    if (!verbs[verb]) {
        const char *near = text_closest(a.verb, verbs);
        error_set(&e, STATUS_USAGE, "%.60s: expected list, info, run or check%s%s%s", a.verb,
                  near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
        return cli_fail(&e);
    }
    if (verb == 0) return a.id ? (cli_extra(a.id, &e), cli_fail(&e)) : list();
    if (!a.id) return cli_missing("an environment's ID", &e), cli_fail(&e);
    return verb == 1 ? info(&a) : verb == 2 ? env_run(&a) : env_check_apart(&a);
}

/* SPDX-License-Identifier: MIT
 * What all command lines share: parsing options, suggestions for wrong ones, numbers, help, the end. */
#include "cli/cli.h"

#include "base/number.h"
#include "base/text.h"
#include "build_info.h"
#include "net/kernels.h"
#include "settings/settings.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

enum { NAMES = 128 };

void cli_print_help(FILE *out) {
    fputs("Usage: a3c [COMMAND] [ARGUMENTS]\n"
          "Actor-critic reinforcement learning on CPU cores: asynchronous A3C and synchronous A2C.\n\n",
          out);
    for (const command *c = commands; c->name; c++)
        fprintf(out, "  a3c %-8s %s\n%15s%s\n", c->name, c->usage, "", c->summary);
    fputs("\n  a3c help [COMMAND]     this text, or a command's options\n"
          "  a3c --version          version, commit, compiler, flags and instruction set\n\n"
          "Without a command a3c trains: `a3c` alone trains CartPole-v1, `a3c acrobot` the preset acrobot. An argument "
          "with a slash or\n"
          "ending in .yaml is a file of settings. Exit status: 0 done, 1 failed, 2 wrong usage or settings, 130 "
          "interrupted.\n\nPresets:",
          out);
    int column = 8;
    for (size_t i = 0; i < settings_presets(); i++) {
        const char *name = settings_preset_name(i);
        if (column + (int)strlen(name) > 100) column = fprintf(out, "\n        ") - 1;
        column += fprintf(out, " %s", name);
    }
    fputc('\n', out);
}

void cli_print_version(FILE *out, struct argp_state *state) {
    (void)state;
    fprintf(out, "a3c %s (commit %s)\ncompiler: %s\nflags: %s\ninstruction set: %s\n", A3C_VERSION, A3C_COMMIT,
            A3C_COMPILER, A3C_FLAGS, kernels_get()->name);
}

static size_t collect_options(const struct argp *argp, const struct argp_option **options, size_t count) {
    for (const struct argp_option *o = argp->options; o && (o->name || o->key || o->doc); o++)
        if (o->name && count < NAMES) options[count++] = o;
    for (const struct argp_child *child = argp->children; child && child->argp; child++)
        count = collect_options(child->argp, options, count);
    return count;
}

/* The option that "--NAME" or "--NAME=VALUE" means: its exact name, or the only one that begins so. */
static const struct argp_option *find_option(const struct argp_option **options, size_t count, const char *name,
                                             size_t length) {
    const struct argp_option *found = NULL;
    int matches = 0;
    for (size_t i = 0; i < count; i++) {
        if (strncmp(options[i]->name, name, length) != 0) continue;
        if (strlen(options[i]->name) == length) return options[i];
        found = options[i];
        matches++;
    }
    return matches == 1 ? found : NULL;
}

static int refuse_option(const char *command, const char *name, const struct argp_option **options, size_t count,
                         error *e) {
    const char *names[NAMES + 1] = {NULL};
    for (size_t i = 0; i < count; i++) names[i] = options[i]->name;
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)strcspn(name, "="), name);
    const char *near = text_closest(word, names);
    return error_set(e, STATUS_USAGE, "--%s: there is no such option%s%s%s; `%s --help` lists them", word,
                     near ? "; did you mean --" : "", near ? near : "", near ? "?" : "", command);
}

/* getopt would say that an option is unknown without saying what was meant. */
static int check_options(const struct argp *argp, int argc, char **argv, error *e) {
    static const struct argp_option own[] = {
        {"help", 0, 0, 0, 0, 0}, {"usage", 0, 0, 0, 0, 0}, {"version", 0, 0, 0, 0, 0}};
    const struct argp_option *options[NAMES] = {&own[0], &own[1], &own[2]};
    size_t count = collect_options(argp, options, 3);
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *a = argv[i];
        if (a[0] != '-' || a[1] == 0 || strcmp(a, "-?") == 0 || strcmp(a, "-V") == 0) continue;
        if (a[1] != '-')
            return error_set(e, STATUS_USAGE, "%.60s: there is no such option; `%s --help` lists them", a, argv[0]);
        const struct argp_option *o = find_option(options, count, a + 2, strcspn(a + 2, "="));
        if (!o) return refuse_option(argv[0], a + 2, options, count, e);
        bool separate = o->arg && !(o->flags & OPTION_ARG_OPTIONAL) && !strchr(a, '=');
        if (separate && i + 1 == argc)
            return error_set(e, STATUS_USAGE, "--%s needs a value: --%s %s", o->name, o->name, o->arg);
        if (!o->arg && strchr(a, '=')) return error_set(e, STATUS_USAGE, "--%s takes no value", o->name);
        i += separate;
    }
    return 0;
}

int cli_parse(const struct argp *argp, int argc, char **argv, void *input, error *e) {
    argp_program_version_hook = cli_print_version;
    argp_err_exit_status = STATUS_USAGE;
    if (check_options(argp, argc, argv, e)) return -1;
    error_t failed = argp_parse(argp, argc, argv, 0, NULL, input);
    if (failed && e->status == STATUS_OK) error_set(e, STATUS_USAGE, "%s: %s", argv[0], strerror(failed));
    return failed ? -1 : 0;
}

int cli_fail(const error *e) {
    fprintf(stderr, "%s\n", e->text);
    return e->status;
}

int cli_finish(void) {
    if (fflush(stdout) == 0 && !ferror(stdout)) return STATUS_OK;
    fprintf(stderr, "standard output: %s\n", strerror(errno));
    return STATUS_FAILED;
}

int cli_integer(const char *option, const char *text, int64_t minimum, int64_t maximum, int64_t *value, error *e) {
    if (number_read_integer(text, value) == NUMBER_OK && *value >= minimum && *value <= maximum) return 0;
    error_set(e, STATUS_USAGE, "%s: expected an integer %" PRId64 " .. %" PRId64 ", found \"%.60s\"", option, minimum,
              maximum, text);
    return EINVAL;
}

int cli_seed(const char *option, const char *text, uint64_t *seed, error *e) {
    if (number_read_unsigned(text, seed) == NUMBER_OK) return 0;
    error_set(e, STATUS_USAGE, "%s: expected an integer 0 .. 18446744073709551615, found \"%.60s\"", option, text);
    return EINVAL;
}

int cli_policy(const char *text, int *policy, error *e) {
    *policy = strcmp(text, "greedy") == 0 ? SETTINGS_GREEDY : strcmp(text, "sample") == 0 ? SETTINGS_SAMPLE : -1;
    if (*policy >= 0) return 0;
    error_set(e, STATUS_USAGE, "--policy: expected greedy or sample, found \"%.60s\"", text);
    return EINVAL;
}

int cli_extra(const char *argument, error *e) {
    error_set(e, STATUS_USAGE, "%.200s: one argument too many", argument);
    return EINVAL;
}

int cli_missing(const char *what, error *e) {
    error_set(e, STATUS_USAGE, "%s is missing", what);
    return EINVAL;
}

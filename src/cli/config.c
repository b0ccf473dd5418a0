/* SPDX-License-Identifier: MIT
 * a3c config: the settings that a command line means, and what the schema knows. */
#include "cli/cli.h"
#include "cli/settings_options.h"

#include "base/memory.h"

enum { OPTION_DEFAULTS = 0x100, OPTION_MARKDOWN, OPTION_KEYS, OPTION_PRESETS };

typedef struct arguments {
    settings_options settings;
    int print; /* one of the options; 0: the resolved settings */
} arguments;

static const struct argp_option options[] = {
    {0, 0, 0, 0, "Print something else:", 2},
    {"defaults", OPTION_DEFAULTS, 0, 0, "every key with its default for both modes: config/default.yaml", 2},
    {"markdown", OPTION_MARKDOWN, 0, 0, "the same as a table in Markdown", 2},
    {"keys", OPTION_KEYS, 0, 0, "the names of the keys, one per line", 2},
    {"presets", OPTION_PRESETS, 0, 0, "the names of the presets, one per line", 2},
    {0, 0, 0, 0, 0, 0},
};

static error_t parse(int key, char *text, struct argp_state *state) {
    (void)text;
    arguments *a = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->settings;
        return 0;
    case OPTION_DEFAULTS:
    case OPTION_MARKDOWN:
    case OPTION_KEYS:
    case OPTION_PRESETS:
        a->print = key;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static char *help(int key, const char *text, void *input) {
    (void)input;
    return key == ARGP_KEY_HELP_EXTRA ? settings_options_keys_help() : (char *)text;
}

static int print(char *text) {
    fputs(text, stdout);
    memory_free(text);
    return cli_finish();
}

int command_config(int argc, char **argv) {
    error e = {0};
    arguments a = {.settings.e = &e};
    struct argp_child children[] = {{settings_options_argp(), 0, "Settings:", 1}, {0, 0, 0, 0}};
    struct argp argp = {
        options, parse, "[PRESET|FILE]", "Prints the resolved settings as YAML, every key with its meaning.", children,
        help,    NULL};
    if (cli_parse(&argp, argc, argv, &a, &e)) return cli_fail(&e);
    switch (a.print) {
    case OPTION_DEFAULTS:
        return print(settings_default_text());
    case OPTION_MARKDOWN:
        return print(settings_markdown());
    case OPTION_KEYS:
        for (size_t k = 0; k < settings_keys(); k++) puts(settings_key(k));
        return cli_finish();
    case OPTION_PRESETS:
        for (size_t i = 0; i < settings_presets(); i++) puts(settings_preset_name(i));
        return cli_finish();
    }
    settings s;
    if (settings_options_load(&a.settings, false, &s, &e)) return cli_fail(&e);
    return print(settings_text(&s));
}

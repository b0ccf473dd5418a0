/* SPDX-License-Identifier: MIT
 * The options that all studies have. */
#include "cli/study_options.h"

#include "base/number.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { OPTION_ENV = 0x200, OPTION_STEPS, OPTION_SET, OPTION_OUT, OPTION_FROM, OPTION_TIMEOUT, OPTION_QUIET };

static int set_timeout(study_options *o, const char *text) {
    if (number_read_real(text, &o->timeout) == NUMBER_OK && o->timeout > 0) return 0;
    error_set(o->e, STATUS_USAGE, "--timeout: expected seconds above 0, found \"%.60s\"", text);
    return EINVAL;
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    study_options *o = state->input;
    o->settings.e = o->e;
    switch (key) {
    case OPTION_ENV:
        o->settings.env = argument;
        return 0;
    case OPTION_STEPS:
        return settings_options_add(&o->settings, "--steps", "total_steps", argument);
    case OPTION_SET:
        return settings_options_set(&o->settings, argument);
    case OPTION_OUT:
        o->out = argument;
        return 0;
    case OPTION_FROM:
        o->from = argument;
        return 0;
    case OPTION_TIMEOUT:
        return set_timeout(o, argument);
    case OPTION_QUIET:
        o->quiet = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp *study_options_argp(const char *folder) {
    static char out[128];
    static const struct argp_option options[] = {
        {"env", OPTION_ENV, "ID", 0, "the environment, or a plugin's path; without a preset it brings its own preset",
         0},
        {"steps", OPTION_STEPS, "N", 0, "total_steps of each run (the preset's)", 0},
        {"set", OPTION_SET, "KEY=VALUE", 0, "a setting for every cell; seed is the first run's", 0},
        {"out", OPTION_OUT, "DIR", 0, out, 0},
        {"from", OPTION_FROM, "FILE", 0, "make the tables from the rows of a runs.csv; nothing is run", 0},
        {"timeout", OPTION_TIMEOUT, "SECONDS", 0, "a run that lasts longer is ended and counts as failed", 0},
        {"quiet", OPTION_QUIET, NULL, 0, "no progress", 0},
        {0}};
    static const struct argp argp = {.options = options, .parser = parse};
    snprintf(out, sizeof out,
             "the study's folder (%s); one that is not finished is continued, one with fewer seeds is added to",
             folder);
    return &argp;
}

/* A word as a shell reads it: in quotes unless it needs none. */
static void append_word(text_buffer *t, const char *word) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:/@%";
    if (*word && word[strspn(word, plain)] == 0) {
        text_append(t, word);
        return;
    }
    text_append(t, "'");
    for (const char *c = word; *c; c++)
        if (*c == '\'')
            text_append(t, "'\\''");
        else
            text_append_bytes(t, c, 1);
    text_append(t, "'");
}

char *study_options_command(int argc, char *const *argv) {
    text_buffer t = {0};
    text_append(&t, argv[0]);
    for (int i = 1; i < argc; i++) {
        text_append(&t, " ");
        append_word(&t, argv[i]);
    }
    return t.data;
}

study_source study_options_source(const study_options *o, const char *preset) {
    return (study_source){preset, o->settings.env, o->settings.overrides, o->settings.override_count};
}

void study_options_apply(const study_options *o, study *s) {
    s->quiet = o->quiet;
    s->timeout = o->timeout;
    s->command = o->command;
}

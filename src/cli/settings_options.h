/* SPDX-License-Identifier: MIT
 * PRESET|FILE, --env, --mode, --workers, --threads, --steps, --seed and --set: the part of a command line that makes
 * settings. */
#ifndef CLI_SETTINGS_OPTIONS_H
#define CLI_SETTINGS_OPTIONS_H

#include "settings/settings.h"

#include <argp.h>

enum { SETTINGS_OVERRIDES = 512 };

/* Zeros are nothing given. Texts are borrowed from argv; keys of --set are cut off there, in place. */
typedef struct settings_options {
    const char *base, *env;
    settings_override overrides[SETTINGS_OVERRIDES];
    size_t override_count;
    error *e;
} settings_options;

/* One more override, and that of --set KEY=VALUE: 0, or an errno value with the error. */
int settings_options_add(settings_options *o, const char *option, const char *key, const char *value);
int settings_options_set(settings_options *o, char *text);

/* A child for a command's argp; its input is the settings_options. It takes the positional argument too. */
const struct argp *settings_options_argp(void);

/* The settings that were asked for, warnings printed on standard error. `implicit`: the command's name was left out, so
 * that an unknown preset may be an unknown command. 0, or -1 with the error. */
int settings_options_load(const settings_options *o, bool implicit, settings *s, error *e);

/* Every key with its meaning, for the end of a help text; malloc'ed. */
char *settings_options_keys_help(void);

#endif

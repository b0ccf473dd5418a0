/* SPDX-License-Identifier: MIT
 * The files of config/, compiled in, so that a preset works from any folder. */
#ifndef SETTINGS_PRESETS_H
#define SETTINGS_PRESETS_H

#include <stddef.h>

/* A preset's text and its length, NULL when there is none of this name. */
const char *preset_text(const char *name, size_t *length);

/* Every name in alphabetical order; ends with NULL. */
const char *const *preset_names(void);

/* The preset whose env.id is this: of several, the one with the shortest name. NULL when there is none. */
const char *preset_of_env(const char *id);

#endif

/* SPDX-License-Identifier: MIT
 * The settings of a study's cells: what the user asked for, and what the study adds. Nothing that the user gave is
 * dropped: a study either takes it or refuses it by name. */
#ifndef STUDY_STUDY_SETTINGS_H
#define STUDY_STUDY_SETTINGS_H

#include "settings/settings.h"

/* What the user gave. */
typedef struct study_source {
    const char *preset; /* a preset's name or a file's path; NULL: the environment's preset, or cartpole */
    const char *env;    /* NULL: the preset's */
    const settings_override *overrides; /* [override_count] */
    size_t override_count;
} study_source;

/* A key that a study sets by itself in every cell, and what to do instead. The last of a list has no key. */
typedef struct study_owned {
    const char *key, *instead;
    bool settled; /* an option of the command overrules what a file says; only the command line is refused */
} study_owned;

/* Refuses what the user gave for keys that the study sets itself: anything on the command line, and in a file what
 * differs from the default. 0, or -1 with STATUS_USAGE and a message that names place and key. */
int study_settings_refuse(const study_source *from, const study_owned *owned, error *e);

/* Settings of one cell: the source's, then `more` [count]. Checkpoints, evaluations during the run and a stop at the
 * solved return are left out unless the user asked for them: writing and evaluating are no part of what is measured.
 * `given` [settings_keys()], NULL: not asked for: whether the user gave the key. */
int study_settings_load(settings *s, const study_source *from, const settings_override *more, size_t count,
                        bool other_column, bool *given, error *e);

/* The number of workers that the user's file gives, 0: it gives none. */
int study_settings_workers(int *workers, const study_source *from, error *e);

/* Whether the user gave this key. */
bool study_settings_given(const bool *given, const char *key);

/* "KEY=VALUE, KEY=VALUE": what differs from the preset or file; empty: nothing. memory_free frees it. */
char *study_settings_changes(const study_source *from);

#endif

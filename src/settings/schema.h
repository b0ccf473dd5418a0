/* SPDX-License-Identifier: MIT
 * The one table of settings: a row a key. Reading, writing, --set, help and documents all follow it. */
#ifndef SETTINGS_SCHEMA_H
#define SETTINGS_SCHEMA_H

#include "settings/settings.h"

typedef enum setting_kind {
    KIND_INT,     /* int */
    KIND_LONG,    /* int64_t */
    KIND_SEED,    /* uint64_t, all of it */
    KIND_REAL,    /* double, finite */
    KIND_BOOL,    /* bool */
    KIND_CHOICE,  /* an enum whose constants count through `choices` */
    KIND_PATH,    /* char[SETTINGS_PATH]; "" is none */
    KIND_CLIP,    /* env.clip_reward: a number, or `sign` */
    KIND_IDS,     /* env.id: a text or a list of them */
    KIND_OPTIONS, /* env.options: a mapping whose keys belong to the environment */
    KIND_MASK,    /* env.mask: a list of texts */
    KIND_LAYERS   /* network.layers: a list of mappings */
} setting_kind;

typedef struct setting {
    const char *key;    /* "optimizer.learning_rate": a dot is a level of nesting */
    const char *former; /* the key's earlier name, still read, with a warning; or NULL */
    setting_kind kind;
    size_t offset;     /* of the member in struct settings */
    const char *unit;  /* NULL: none */
    const char *value; /* the default as YAML flow, `{async: A, sync: B}` where the modes differ */
    double minimum, maximum;
    const char *const *choices; /* KIND_CHOICE: NULL-terminated */
    const char *word;           /* a word that may stand for a number, or NULL */
    double word_value;          /* what the member holds then; a number cannot be given as this value */
    const char *meaning;
} setting;

extern const setting schema[];
extern const size_t schema_count;

/* Every key, for suggestions; ends with NULL. */
const char *const *schema_names(void);

/* The row of a key (its present name when `former` is NULL; else the former one counts too, and *former tells), or
 * NULL. */
const setting *schema_find(const char *key, bool *former);

/* Whether a name is a level above keys: "optimizer". */
/* The key or section that a wrong key most likely means: one whose last part is the same, else the most similar; NULL:
 * none is near. */
const char *schema_closest(const char *key);

bool schema_is_section(const char *name);

/* What a value of this row must be, in words: "a number 0 .. 1", "one of gae, td". Written to `text`. */
void schema_expectation(const setting *row, char *text, size_t size);

static inline void *schema_member(settings *s, const setting *row) {
    return (char *)s + row->offset;
}
static inline const void *schema_member_const(const settings *s, const setting *row) {
    return (const char *)s + row->offset;
}

#endif

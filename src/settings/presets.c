/* SPDX-License-Identifier: MIT
 * The presets of config/, compiled in. */
#include "settings/presets.h"

#include "settings/document.h"
#include "settings/settings.h"
#include "settings_presets.h" /* made from config/ by the build: preset_files[], preset_file_count */

#include <string.h>

const char *const *preset_names(void) {
    static const char *names[sizeof preset_files / sizeof *preset_files + 1];
    for (size_t i = 0; i < sizeof preset_files / sizeof *preset_files; i++) names[i] = preset_files[i].name;
    return names;
}

size_t settings_presets(void) {
    return sizeof preset_files / sizeof *preset_files;
}

const char *settings_preset_name(size_t i) {
    return preset_files[i].name;
}

const char *preset_text(const char *name, size_t *length) {
    for (size_t i = 0; i < settings_presets(); i++)
        if (strcmp(preset_files[i].name, name) == 0) {
            *length = preset_files[i].length;
            return (const char *)preset_files[i].text;
        }
    return NULL;
}

/* Whether the value of `key` in a mapping is a scalar; 0 when not. */
static document_node member(const document *d, document_node mapping, const char *key) {
    if (!mapping || document_kind_of(d, mapping) != DOCUMENT_MAPPING) return 0;
    for (size_t i = 0; i < document_size(d, mapping); i++) {
        document_node n = document_key(d, mapping, i);
        if (document_kind_of(d, n) == DOCUMENT_SCALAR && strcmp(document_text(d, n), key) == 0)
            return document_child(d, mapping, i);
    }
    return 0;
}

static bool is_preset_of(size_t i, const char *id) {
    if (!memmem(preset_files[i].text, preset_files[i].length, id, strlen(id))) return false; /* spares the parse */
    document *d =
        document_parse(preset_files[i].name, (const char *)preset_files[i].text, preset_files[i].length, NULL);
    CHECK(d != NULL);
    document_node n = member(d, member(d, document_root(d), "env"), "id");
    bool same = n && document_kind_of(d, n) == DOCUMENT_SCALAR && strcmp(document_text(d, n), id) == 0;
    document_free(d);
    return same;
}

const char *preset_of_env(const char *id) {
    const char *best = NULL;
    for (size_t i = 0; i < settings_presets(); i++) {
        const char *name = preset_files[i].name;
        if (strcmp(name, "default") == 0 || (best && strlen(best) <= strlen(name))) continue;
        if (is_preset_of(i, id)) best = name;
    }
    return best;
}

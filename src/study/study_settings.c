/* SPDX-License-Identifier: MIT
 * The settings of a study's cells. */
#include "study/study_settings.h"

#include "base/memory.h"

#include <string.h>

static size_t find_key(const char *key) {
    for (size_t k = 0; k < settings_keys(); k++)
        if (strcmp(settings_key(k), key) == 0) return k;
    check_failed("a key that a study names is in the schema", __FILE__, __LINE__);
}

static int load(settings *s, const study_source *from, const settings_override *more, size_t count, bool other_column,
                settings_place *places, error *e) {
    settings_override *all = memory_array(settings_override, from->override_count + count + 1);
    for (size_t i = 0; i < from->override_count; i++) all[i] = from->overrides[i];
    for (size_t i = 0; i < count; i++) all[from->override_count + i] = more[i];
    const settings_request request = {.base = from->preset,
                                      .env = from->env,
                                      .overrides = all,
                                      .override_count = from->override_count + count,
                                      .other_column = other_column,
                                      .places = places};
    int failed = settings_load(s, &request, e);
    memory_free(all);
    return failed;
}

static bool is_default(const settings *s, size_t key) {
    settings defaults;
    error ignored = {0};
    CHECK(settings_parse(&defaults, "defaults", "{}", 2, &ignored) == 0);
    char *is = settings_value(s, key), *would = settings_value(&defaults, key);
    bool same = strcmp(is, would) == 0;
    memory_free(is);
    memory_free(would);
    return same;
}

int study_settings_refuse(const study_source *from, const study_owned *owned, error *e) {
    settings_place *places = memory_array(settings_place, settings_keys());
    settings s;
    int failed = load(&s, from, NULL, 0, false, places, e);
    for (const study_owned *o = owned; !failed && o->key; o++) {
        size_t k = find_key(o->key);
        if (*places[k].text && (places[k].command_line || (!o->settled && !is_default(&s, k))))
            failed =
                error_set(e, STATUS_USAGE, "%s: %s: this study sets it itself; %s", places[k].text, o->key, o->instead);
    }
    memory_free(places);
    return failed;
}

int study_settings_workers(int *workers, const study_source *from, error *e) {
    settings_place *places = memory_array(settings_place, settings_keys());
    settings s;
    int failed = load(&s, from, NULL, 0, false, places, e);
    const settings_place *place = &places[find_key("workers")];
    *workers = !failed && *place->text && !place->command_line ? s.workers : 0;
    memory_free(places);
    return failed;
}

bool study_settings_given(const bool *given, const char *key) {
    return given[find_key(key)];
}

int study_settings_load(settings *s, const study_source *from, const settings_override *more, size_t count,
                        bool other_column, bool *given, error *e) {
    settings ignored;
    settings_place *places = memory_array(settings_place, settings_keys());
    bool *of = memory_array(bool, settings_keys());
    int failed = load(&ignored, from, NULL, 0, false, places, e) || load(s, from, more, count, other_column, NULL, e);
    if (!failed) {
        for (size_t k = 0; k < settings_keys(); k++) of[k] = *places[k].text;
        if (!study_settings_given(of, "stop.when_solved")) s->stop.when_solved = false;
        if (!study_settings_given(of, "checkpoint.interval_steps")) s->checkpoint.interval_steps = 0;
        if (!study_settings_given(of, "checkpoint.interval_seconds")) s->checkpoint.interval_seconds = 0;
        if (!study_settings_given(of, "eval.interval_steps")) s->eval.interval_steps = 0;
        if (given) memcpy(given, of, settings_keys() * sizeof *of);
    }
    memory_free(of);
    memory_free(places);
    return failed ? -1 : 0;
}

char *study_settings_changes(const study_source *from) {
    text_buffer t = {0};
    text_append(&t, "");
    if (from->env) text_printf(&t, "env.id=%s", from->env);
    for (size_t i = 0; i < from->override_count; i++)
        text_printf(&t, "%s%s=%s", t.length ? ", " : "", from->overrides[i].key, from->overrides[i].value);
    return t.data;
}

/* SPDX-License-Identifier: MIT
 * Defaults, then a preset or file, then the command line, each read the same way into the values of both modes. */
#include "settings/presets.h"
#include "settings/reader.h"
#include "settings/write.h"

#include "base/memory.h"

#include <stdio.h>
#include <string.h>

/* "; did you mean X?" with the key or section nearest to this one. In a file X stands at another level than the key was
 * found at, unless both lie in the same section: then it is told how. */
static void make_hint(const reader *r, const char *key, char *hint, size_t size) {
    const char *near = schema_closest(key);
    *hint = '\0';
    if (!near) return;
    const char *dot = strrchr(near, '.'), *own = strrchr(key, '.');
    size_t section = dot ? (size_t)(dot - near) : 0, found_in = own ? (size_t)(own - key) : 0;
    bool beside = section == found_in && strncmp(near, key, section) == 0;
    if (r->command_line || beside)
        snprintf(hint, size, "; did you mean %s?", near);
    else if (dot)
        snprintf(hint, size, "; did you mean %s, which is %s inside %.*s?", near, dot + 1, (int)section, near);
    else
        snprintf(hint, size, "; did you mean %s, which stands outside every section?", near);
}

static int refuse_key(const reader *r, document_node n, const char *key) {
    char hint[3 * SETTING_KEY_SIZE + 64];
    make_hint(r, key, hint, sizeof hint);
    const char *dot = strchr(key, '.');
    if (!r->command_line && dot && schema_find(key, NULL))
        return reader_refuse(r, n, key,
                             "a dot is a level of nesting; expected %.*s: with the rest of the key inside it",
                             (int)(dot - key), key);
    return reader_refuse(r, n, reader_shown_key(key), "unknown key%s (`a3c config` lists them all)", hint);
}

static void note_former(const reader *r, document_node n, const char *key, const setting *row) {
    if (!r->warnings) return;
    int line = 0, column = 0;
    if (!r->command_line) document_place(r->document, n, &line, &column);
    if (line)
        text_printf(r->warnings, "%s:%d:%d: ", r->name, line, column);
    else
        text_printf(r->warnings, "%s: ", r->name);
    text_printf(r->warnings, "%s: this key is now called %s\n", key, row->key);
}

/* A value into both columns, with its place. `n` names the key (0 on the command line), `value` holds it. */
static int assign(const reader *r, const setting *row, document_node n, document_node value) {
    if (value_read(r, row, value, MODE_ASYNC) || value_read(r, row, value, MODE_SYNC)) return -1;
    origin *from = &r->columns->from[row - schema];
    *from = (origin){.name = r->name};
    if (!r->command_line && n) document_place(r->document, n, &from->line, &from->column);
    return 0;
}

static int read_mapping(const reader *r, document_node mapping, const char *section, bool *given);

/* A key with its value: a row of the table, or a section of them. */
static int read_key(const reader *r, document_node n, document_node value, const char *key, bool *given) {
    if (schema_is_section(key)) {
        if (document_kind_of(r->document, value) == DOCUMENT_MAPPING) return read_mapping(r, value, key, given);
        return reader_refuse(r, value, key,
                             document_empty(r->document, value)
                                 ? "a value is missing; expected keys inside this section"
                                 : "expected keys inside this section, found a value");
    }
    bool former;
    const setting *row = schema_find(key, &former);
    if (!row) return refuse_key(r, n, key);
    if (given[row - schema]) return reader_refuse(r, n, key, "the key is given twice");
    given[row - schema] = true;
    if (former) note_former(r, n, key, row);
    return assign(r, row, n, value);
}

/* Whether the same section name occurs twice in a mapping; single keys are told by `given`. */
static bool repeated(const document *d, document_node mapping, size_t i) {
    for (size_t j = 0; j < i; j++) {
        document_node other = document_key(d, mapping, j);
        if (strcmp(document_text(d, other), document_text(d, document_key(d, mapping, i))) == 0) return true;
    }
    return false;
}

static int read_mapping(const reader *r, document_node mapping, const char *section, bool *given) {
    const document *d = r->document;
    for (size_t i = 0; i < document_size(d, mapping); i++) {
        document_node n = document_key(d, mapping, i);
        if (document_kind_of(d, n) != DOCUMENT_SCALAR)
            return reader_refuse(r, n, *section ? section : "settings", "expected the name of a key");
        const char *name = document_text(d, n);
        char key[SETTING_KEY_SIZE];
        if ((size_t)snprintf(key, sizeof key, "%s%s%s", section, *section ? "." : "", name) >= sizeof key || !*name)
            return reader_refuse(r, n, reader_shown_key(name), "unknown key (`a3c config` lists them all)");
        if (strchr(name, '.') && !r->command_line) return refuse_key(r, n, key);
        if (repeated(d, mapping, i)) return reader_refuse(r, n, key, "the key is given twice");
        if (read_key(r, n, document_child(d, mapping, i), key, given)) return -1;
    }
    return 0;
}

/* The format comes first: a newer file may hold keys that this program does not know. */
static int check_format(const reader *r, document_node root) {
    const document *d = r->document;
    for (size_t i = 0; i < document_size(d, root); i++) {
        document_node n = document_key(d, root, i);
        if (document_kind_of(d, n) != DOCUMENT_SCALAR || strcmp(document_text(d, n), "format") != 0) continue;
        document_node value = document_child(d, root, i);
        if (value_read(r, schema_find("format", NULL), value, MODE_ASYNC)) return -1;
        int format = r->columns->mode[MODE_ASYNC].format;
        if (format > SETTINGS_FORMAT)
            return reader_refuse(r, value, "format",
                                 "this file has format %d, this program reads up to %d; use a newer a3c", format,
                                 SETTINGS_FORMAT);
    }
    return 0;
}

/* Reads a whole document into the columns and frees it. */
static int read_document(columns *c, const char *name, document *d, text_buffer *warnings, error *e) {
    if (!d) return -1;
    reader r = {.name = name, .document = d, .columns = c, .warnings = warnings, .e = e};
    document_node root = document_root(d);
    bool given[SETTINGS_ROWS] = {false};
    int result;
    if (!root)
        result = error_set(e, STATUS_USAGE, "%s:1:1: there are no settings here; expected keys and values, {} for none",
                           name);
    else if (document_kind_of(d, root) != DOCUMENT_MAPPING || document_empty(d, root))
        result = reader_refuse(&r, root, "settings", "expected keys and values, such as `seed: 1`");
    else
        result = check_format(&r, root) || read_mapping(&r, root, "", given) ? -1 : 0;
    document_free(d);
    return result;
}

static int read_defaults(columns *c, error *e) {
    CHECK(schema_count <= SETTINGS_ROWS);
    text_buffer text = {0};
    write_defaults(&text, false);
    document *d = document_parse("defaults", text_string(&text), text.length, e);
    int result = read_document(c, "defaults", d, NULL, e);
    text_free(&text);
    memset(c->from, 0, sizeof c->from);
    return result;
}

/* `--set env.options.KEY=VALUE` names what the table cannot know. */
static int apply_value(const reader *r, const char *key, document_node value) {
    static const char options[] = "env.options.";
    bool given[SETTINGS_ROWS] = {false};
    if (strncmp(key, options, sizeof options - 1) != 0) return read_key(r, value, value, key, given);
    const char *name = key + sizeof options - 1;
    if (value_read_option(r, 0, value, name, MODE_ASYNC) || value_read_option(r, 0, value, name, MODE_SYNC)) return -1;
    r->columns->from[schema_find("env.options", NULL) - schema] = (origin){.name = r->name};
    return 0;
}

/* A newer format cannot be asked for either. */
static int check_override_format(const reader *r) {
    int format = r->columns->mode[MODE_ASYNC].format;
    if (format <= SETTINGS_FORMAT) return 0;
    return reader_refuse(r, 0, "format", "format %d is asked for, this program has up to %d", format, SETTINGS_FORMAT);
}

static int apply_flow(columns *c, const settings_override *o, const char *value, text_buffer *warnings, error *e) {
    char name[SETTING_KEY_SIZE + 64];
    snprintf(name, sizeof name, "%.32s: %s", o->option, o->key);
    document *d = document_parse_flow(name, value, e);
    if (!d) return -1;
    reader r = {.name = o->option, .command_line = true, .document = d, .columns = c, .warnings = warnings, .e = e};
    document_node list = document_root(d);
    size_t count = document_size(d, list);
    int result;
    if (count == 0)
        result = reader_refuse(&r, list, o->key, "a value is missing");
    else if (count > 1)
        result = reader_refuse(&r, list, o->key, "expected one value, found %zu", count);
    else
        result = apply_value(&r, o->key, document_child(d, list, 0)) || check_override_format(&r) ? -1 : 0;
    document_free(d);
    return result;
}

static int apply_override(columns *c, const settings_override *o, text_buffer *warnings, error *e) {
    if (strlen(o->key) >= SETTING_KEY_SIZE || !*o->key)
        return error_set(e, STATUS_USAGE, "%s: expected KEY=VALUE, found the key %s", o->option, reader_shown(o->key));
    if (!o->literal) return apply_flow(c, o, o->value, warnings, e);
    text_buffer quoted = {0};
    write_quoted(o->value, &quoted);
    int result = apply_flow(c, o, text_string(&quoted), warnings, e);
    text_free(&quoted);
    return result;
}

static int apply_overrides(columns *c, const settings_override *overrides, size_t count, text_buffer *warnings,
                           error *e) {
    for (size_t i = 0; i < count; i++)
        if (apply_override(c, &overrides[i], warnings, e)) return -1;
    return 0;
}

bool settings_is_path(const char *argument) {
    size_t length = strlen(argument);
    return strchr(argument, '/') || (length > 5 && strcmp(argument + length - 5, ".yaml") == 0);
}

static void name_file(settings *s, const char *path) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t length = strlen(name);
    if (length > 5 && strcmp(name + length - 5, ".yaml") == 0) length -= 5;
    snprintf(s->preset, sizeof s->preset, "%.*s", (int)length, name);
}

static int read_base(columns *c, const settings_request *request, error *e) {
    const char *base = request->base;
    if (!base) base = request->env ? preset_of_env(request->env) : "cartpole";
    if (!base) {
        name_file(&c->mode[0], request->env);
        name_file(&c->mode[1], request->env);
        return 0;
    }
    name_file(&c->mode[0], base);
    name_file(&c->mode[1], base);
    if (settings_is_path(base)) return read_document(c, base, document_read(base, e), request->warnings, e);
    size_t length;
    const char *text = preset_text(base, &length);
    if (!text)
        return error_set(e, STATUS_USAGE, "%.100s: there is no such preset%s; `a3c help` lists them", base,
                         reader_hint(base, preset_names()));
    snprintf(c->preset, sizeof c->preset, "config/%s.yaml", base);
    return read_document(c, c->preset, document_parse(c->preset, text, length, e), request->warnings, e);
}

/* A preset's warm-up that leaves nothing of the steps asked for is shortened as the run is. One that somebody asked for is
 * refused (settings_check). `preset_steps`: the preset's own total_steps. */
static void shorten_warmup(settings *s, const columns *c, int64_t preset_steps, text_buffer *warnings) {
    const origin *from = &c->from[schema_find("optimizer.warmup_steps", NULL) - schema];
    bool preset = *c->preset && from->name == c->preset;
    if (!preset || s->optimizer.warmup_steps < s->total_steps || preset_steps <= s->optimizer.warmup_steps) return;
    double share = (double)s->optimizer.warmup_steps / (double)preset_steps;
    int64_t warmup = (int64_t)(share * (double)s->total_steps);
    if (warnings)
        text_printf(warnings, "optimizer.warmup_steps: %s has %lld, more than total_steps; %lld are taken\n", c->preset,
                    (long long)s->optimizer.warmup_steps, (long long)warmup);
    s->optimizer.warmup_steps = warmup;
}

static void tell_places(const columns *c, settings_place *places) {
    for (size_t k = 0; k < schema_count; k++) {
        const origin *from = &c->from[k];
        places[k] = (settings_place){.command_line = from->name && !from->line};
        if (from->name && from->line && from->name != c->preset)
            snprintf(places[k].text, sizeof places[k].text, "%.200s:%d:%d", from->name, from->line, from->column);
        else if (places[k].command_line)
            snprintf(places[k].text, sizeof places[k].text, "%.200s", from->name);
    }
}

/* Whose value of a pair {async: A, sync: B} a mode takes. */
static run_mode column_of(run_mode mode) {
#define MODE_COLUMN(name, word, column) [name] = column,
    static const run_mode columns[] = {RUN_MODES(MODE_COLUMN)};
    return columns[mode];
}

int settings_load(settings *s, const settings_request *request, error *e) {
    columns *c = memory_new(sizeof *c);
    int64_t preset_steps[2] = {0};
    settings_override env = {.option = "--env", .key = "env.id", .value = request->env, .literal = true};
    int result = read_defaults(c, e);
    CHECK(result == 0);
    result = read_base(c, request, e);
    for (int m = 0; m < 2; m++) preset_steps[m] = c->mode[m].total_steps;
    if (!result && request->env) result = apply_override(c, &env, NULL, e);
    if (!result) result = apply_overrides(c, request->overrides, request->override_count, request->warnings, e);
    if (!result) {
        run_mode mode = c->mode[MODE_ASYNC].mode;
        bool column = request->other_column ? !column_of(mode) : column_of(mode);
        *s = c->mode[column];
        shorten_warmup(s, c, preset_steps[column], request->warnings);
        if (request->places) tell_places(c, request->places);
        result = settings_check_columns(s, c->from, e) || settings_check_environment(s, c->from, e) ? -1 : 0;
    }
    memory_free(c);
    return result;
}

int settings_parse(settings *s, const char *name, const char *text, size_t length, error *e) {
    columns *c = memory_new(sizeof *c);
    int result = read_defaults(c, e);
    CHECK(result == 0);
    result = read_document(c, name, document_parse(name, text, length, e), NULL, e);
    if (!result) {
        *s = c->mode[column_of(c->mode[MODE_ASYNC].mode)];
        result = settings_check_columns(s, c->from, e);
    }
    memory_free(c);
    return result;
}

int settings_apply(settings *s, const settings_override *overrides, size_t count, error *e) {
    columns *c = memory_new(sizeof *c);
    c->mode[MODE_ASYNC] = c->mode[MODE_SYNC] = *s;
    int result = apply_overrides(c, overrides, count, NULL, e);
    if (!result) {
        *s = c->mode[column_of(c->mode[MODE_ASYNC].mode)];
        result = settings_check_columns(s, c->from, e);
    }
    memory_free(c);
    return result;
}

int settings_resume(settings *s, const settings_override *overrides, size_t count, error *e) {
    static const char *const free_keys[] = {"threads",
                                            "pin_threads",
                                            "total_steps",
                                            "stop.when_solved",
                                            "stop.seconds",
                                            "checkpoint.interval_steps",
                                            "checkpoint.interval_seconds"};
    settings before = *s;
    if (settings_apply(s, overrides, count, e)) return -1;
    for (size_t k = 0; k < schema_count; k++) {
        bool may = false;
        for (size_t i = 0; i < sizeof free_keys / sizeof *free_keys; i++)
            may = may || strcmp(free_keys[i], schema[k].key) == 0;
        if (may) continue;
        char *was = settings_value(&before, k), *is = settings_value(s, k);
        bool same = strcmp(was, is) == 0;
        if (!same)
            error_set(e, STATUS_USAGE,
                      "%s: a resumed run cannot change it from %s to %s; it may change threads, pin_threads, "
                      "total_steps, stop.* and "
                      "checkpoint.*",
                      schema[k].key, was, is);
        memory_free(was);
        memory_free(is);
        if (!same) return -1;
    }
    return 0;
}

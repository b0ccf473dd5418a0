/* SPDX-License-Identifier: MIT
 * The options that make settings: PRESET|FILE, --env, --mode, --set and the others of train. */
#include "cli/settings_options.h"

#include "base/memory.h"
#include "cli/cli.h"

#include <errno.h>
#include <string.h>

enum { OPTION_ENV = 0x200, OPTION_SET, OPTION_FIRST_KEY };

/* Options that are a key of their own: what they mean is the schema's text. */
static const struct {
    const char *option, *argument, *key;
} shortcuts[] = {
    {"--mode", "async|sync", "mode"}, {"--workers", "N", "workers"}, {"--threads", "N", "threads"},
    {"--steps", "N", "total_steps"},  {"--seed", "N", "seed"},
};
enum { SHORTCUTS = sizeof shortcuts / sizeof *shortcuts };

int settings_options_add(settings_options *o, const char *option, const char *key, const char *value) {
    if (o->override_count == SETTINGS_OVERRIDES) {
        error_set(o->e, STATUS_USAGE, "--set: at most %d of them", SETTINGS_OVERRIDES);
        return E2BIG;
    }
    o->overrides[o->override_count++] = (settings_override){.option = option, .key = key, .value = value};
    return 0;
}

int settings_options_set(settings_options *o, char *text) {
    char *equal = strchr(text, '=');
    if (!equal || equal == text) {
        error_set(o->e, STATUS_USAGE, "--set: expected KEY=VALUE, found \"%.200s\"", text);
        return EINVAL;
    }
    *equal = '\0';
    return settings_options_add(o, "--set", text, equal + 1);
}

static error_t parse(int key, char *text, struct argp_state *state) {
    settings_options *o = state->input;
    if (key >= OPTION_FIRST_KEY && key < OPTION_FIRST_KEY + SHORTCUTS)
        return settings_options_add(o, shortcuts[key - OPTION_FIRST_KEY].option, shortcuts[key - OPTION_FIRST_KEY].key,
                                    text);
    switch (key) {
    case OPTION_ENV:
        o->env = text;
        return 0;
    case OPTION_SET:
        return settings_options_set(o, text);
    case ARGP_KEY_ARG:
        if (o->base) return cli_extra(text, o->e);
        o->base = text;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static char *meaning_of(const char *key) {
    for (size_t k = 0; k < settings_keys(); k++)
        if (strcmp(settings_key(k), key) == 0) return settings_key_meaning(k);
    check_failed("a shortcut's key is in the schema", __FILE__, __LINE__);
}

const struct argp *settings_options_argp(void) {
    static struct argp_option options[SHORTCUTS + 3];
    static struct argp argp = {.options = options, .parser = parse};
    if (options[0].name) return &argp;
    options[0] = (struct argp_option){
        "env", OPTION_ENV, "ID", 0, "the environment, or a plugin's path; without a preset it brings its own preset",
        0};
    for (int i = 0; i < SHORTCUTS; i++)
        options[1 + i] = (struct argp_option){shortcuts[i].option + 2,      OPTION_FIRST_KEY + i,
                                              shortcuts[i].argument,        0,
                                              meaning_of(shortcuts[i].key), 0}; /* kept for the life of the process */
    options[1 + SHORTCUTS] = (struct argp_option){
        "set", OPTION_SET, "KEY=VALUE", 0, "any key, VALUE in YAML, for both modes; may be repeated", 0};
    return &argp;
}

/* What was meant by a word that is neither preset nor command. */
static int refuse_word(const char *word, error *e) {
    const char *names[256] = {"help"};
    size_t count = 1;
    for (const command *c = commands; c->name; c++) names[count++] = c->name;
    for (size_t i = 0; i < settings_presets() && count < 255; i++) names[count++] = settings_preset_name(i);
    const char *near = text_closest(word, names);
    return error_set(e, STATUS_USAGE, "%.200s: there is no such command or preset%s%s%s; `a3c help` lists them", word,
                     near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static bool is_preset(const char *word) {
    for (size_t i = 0; i < settings_presets(); i++)
        if (strcmp(settings_preset_name(i), word) == 0) return true;
    return false;
}

int settings_options_load(const settings_options *o, bool implicit, settings *s, error *e) {
    if (implicit && o->base && !settings_is_path(o->base) && !is_preset(o->base)) return refuse_word(o->base, e);
    text_buffer warnings = {0};
    settings_request request = {.base = o->base,
                                .env = o->env,
                                .overrides = o->overrides,
                                .override_count = o->override_count,
                                .warnings = &warnings};
    int result = settings_load(s, &request, e);
    fputs(text_string(&warnings), stderr);
    text_free(&warnings);
    return result;
}

char *settings_options_keys_help(void) {
    text_buffer out = {0};
    text_append(&out, "Keys of --set and of files:\n");
    for (size_t k = 0; k < settings_keys(); k++) {
        char *meaning = settings_key_meaning(k);
        text_printf(&out, "  %s: %s\n", settings_key(k), meaning);
        memory_free(meaning);
    }
    return out.data;
}

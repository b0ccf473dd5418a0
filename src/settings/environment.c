/* SPDX-License-Identifier: MIT
 * The environment that settings describe: definition, options, wrappers. */
#include "settings/reader.h"

#include <string.h>

static env_wrapping wrapping_of(const settings *s) {
    return (env_wrapping){.max_episode_steps = s->env.max_episode_steps,
                          .frame_stack = s->env.frame_stack,
                          .frame_skip = s->env.frame_skip,
                          .sticky_action_probability = s->env.sticky_action_probability,
                          .clip_actions = s->env.clip_actions,
                          .rescale_actions = s->env.rescale_actions,
                          .delay = s->env.delay.kind,
                          .delay_sleeps = s->env.delay.sleeps,
                          .delay_on_reset = s->env.delay.on_resets,
                          .delay_mean_us = s->env.delay.mean_us};
}

/* Names and indices of masked components; they are known once the environment has described itself. */
static int resolve_mask(const settings *s, const a3c_env_spec *spec, env_wrapping *w, error *e) {
    for (int i = 0; i < s->env.mask_count; i++) {
        int component = env_component(spec, s->env.mask[i]);
        if (component < 0) {
            error_set(e, STATUS_USAGE,
                      "env.mask: %s has no component %s; expected a name or an index as `a3c env info` shows",
                      s->env.id[0], reader_shown(s->env.mask[i]));
            return -1;
        }
        w->masked[w->masked_count++] = component;
    }
    return 0;
}

int settings_env_kind(const settings *s, int task, env_config *kind, error *e) {
    CHECK(task >= 0 && task < s->env.count);
    const a3c_env_def *def = env_find(s->env.id[task], s->env.on_command_line, e);
    if (!def) {
        error_prefix(e, "env.id: ");
        return error_at_key(e, "env.id", -1);
    }
    env_option_text options[A3C_ENV_OPTIONS];
    for (int i = 0; i < s->env.option_count; i++)
        options[i] = (env_option_text){s->env.options[i].key, s->env.options[i].value};
    env_wrapping w = wrapping_of(s);
    if (env_config_make(kind, def, options, (size_t)s->env.option_count, &w, e)) return -1;
    if (s->env.mask_count == 0) return 0;
    if (resolve_mask(s, &kind->spec, &w, e)) return error_at_key(e, "env.mask", -1);
    return env_config_make(kind, def, options, (size_t)s->env.option_count, &w, e);
}

/* Puts the place of the key at fault before the message. An environment that refuses its options by default is env.id's. */
static void add_place(const origin *from, error *e) {
    const setting *row = e->key ? schema_find(e->key, NULL) : NULL;
    if (row && !from[row - schema].name) row = schema_find("env.id", NULL);
    if (!row) return;
    bool option = e->entry >= 0 && strcmp(row->key, "env.options") == 0;
    const origin *at = &from[option ? SETTINGS_ROWS + e->entry : row - schema];
    if (!at->name) return;
    if (at->line)
        error_prefix(e, "%s:%d:%d: ", at->name, at->line, at->column);
    else
        error_prefix(e, "%s: ", at->name);
}

int settings_check_environment(const settings *s, const origin *from, error *e) {
    for (int task = 0; task < s->env.count; task++) {
        env_config kind;
        if (settings_env_kind(s, task, &kind, e) == 0) continue;
        if (e) add_place(from, e);
        return -1;
    }
    return 0;
}

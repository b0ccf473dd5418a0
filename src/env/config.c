/* SPDX-License-Identifier: MIT
 * Resolves an environment's options and wrappers, checks what it says of itself, and lays out its instances. */
#include "env/config.h"

#include "base/number.h"
#include "base/text.h"
#include "env/wrappers.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_ELEMENTS = 1 << 24, LARGEST_INSTANCE = 1 << 30 };

/* ---- Options ---- */

static int unknown_option(const a3c_env_def *def, const char *key, error *e) {
    const char *keys[A3C_ENV_OPTIONS + 1] = {NULL};
    char list[512] = "";
    for (size_t i = 0; i < def->option_count; i++) {
        keys[i] = def->options[i].key;
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "", keys[i]);
    }
    const char *close = text_closest(key, keys);
    if (close != NULL) {
        return error_set(e, STATUS_USAGE, "env.options.%s: %s has no such option; did you mean %s?", key, def->name,
                         close);
    }
    if (def->option_count == 0) {
        return error_set(e, STATUS_USAGE, "env.options.%s: %s has no options", key, def->name);
    }
    return error_set(e, STATUS_USAGE, "env.options.%s: %s has no such option; it has %s", key, def->name, list);
}

static bool parse_bool(const char *text, double *value) {
    bool yes = strcmp(text, "true") == 0 || strcmp(text, "True") == 0 || strcmp(text, "1") == 0;
    bool no = strcmp(text, "false") == 0 || strcmp(text, "False") == 0 || strcmp(text, "0") == 0;
    *value = yes;
    return yes || no;
}

static bool parse_number(const char *text, bool whole, double *value) {
    char *end;
    errno = 0;
    *value = number_parse(text, &end);
    return end != text && *end == 0 && errno == 0 && isfinite(*value) && (!whole || *value == nearbyint(*value));
}

static bool parse_choice(const a3c_env_option *option, const char *text, double *value) {
    for (int i = 0; option->choices[i] != NULL; i++) {
        if (strcmp(option->choices[i], text) == 0) {
            *value = i;
            return true;
        }
    }
    return false;
}

static int wrong_choice(const a3c_env_option *option, const char *text, error *e) {
    char list[512] = "";
    for (int i = 0; option->choices[i] != NULL; i++) {
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "", option->choices[i]);
    }
    return error_set(e, STATUS_USAGE, "env.options.%s: '%s' is none of %s", option->key, text, list);
}

static int parse_option(const a3c_env_option *option, const char *text, double *value, error *e) {
    switch (option->kind) {
    case A3C_OPTION_BOOL:
        if (!parse_bool(text, value)) {
            return error_set(e, STATUS_USAGE, "env.options.%s: '%s' is neither true nor false", option->key, text);
        }
        return 0;
    case A3C_OPTION_CHOICE:
        return parse_choice(option, text, value) ? 0 : wrong_choice(option, text, e);
    default:
        break;
    }
    bool whole = option->kind == A3C_OPTION_INT;
    if (!parse_number(text, whole, value)) {
        return error_set(e, STATUS_USAGE, "env.options.%s: '%s' is not a %s", option->key, text,
                         whole ? "whole number" : "number");
    }
    if (*value < option->minimum || *value > option->maximum) {
        return error_set(e, STATUS_USAGE, "env.options.%s: %s is outside %.12g .. %.12g", option->key, text,
                         option->minimum, option->maximum);
    }
    return 0;
}

static int resolve_options(env_config *kind, const env_option_text *options, size_t count, error *e) {
    const a3c_env_def *def = kind->def;
    for (size_t i = 0; i < def->option_count; i++) {
        kind->values[i] = def->options[i].value;
    }
    for (size_t k = 0; k < count; k++) {
        size_t i = 0;
        while (i < def->option_count && strcmp(def->options[i].key, options[k].key) != 0) {
            i++;
        }
        if (i == def->option_count) {
            unknown_option(def, options[k].key, e);
            return error_at_key(e, "env.options", (int)k);
        }
        if (parse_option(&def->options[i], options[k].value, &kind->values[i], e) != 0) {
            return error_at_key(e, "env.options", (int)k);
        }
    }
    return 0;
}

/* ---- Description ---- */

/* What is wrong with a description, or NULL. */
static const char *observation_fault(const a3c_env_spec *spec) {
    if ((unsigned)spec->observation > A3C_OBSERVATION_DISCRETE) {
        return "its observation is of no known kind";
    }
    int dims = spec->observation_dims;
    bool right = spec->observation == A3C_OBSERVATION_VECTOR   ? dims == 1
                 : spec->observation == A3C_OBSERVATION_PLANES ? dims == 3
                                                               : dims >= 1 && dims <= A3C_ENV_DIMS;
    if (!right) {
        return "its observation has a wrong number of dimensions";
    }
    int64_t elements = 1;
    for (int i = 0; i < dims; i++) {
        if (spec->observation_shape[i] < 1 || spec->observation_shape[i] > LARGEST_ELEMENTS) {
            return "a dimension of its observation is below 1 or too large";
        }
        elements *= spec->observation_shape[i];
        if (spec->observation != A3C_OBSERVATION_DISCRETE && elements > LARGEST_ELEMENTS) {
            return "its observation is too large";
        }
    }
    for (int i = 0; spec->observation_low != NULL && spec->observation_high != NULL && i < elements; i++) {
        if (!(spec->observation_low[i] <= spec->observation_high[i])) {
            return "a bound of its observation is not low <= high";
        }
    }
    return NULL;
}

static const char *action_fault(const a3c_env_spec *spec) {
    if ((unsigned)spec->action > A3C_ACTION_BOX) {
        return "its action is of no known kind";
    }
    if (spec->action_dims < 1 || spec->action_dims > A3C_ENV_DIMS ||
        (spec->action == A3C_ACTION_DISCRETE && spec->action_dims != 1)) {
        return "its action has a wrong number of components";
    }
    for (int i = 0; i < spec->action_dims; i++) {
        if (spec->action != A3C_ACTION_BOX && spec->action_n[i] < 1) {
            return "a discrete action has fewer than one choice";
        }
        if (spec->action == A3C_ACTION_BOX && !(isfinite(spec->action_low[i]) && isfinite(spec->action_high[i]) &&
                                                spec->action_low[i] < spec->action_high[i])) {
            return "a bound of its action is not finite with low < high";
        }
    }
    return NULL;
}

static const char *spec_fault(const a3c_env_spec *spec) {
    const char *fault = observation_fault(spec);
    fault = fault != NULL ? fault : action_fault(spec);
    if (fault != NULL) {
        return fault;
    }
    if (spec->max_episode_steps < 0) {
        return "its time limit is negative";
    }
    if (spec->instance_size > LARGEST_INSTANCE) {
        return "its state is too large";
    }
    if (spec->render_width < 0 || spec->render_height < 0) {
        return "its picture has a negative size";
    }
    return NULL;
}

static int describe(env_config *kind, error *e) {
    const a3c_env_def *def = kind->def;
    char message[256] = "";
    kind->spec = (a3c_env_spec){.solved_return = NAN, .random_return = NAN, .return_low = NAN, .return_high = NAN};
    if (def->describe(kind->values, &kind->spec, message, sizeof message) != 0) {
        message[sizeof message - 1] = 0;
        return error_set(e, STATUS_USAGE, "%s: %s", def->name, message[0] != 0 ? message : "it refuses these options");
    }
    const char *fault = spec_fault(&kind->spec);
    return fault == NULL ? 0 : error_set(e, STATUS_USAGE, "%s describes nonsense: %s", def->name, fault);
}

/* ---- Wrappers ---- */

static int check_wrapping(const env_config *kind, error *e) {
    const env_wrapping *w = &kind->wrapping;
    if (w->frame_stack < 1 || w->frame_stack > ENV_STACK) {
        return error_set(e, STATUS_USAGE, "env.frame_stack: %d is outside 1 .. %d", w->frame_stack, ENV_STACK);
    }
    if (w->frame_skip < 1) {
        return error_set(e, STATUS_USAGE, "env.frame_skip: %d is below 1", w->frame_skip);
    }
    if (w->max_episode_steps < -1) {
        return error_set(e, STATUS_USAGE, "env.max_episode_steps: %d is below 0", w->max_episode_steps);
    }
    if (!(w->sticky_action_probability >= 0 && w->sticky_action_probability <= 1)) {
        return error_set(e, STATUS_USAGE, "env.sticky_action_probability: %g is outside 0 .. 1",
                         w->sticky_action_probability);
    }
    if (w->delay != ENV_DELAY_NONE && !(w->delay_mean_us >= 0 && w->delay_mean_us <= 1e9)) {
        return error_set(e, STATUS_USAGE, "env.delay: a mean of %g microseconds is outside 0 .. 1e9", w->delay_mean_us);
    }
    for (int i = 0; i < w->masked_count; i++) {
        if (w->masked[i] < 0 || w->masked[i] >= kind->frame_elements) {
            return error_set(e, STATUS_USAGE, "env.mask: %s has no component %d; it has 0 .. %d", kind->def->name,
                             w->masked[i], kind->frame_elements - 1);
        }
    }
    return 0;
}

static int elements_of(const a3c_env_spec *spec) {
    if (spec->observation == A3C_OBSERVATION_DISCRETE) {
        return spec->observation_dims;
    }
    int elements = 1;
    for (int i = 0; i < spec->observation_dims; i++) {
        elements *= spec->observation_shape[i];
    }
    return elements;
}

static size_t rounded(size_t bytes, size_t to) {
    return (bytes + to - 1) / to * to;
}

static void lay_out(env_config *kind) {
    const env_wrapping *w = &kind->wrapping;
    uint32_t stream = kind->spec.flags & A3C_ENV_MT19937 ? A3C_RNG_MT19937 : A3C_RNG_PCG64;
    kind->state_offset = rounded(sizeof(instance_head), 16);
    kind->stream_offset = rounded(kind->state_offset + kind->spec.instance_size, 16);
    size_t end = rounded(kind->stream_offset + env_rng_size(stream), 16);
    kind->sticky_offset = w->sticky_action_probability > 0 ? end : 0;
    end += w->sticky_action_probability > 0 ? sizeof(action_buffer) : 0;
    kind->history_offset = w->frame_stack > 1 ? end : 0;
    end += w->frame_stack > 1 ? (size_t)kind->observation_size * sizeof(float) : 0;
    kind->instance_stride = rounded(end, 64);
    bool shapes_actions = kind->spec.action == A3C_ACTION_BOX && (w->clip_actions || w->rescale_actions);
    kind->plain = w->sticky_action_probability == 0 && w->frame_stack == 1 && w->frame_skip == 1 &&
                  (w->delay == ENV_DELAY_NONE || w->delay_on_reset) && !shapes_actions;
}

/* Those give finite numbers, as their tests hold. */
static bool is_builtin(const a3c_env_def *def) {
    size_t count;
    const a3c_env_def *const *builtins = env_builtins(&count);
    for (size_t i = 0; i < count; i++)
        if (builtins[i] == def) return true;
    return false;
}

int env_config_make(env_config *kind, const a3c_env_def *def, const env_option_text *options, size_t option_count,
                    const env_wrapping *wrapping, error *e) {
    *kind = (env_config){.def = def, .wrapping = {.max_episode_steps = -1, .frame_stack = 1, .frame_skip = 1}};
    if (wrapping != NULL) {
        kind->wrapping = *wrapping;
    }
    if (resolve_options(kind, options, option_count, e) != 0) {
        return -1;
    }
    if (describe(kind, e) != 0) {
        return error_at_key(e, "env.options", -1);
    }
    kind->frame_elements = elements_of(&kind->spec);
    kind->action_size = kind->spec.action_dims;
    if (check_wrapping(kind, e) != 0) {
        return -1;
    }
    kind->observation_size = kind->frame_elements * kind->wrapping.frame_stack;
    int asked = kind->wrapping.max_episode_steps;
    kind->max_episode_steps = asked >= 0 ? asked : kind->spec.max_episode_steps;
    lay_out(kind);
    kind->checked = !is_builtin(def);
    return 0;
}

const char *env_def_fault(const a3c_env_def *def) {
    if (def->name == NULL || def->name[0] == 0 || def->summary == NULL) {
        return "it has no name or no summary";
    }
    if (strlen(def->name) >= ENV_ID_SIZE) {
        return "its name is too long";
    }
    if (def->describe == NULL || def->reset == NULL || def->step == NULL) {
        return "it lacks one of describe, reset and step";
    }
    if (def->option_count > A3C_ENV_OPTIONS || (def->option_count > 0 && def->options == NULL)) {
        return "it has too many options, or a count without a table";
    }
    for (size_t i = 0; i < def->option_count; i++) {
        const a3c_env_option *option = &def->options[i];
        if (option->key == NULL || option->key[0] == 0 || option->help == NULL) {
            return "an option has no key or no help";
        }
        if ((unsigned)option->kind > A3C_OPTION_CHOICE ||
            (option->kind == A3C_OPTION_CHOICE && option->choices == NULL)) {
            return "an option is of no known kind, or a choice without names";
        }
        bool number = option->kind == A3C_OPTION_INT || option->kind == A3C_OPTION_FLOAT;
        if (number && !(option->minimum <= option->value && option->value <= option->maximum)) {
            return "an option's default is outside its range";
        }
    }
    return NULL;
}

int env_component(const a3c_env_spec *spec, const char *name) {
    int elements = elements_of(spec);
    for (int i = 0; spec->observation_names != NULL && i < elements; i++) {
        if (strcmp(spec->observation_names[i], name) == 0) {
            return i;
        }
    }
    char *end;
    errno = 0;
    long index = strtol(name, &end, 10);
    return end != name && *end == 0 && errno == 0 && index >= 0 && index < elements ? (int)index : -1;
}

/* SPDX-License-Identifier: MIT
 * a3c env run: one environment stepped by actions from outside, a JSON object a line, every number so that it reads
 * back exactly. */
#include "cli/env.h"
#include "cli/json_lines.h"

#include "base/memory.h"
#include "base/to_json.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* Where actions come from. */
typedef struct source {
    const env_config *kind;
    lines lines; /* file NULL: random */
    a3c_rng rng;
    error *e;
} source;

typedef union action {
    int32_t index[A3C_ENV_DIMS];
    float box[A3C_ENV_DIMS];
} action;

/* ---- Actions ---- */

static void draw_action(source *s, action *out) {
    const a3c_env_spec *spec = &s->kind->spec;
    for (int i = 0; i < s->kind->action_size; i++) {
        if (spec->action != A3C_ACTION_BOX) {
            out->index[i] = (int32_t)env_random.below(&s->rng, (uint32_t)spec->action_n[i]);
            continue;
        }
        double low = (double)spec->action_low[i], high = (double)spec->action_high[i];
        bool bounded = isfinite(low) && isfinite(high);
        out->box[i] =
            bounded ? (float)(low + (high - low) * env_random.uniform01(&s->rng)) : (float)env_random.normal(&s->rng);
    }
}

static int refuse_action(const source *s) {
    const a3c_env_spec *spec = &s->kind->spec;
    char expected[96];
    if (spec->action == A3C_ACTION_DISCRETE)
        snprintf(expected, sizeof expected, "an action 0 .. %d", spec->action_n[0] - 1);
    else if (spec->action == A3C_ACTION_BOX)
        snprintf(expected, sizeof expected, "an action, an array of %d numbers", spec->action_dims);
    else
        snprintf(expected, sizeof expected, "an action, an array of %d integers in the range of each",
                 spec->action_dims);
    return lines_refuse(&s->lines, expected, s->e);
}

static bool component(const source *s, const json_t *value, int i, action *out) {
    const a3c_env_spec *spec = &s->kind->spec;
    if (spec->action == A3C_ACTION_BOX) {
        out->box[i] = (float)json_number_value(value);
        return json_is_number(value) && isfinite(out->box[i]);
    }
    json_int_t index = json_integer_value(value);
    if (!json_is_integer(value) || index < 0 || index >= spec->action_n[i]) return false;
    out->index[i] = (int32_t)index;
    return true;
}

static bool convert(const source *s, const json_t *value, action *out) {
    if (s->kind->spec.action == A3C_ACTION_DISCRETE) return component(s, value, 0, out);
    if (!json_is_array(value) || json_array_size(value) != (size_t)s->kind->action_size) return false;
    for (int i = 0; i < s->kind->action_size; i++)
        if (!component(s, json_array_get(value, (size_t)i), i, out)) return false;
    return true;
}

/* The next action: 1, 0 at the end of the file, -1 with the error. */
static int next_action(source *s, action *out) {
    if (!s->lines.file) {
        draw_action(s, out);
        return 1;
    }
    json_t *value;
    int result = lines_next(&s->lines, &value, s->e);
    if (result <= 0) return result;
    result = value && convert(s, value, out) ? 1 : refuse_action(s);
    json_decref(value);
    return result;
}

/* ---- Output ---- */

/* A float as the double that it is, so that it reads back exactly in either. */
static void append_float(text_buffer *t, float value) {
    to_json_double(t, (double)value);
}

static void append_observation(text_buffer *t, const env_config *kind, const float *observation) {
    bool discrete = kind->spec.observation == A3C_OBSERVATION_DISCRETE, one = discrete && kind->observation_size == 1;
    to_json_key(t, "observation");
    if (!one) text_append(t, "[");
    for (int i = 0; i < kind->observation_size; i++) {
        if (i) text_append(t, ",");
        if (discrete)
            text_printf(t, "%d", (int)observation[i]);
        else
            append_float(t, observation[i]);
    }
    if (!one) text_append(t, "]");
}

static void append_action(text_buffer *t, const env_config *kind, const action *a) {
    bool one = kind->spec.action == A3C_ACTION_DISCRETE;
    to_json_key(t, "action");
    if (!one) text_append(t, "[");
    for (int i = 0; i < kind->action_size; i++) {
        if (i) text_append(t, ",");
        if (kind->spec.action == A3C_ACTION_BOX)
            append_float(t, a->box[i]);
        else
            text_printf(t, "%d", (int)a->index[i]);
    }
    if (!one) text_append(t, "]");
}

static int check_failure(const env_config *kind, unsigned flags, const void *instance, const float *observation,
                         double reward, int64_t step, error *e) {
    char why[160];
    if (!(flags & A3C_FAILED)) return 0;
    env_describe_failure(kind, instance, observation, reward, why, sizeof why);
    return error_set(e, STATUS_FAILED, "environment %s failed, step %lld: %s", kind->def->name, (long long)step, why);
}

static int put_line(text_buffer *t, bool now, error *e) {
    text_append(t, "}\n");
    fwrite(t->data, 1, t->length, stdout);
    text_clear(t);
    text_append(t, "{");
    if ((now && fflush(stdout)) || ferror(stdout))
        return error_set(e, STATUS_FAILED, "standard output: %s", strerror(errno));
    return 0;
}

/* ---- The run ---- */

static int play(const env_arguments *a, source *s, void *instance, float *observation, text_buffer *t) {
    const env_config *kind = s->kind;
    bool answering = s->lines.file == stdin; /* another program may wait for each line */
    bool start = true;
    text_append(t, "{");
    for (int64_t step = 0;; step++) {
        if (start && (step == 0 || step != a->steps)) {
            unsigned failed = env_reset(kind, instance, observation);
            append_observation(t, kind, observation);
            if (check_failure(kind, failed, instance, observation, 0, step, s->e) || put_line(t, answering, s->e))
                return -1;
        }
        if (step == a->steps) return 0;
        action act = {{0}};
        int got = next_action(s, &act);
        if (got <= 0) return got;
        double reward;
        unsigned flags = env_step(kind, instance, &act, observation, &reward, NULL);
        if (check_failure(kind, flags, instance, observation, reward, step + 1, s->e)) return -1;
        append_action(t, kind, &act);
        append_observation(t, kind, observation);
        to_json_key(t, "reward");
        to_json_double(t, reward);
        to_json_key(t, "terminated");
        to_json_bool(t, flags & A3C_TERMINATED);
        to_json_key(t, "truncated");
        to_json_bool(t, flags & A3C_TRUNCATED);
        if (put_line(t, answering, s->e)) return -1;
        start = flags != 0;
    }
}

static int open_source(const env_arguments *a, source *s) {
    static const uint32_t purpose[] = {0xac7}; /* keeps drawn actions apart from the environment's own draws */
    s->lines.name = a->actions;
    if (strcmp(a->actions, "random") == 0) {
        env_rng_seed(&s->rng, A3C_RNG_PCG64, a->seed, purpose, 1);
        return a->steps < 0
                   ? error_set(s->e, STATUS_USAGE, "--steps is missing: random actions do not end by themselves")
                   : 0;
    }
    if (strcmp(a->actions, "-") == 0) {
        s->lines.name = "standard input";
        s->lines.file = stdin;
    } else {
        s->lines.file = fopen(a->actions, "re");
    }
    return s->lines.file ? 0
                         : error_set(s->e, STATUS_USAGE, "%.500s: %s; expected random, a file of actions, or -",
                                     a->actions, strerror(errno));
}

int env_run(const env_arguments *a) {
    error e = {0};
    env_config kind;
    if (!a->actions) return cli_missing("--actions random|FILE|-", &e), cli_fail(&e);
    if (env_kind_of_arguments(a, &kind, &e)) return cli_fail(&e);
    source s = {.kind = &kind, .e = &e};
    if (open_source(a, &s)) return cli_fail(&e);
    void *instance = memory_new(kind.instance_stride);
    float *observation = memory_array(float, (size_t)kind.observation_size);
    text_buffer text = {0};
    env_seed(&kind, instance, a->seed, NULL, 0);
    int result = play(a, &s, instance, observation, &text);
    text_free(&text);
    memory_free(observation);
    memory_free(instance);
    lines_free(&s.lines);
    if (s.lines.file && s.lines.file != stdin) fclose(s.lines.file);
    return result ? cli_fail(&e) : cli_finish();
}

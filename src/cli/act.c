/* SPDX-License-Identifier: MIT
 * a3c act: a trained policy as a server on standard input and output, through the interface that other programs use. */
#include "cli/cli.h"
#include "cli/json_lines.h"
#include "trainer/trainer.h"

#include "a3c/policy.h"
#include "base/memory.h"
#include "base/to_json.h"

#include <errno.h>
#include <string.h>

enum { OPTION_BEST = 0x100, OPTION_POLICY, OPTION_SEED };

typedef struct arguments {
    const char *run;
    bool best;
    int policy; /* settings_policy */
    uint64_t seed;
    error *e;
} arguments;

static const struct argp_option options[] = {
    {"best", OPTION_BEST, 0, 0, "the best policy by evaluation, instead of the last", 0},
    {"policy", OPTION_POLICY, "greedy|sample", 0, "the most probable action, or one drawn [greedy]", 0},
    {"seed", OPTION_SEED, "N", 0, "seed of the actions drawn [1]", 0},
    {0, 0, 0, 0, 0, 0},
};

static error_t parse(int key, char *text, struct argp_state *state) {
    arguments *a = state->input;
    switch (key) {
    case OPTION_BEST:
        a->best = true;
        return 0;
    case OPTION_POLICY:
        return cli_policy(text, &a->policy, a->e);
    case OPTION_SEED:
        return cli_seed("--seed", text, &a->seed, a->e);
    case ARGP_KEY_ARG:
        if (a->run) return cli_extra(text, a->e);
        a->run = text;
        return 0;
    case ARGP_KEY_NO_ARGS:
        return cli_missing("RUN, a run's folder or a .safetensors file,", a->e);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* ---- One line ---- */

static bool is_reset(const json_t *value) {
    return json_is_object(value) && json_object_size(value) == 1 && json_is_true(json_object_get(value, "reset"));
}

/* An array of numbers; a single component may stand alone, as `env run` prints a discrete observation. */
static bool convert(const json_t *value, int size, float *observation) {
    if (size == 1 && json_is_number(value)) {
        observation[0] = (float)json_number_value(value);
        return true;
    }
    if (!json_is_array(value) || json_array_size(value) != (size_t)size) return false;
    for (int i = 0; i < size; i++) {
        const json_t *number = json_array_get(value, (size_t)i);
        if (!json_is_number(number)) return false;
        observation[i] = (float)json_number_value(number);
    }
    return true;
}

/* What a line is read into. */
typedef struct question {
    const a3c_policy_info *info;
    int choices;        /* sum of action_n */
    float *observation; /* [observation_size] */
    float *number;      /* [choices] */
    uint8_t *allowed;   /* [choices] */
} question;

/* An observation, or {"observation": .., "allowed": [1, 0, ..]} where the environment forbids actions. */
static bool read_question(const json_t *value, question *q, a3c_actor *actor) {
    if (!json_is_object(value)) return convert(value, q->info->observation_size, q->observation);
    if (json_object_size(value) != 2 || !convert(json_object_get(value, "allowed"), q->choices, q->number))
        return false;
    for (int i = 0; i < q->choices; i++) {
        if (q->number[i] != 0 && q->number[i] != 1) return false;
        q->allowed[i] = q->number[i] == 1;
    }
    return convert(json_object_get(value, "observation"), q->info->observation_size, q->observation) &&
           a3c_actor_allow(actor, q->allowed) == 0;
}

static void append_floats(text_buffer *t, const char *key, const float *numbers, int count) {
    if (key) to_json_key(t, key);
    text_append(t, "[");
    for (int i = 0; i < count; i++) {
        if (i) text_append(t, ",");
        to_json_double(t, (double)numbers[i]);
    }
    text_append(t, "]");
}

static void append_continuous(text_buffer *t, const a3c_policy_info *info, const a3c_answer *answer) {
    float action[A3C_POLICY_ACTION_DIMS];
    for (int i = 0; i < info->action_dims; i++) action[i] = answer->action[i].number;
    append_floats(t, "action", action, info->action_dims);
    append_floats(t, "mean", answer->mean, info->action_dims);
    append_floats(t, "std", answer->std, info->action_dims);
}

/* One component: a number and a row; several: an array of numbers and one of rows. */
static void append_discrete(text_buffer *t, const a3c_policy_info *info, const a3c_answer *answer) {
    bool one = info->action_dims == 1;
    to_json_key(t, "action");
    if (!one) text_append(t, "[");
    for (int i = 0; i < info->action_dims; i++) text_printf(t, "%s%d", i ? "," : "", (int)answer->action[i].index);
    if (!one) text_append(t, "]");
    to_json_key(t, "probabilities");
    if (!one) text_append(t, "[");
    const float *row = answer->probabilities;
    for (int i = 0; i < info->action_dims; i++) {
        if (i) text_append(t, ",");
        append_floats(t, NULL, row, info->action_n[i]);
        row += info->action_n[i];
    }
    if (!one) text_append(t, "]");
}

static int put_answer(text_buffer *t, const a3c_policy_info *info, const a3c_answer *answer, error *e) {
    text_clear(t);
    text_append(t, "{");
    if (info->continuous)
        append_continuous(t, info, answer);
    else
        append_discrete(t, info, answer);
    to_json_key(t, "value");
    to_json_double(t, (double)answer->value);
    text_append(t, "}\n");
    fwrite(t->data, 1, t->length, stdout);
    return fflush(stdout) ? error_set(e, STATUS_FAILED, "standard output: %s", strerror(errno)) : 0;
}

/* ---- All lines ---- */

static int serve(const a3c_policy_info *info, a3c_actor *actor, int policy, lines *input, error *e) {
    char expected[128];
    snprintf(expected, sizeof expected, "an observation of %s, %d number%s%s", info->env, info->observation_size,
             info->observation_size == 1 ? "" : "s", info->masked ? ", and what is allowed" : "");
    question q = {.info = info};
    for (int i = 0; i < info->action_dims && !info->continuous; i++) q.choices += info->action_n[i];
    q.observation = memory_array(float, (size_t)info->observation_size);
    q.number = memory_array(float, (size_t)q.choices);
    q.allowed = memory_array(uint8_t, (size_t)q.choices);
    text_buffer text = {0};
    json_t *value;
    int result;
    while ((result = lines_next(input, &value, e)) > 0) {
        a3c_answer answer;
        if (is_reset(value)) {
            a3c_actor_reset(actor);
            result = 0;
        } else if (!value || !read_question(value, &q, actor) ||
                   a3c_actor_act(actor, q.observation, policy == SETTINGS_SAMPLE ? A3C_SAMPLE : A3C_GREEDY, &answer)) {
            result = lines_refuse(input, expected, e);
        } else {
            result = put_answer(&text, info, &answer, e);
        }
        json_decref(value);
        if (result) break;
    }
    text_free(&text);
    memory_free(q.observation), memory_free(q.number), memory_free(q.allowed);
    return result;
}

int command_act(int argc, char **argv) {
    static const struct argp argp = {
        options,
        parse,
        "RUN",
        "Answers observations, one JSON array per line on standard input, with one JSON object each: action, "
        "probabilities (or mean and std), value.\vThe line {\"reset\":true} starts a new episode and has no "
        "answer. An observation is given as `a3c env run` prints it. Where the environment forbids actions, "
        "{\"observation\":[..],\"allowed\":[1,0,..]} says which there are.",
        NULL,
        NULL,
        NULL};
    error e = {0};
    arguments a = {.policy = SETTINGS_GREEDY, .seed = 1, .e = &e};
    char path[4096], message[512];
    if (cli_parse(&argp, argc, argv, &a, &e) || run_checkpoint_path(a.run, a.best, path, &e)) return cli_fail(&e);
    a3c_policy *policy = a3c_policy_load(path, message, sizeof message);
    if (!policy) return error_set(&e, STATUS_FAILED, "%s", message), cli_fail(&e);
    a3c_policy_info info = a3c_policy_describe(policy);
    a3c_actor *actor = a3c_actor_new(policy, a.seed);
    lines input = {.name = "standard input", .file = stdin};
    int result = serve(&info, actor, a.policy, &input, &e);
    lines_free(&input);
    a3c_actor_free(actor);
    a3c_policy_free(policy);
    return result ? cli_fail(&e) : STATUS_OK;
}

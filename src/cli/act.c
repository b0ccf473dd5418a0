/* SPDX-License-Identifier: MIT
 * a3c act: a trained policy as a server on standard input and output, through the interface that other programs use. */
#include "cli/cli.h"
#include "cli/json_lines.h"
#include "policy/saved.h"

#include "a3c/policy.h"
#include "base/memory.h"
#include "base/to_json.h"

#include <errno.h>
#include <string.h>

enum { OPTION_BEST = 0x100, OPTION_POLICY, OPTION_SEED, OPTION_ENV, OPTION_KEEP_GOING, OPTION_ANSWER_RESETS };

typedef struct arguments {
    const char *run;
    bool best, keep_going, answer_resets;
    const char *env;
    int policy; /* settings_policy */
    uint64_t seed;
    error *e;
} arguments;

static const struct argp_option options[] = {
    {"best", OPTION_BEST, 0, 0, "the best policy by evaluation, instead of the last", 0},
    {"policy", OPTION_POLICY, "greedy|sample", 0, "the most probable action, or one drawn [greedy]", 0},
    {"seed", OPTION_SEED, "N", 0, "seed of the actions drawn [1]", 0},
    {"env", OPTION_ENV, "ID", 0, "another environment of the same spaces, or the path of the plugin it lies in", 0},
    {"keep-going", OPTION_KEEP_GOING, 0, 0, "answer a line that is wrong with {\"error\": ..} and continue", 0},
    {"answer-resets", OPTION_ANSWER_RESETS, 0, 0, "answer {\"reset\":true} with the same", 0},
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
    case OPTION_ENV:
        a->env = text;
        return 0;
    case OPTION_KEEP_GOING:
        a->keep_going = true;
        return 0;
    case OPTION_ANSWER_RESETS:
        a->answer_resets = true;
        return 0;
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
    return json_is_object(value) && json_is_true(json_object_get(value, "reset"));
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

/* An observation, or an object of "observation", "allowed": [1, 0, ..] where the environment forbids actions, and "reset". */
static bool read_question(const json_t *value, question *q, a3c_actor *actor) {
    if (!json_is_object(value)) return convert(value, q->info->observation_size, q->observation);
    const json_t *allowed = json_object_get(value, "allowed");
    size_t known = 1 + (allowed != NULL) + (json_object_get(value, "reset") != NULL);
    if (json_object_size(value) != known) return false;
    if (!allowed) return convert(json_object_get(value, "observation"), q->info->observation_size, q->observation);
    if (!convert(allowed, q->choices, q->number)) return false;
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

static void put_answer(text_buffer *t, const a3c_policy_info *info, const a3c_answer *answer) {
    text_clear(t);
    text_append(t, "{");
    if (info->continuous)
        append_continuous(t, info, answer);
    else
        append_discrete(t, info, answer);
    to_json_key(t, "value");
    to_json_double(t, (double)answer->value);
}

/* ---- All lines ---- */

/* What is served, to whom, and how patiently. */
typedef struct service {
    const arguments *arguments;
    const a3c_policy_info *info;
    a3c_actor *actor;
    question question;
    lines *input;
    char expected[256]; /* of a line, in words */
    text_buffer text;
} service;

/* "an observation of FrozenLake-v1, an index 0 .. 15" */
static void describe_expected(service *s) {
    const a3c_policy_info *info = s->info;
    text_buffer t = {0};
    text_printf(&t, "an observation of %s, ", info->env);
    if (!info->indices)
        text_printf(&t, "%d finite number%s", info->observation_size, info->observation_size == 1 ? "" : "s");
    for (int i = 0; info->indices && i < info->observation_size && i < A3C_POLICY_OBSERVATIONS; i++)
        text_printf(&t, "%s0 .. %d",
                    i                             ? ", "
                    : info->observation_size == 1 ? "an index "
                                                  : "indices ",
                    info->observation_n[i] - 1);
    if (info->masked) text_append(&t, ", and what is allowed, 0 or 1 for each choice, at least one of each component");
    snprintf(s->expected, sizeof s->expected, "%s", text_string(&t));
    text_free(&t);
}

static int put_text(service *s, error *e) {
    text_append(&s->text, "}\n");
    fwrite(s->text.data, 1, s->text.length, stdout);
    return fflush(stdout) ? error_set(e, STATUS_FAILED, "standard output: %s", strerror(errno)) : 0;
}

/* The present line is wrong: the end, or an answer that says so. A blank line alone never is the end. */
static int refuse(service *s, error *e) {
    error why = {0};
    lines_refuse(s->input, s->expected, &why);
    if (!s->arguments->keep_going && !lines_is_blank(s->input)) return error_set(e, why.status, "%s", why.text);
    text_clear(&s->text);
    text_append(&s->text, "{");
    to_json_key(&s->text, "error");
    to_json_string(&s->text, why.text);
    return put_text(s, e);
}

static int answer_line(service *s, const json_t *value, error *e) {
    a3c_answer answer;
    bool reset = is_reset(value);
    if (reset && json_object_size(value) == 1) {
        a3c_actor_reset(s->actor);
        if (!s->arguments->answer_resets) return 0;
        text_clear(&s->text);
        text_append(&s->text, "{\"reset\":true");
        return put_text(s, e);
    }
    if (!value || !read_question(value, &s->question, s->actor)) return refuse(s, e);
    if (reset) a3c_actor_reset(s->actor);
    a3c_choice choice = s->arguments->policy == SETTINGS_SAMPLE ? A3C_SAMPLE : A3C_GREEDY;
    if (a3c_actor_act(s->actor, s->question.observation, choice, &answer)) return refuse(s, e);
    put_answer(&s->text, s->info, &answer);
    return put_text(s, e);
}

static int serve(const arguments *a, const a3c_policy_info *info, a3c_actor *actor, lines *input, error *e) {
    service s = {.arguments = a, .info = info, .actor = actor, .input = input, .question = {.info = info}};
    question *q = &s.question;
    for (int i = 0; i < info->action_dims && !info->continuous; i++) q->choices += info->action_n[i];
    q->observation = memory_array(float, (size_t)info->observation_size);
    q->number = memory_array(float, (size_t)q->choices);
    q->allowed = memory_array(uint8_t, (size_t)q->choices);
    describe_expected(&s);
    json_t *value;
    int result;
    while ((result = lines_next(input, &value, e)) > 0) {
        result = answer_line(&s, value, e);
        json_decref(value);
        if (result) break;
    }
    text_free(&s.text);
    memory_free(q->observation), memory_free(q->number), memory_free(q->allowed);
    return result;
}

int command_act(int argc, char **argv) {
    static const struct argp argp = {
        options,
        parse,
        "RUN",
        "Answers observations, one JSON array per line on standard input, with one JSON object each: action, "
        "probabilities (or mean and std), value.\vAn observation is given as `a3c env run` prints it, or as "
        "{\"observation\":[..]}. Where the environment forbids actions, {\"observation\":[..],\"allowed\":[1,0,..]} "
        "says which there are. The line {\"reset\":true} starts a new episode and has no answer of its own; with "
        "\"observation\" beside it, it starts one with that. A line that is wrong ends the program with status 2, "
        "unless "
        "--keep-going; a blank one is answered with {\"error\": ..}.",
        NULL,
        NULL,
        NULL};
    error e = {0};
    arguments a = {.policy = SETTINGS_GREEDY, .seed = 1, .e = &e};
    char path[4096], message[512];
    if (cli_parse(&argp, argc, argv, &a, &e) || saved_path(a.run, a.best, path, &e)) return cli_fail(&e);
    a3c_policy *policy = a3c_policy_load_env(path, a.env, message, sizeof message);
    if (!policy) return error_set(&e, STATUS_FAILED, "%s", message), cli_fail(&e);
    a3c_policy_info info = a3c_policy_describe(policy);
    a3c_actor *actor = a3c_actor_new(policy, a.seed);
    lines input = {.name = "standard input", .file = stdin};
    int result = serve(&a, &info, actor, &input, &e);
    lines_free(&input);
    a3c_actor_free(actor);
    a3c_policy_free(policy);
    return result ? cli_fail(&e) : STATUS_OK;
}

/* SPDX-License-Identifier: MIT
 * a3c eval: episodes of a trained policy, and what they returned. */
#include "cli/cli.h"
#include "statistics/statistics.h"
#include "policy/evaluate.h"

#include "base/to_json.h"

#include <inttypes.h>
#include <math.h>

enum { OPTION_BEST = 0x100, OPTION_EPISODES, OPTION_POLICY, OPTION_SEED, OPTION_ENV, OPTION_EXACT, OPTION_JSON };

typedef struct arguments {
    const char *run;
    bool best, exact, json;
    int policy; /* settings_policy */
    evaluation_request request;
    error *e;
} arguments;

static const struct argp_option options[] = {
    {"best", OPTION_BEST, 0, 0, "the best policy by evaluation, instead of the last", 0},
    {"episodes", OPTION_EPISODES, "N", 0, "episodes to play [100]", 0},
    {"policy", OPTION_POLICY, "greedy|sample", 0, "the most probable action, or one drawn [greedy]", 0},
    {"seed", OPTION_SEED, "S", 0,
     "episode k starts from reset(S + k) [of the run's seed, apart from its own evaluations]", 0},
    {"env", OPTION_ENV, "ID", 0, "another environment of the same spaces, or a plugin's path", 0},
    {"exact", OPTION_EXACT, 0, 0, "also the expected return by dynamic programming; toy text only", 0},
    {"json", OPTION_JSON, 0, 0, "the result as one JSON object", 0},
    {0, 0, 0, 0, 0, 0},
};

static error_t parse(int key, char *text, struct argp_state *state) {
    arguments *a = state->input;
    int64_t number = 0;
    error_t result;
    switch (key) {
    case OPTION_BEST:
        a->best = true;
        return 0;
    case OPTION_EPISODES:
        result = cli_integer("--episodes", text, 1, 1000000, &number, a->e);
        a->request.episodes = (int)number;
        return result;
    case OPTION_POLICY:
        return cli_policy(text, &a->policy, a->e);
    case OPTION_SEED:
        a->request.seeded = true;
        return cli_seed("--seed", text, &a->request.seed, a->e);
    case OPTION_ENV:
        a->request.env = text;
        a->request.env_may_load = true;
        return 0;
    case OPTION_EXACT:
        a->exact = true;
        return 0;
    case OPTION_JSON:
        a->json = true;
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

/* Half the width of the 95 % interval of the mean, by Student's t; NAN for a single episode, which has none. */
static double half_interval(const evaluation *r) {
    double n = r->episodes;
    return n > 1 ? statistics_student_quantile(0.975, n - 1) * r->deviation / sqrt(n - 1) : NAN;
}

/* Of several tasks, each one's own figures. */
static void add_tasks(text_buffer *out, const evaluation *tasks, int count) {
    to_json_key(out, "tasks");
    text_append(out, "[");
    for (int i = 0; i < count; i++) {
        to_json_item(out);
        text_append(out, "{");
        to_json_key(out, "env");
        to_json_string(out, tasks[i].env);
        to_json_key(out, "episodes");
        text_printf(out, "%d", tasks[i].episodes);
        to_json_key(out, "eval_return_mean");
        to_json_double(out, tasks[i].mean);
        to_json_key(out, "eval_return_std");
        to_json_double(out, tasks[i].deviation);
        to_json_key(out, "success_rate");
        to_json_double(out, tasks[i].success_rate);
        text_append(out, "}");
    }
    text_append(out, "]");
}

/* tasks [count], count 0: there is one; value: the exact one with --exact */
static void print_json(const arguments *a, const evaluation *r, const evaluation *tasks, int count, double value) {
    const struct {
        const char *key;
        double value;
    } numbers[] = {{"eval_return_mean", r->mean},           {"eval_return_std", r->deviation},
                   {"eval_return_min", r->minimum},         {"eval_return_max", r->maximum},
                   {"eval_return_ci95", half_interval(r)},  {"success_rate", r->success_rate},
                   {"episode_length_mean", r->length_mean}, {"eval_seconds", r->seconds}};
    text_buffer out = {0};
    text_append(&out, "{");
    to_json_key(&out, "env");
    to_json_string(&out, r->env);
    to_json_key(&out, "policy");
    to_json_string(&out, a->policy == SETTINGS_SAMPLE ? "sample" : "greedy");
    to_json_key(&out, "seed");
    text_printf(&out, "%" PRIu64, r->seed);
    to_json_key(&out, "episodes");
    text_printf(&out, "%d", r->episodes);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        to_json_key(&out, numbers[i].key);
        to_json_double(&out, numbers[i].value);
    }
    if (a->exact) {
        to_json_key(&out, "exact_value");
        to_json_double(&out, value);
    }
    if (count > 0) add_tasks(&out, tasks, count);
    text_append(&out, "}\n");
    fputs(text_string(&out), stdout);
    text_free(&out);
}

static void print_words(const arguments *a, const evaluation *r, const evaluation *tasks, int count, double value) {
    for (int i = 0; i < count; i++)
        printf("%s: return %.6g, deviation %.4g\n", tasks[i].env, tasks[i].mean, tasks[i].deviation);
    printf("%s: %d episode%s, %s, seed %" PRIu64 "\n", count > 0 ? "all tasks" : r->env, r->episodes,
           r->episodes == 1 ? "" : "s", a->policy == SETTINGS_SAMPLE ? "sampled" : "greedy", r->seed);
    if (r->episodes > 1)
        printf("return %.6g +- %.2g (95 %% interval of the mean), deviation %.4g, from %.6g to %.6g\n", r->mean,
               half_interval(r), r->deviation, r->minimum, r->maximum);
    else
        printf("return %.6g (one episode has no interval)\n", r->mean);
    if (!isnan(r->success_rate)) printf("%.1f %% of the episodes reach the solved return\n", 100 * r->success_rate);
    if (a->exact) printf("expected return by dynamic programming: %.9g\n", value);
    printf("episodes last %.6g steps; %.3g s\n", r->length_mean, r->seconds);
}

int command_eval(int argc, char **argv) {
    static const struct argp argp = {
        options,
        parse,
        "RUN",
        "Plays episodes with a trained policy and reports their returns.\vRUN is a run's folder or a "
        ".safetensors file.",
        NULL,
        NULL,
        NULL};
    error e = {0};
    arguments a = {.policy = SETTINGS_GREEDY, .request = {.episodes = 100}, .e = &e};
    if (cli_parse(&argp, argc, argv, &a, &e)) return cli_fail(&e);
    a.request.policy = (settings_policy)a.policy;
    evaluation result;
    double value = 0;
    if (a.exact && evaluate_exact(a.run, a.best, &a.request, &value, &e)) return cli_fail(&e);
    evaluation tasks[SETTINGS_TASKS];
    int count;
    if (evaluate_run(a.run, a.best, &a.request, &result, tasks, &count, &e)) return cli_fail(&e);
    if (a.json)
        print_json(&a, &result, tasks, count > 1 ? count : 0, value);
    else
        print_words(&a, &result, tasks, count > 1 ? count : 0, value);
    return cli_finish();
}

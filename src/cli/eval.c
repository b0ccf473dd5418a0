/* SPDX-License-Identifier: MIT
 * a3c eval: episodes of a trained policy, and what they returned. */
#include "cli/cli.h"
#include "trainer/trainer.h"

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
    {"seed", OPTION_SEED, "S", 0, "episode k starts from reset(S + k) [1]", 0},
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

/* value: the exact one with --exact */
static void print_json(const arguments *a, const evaluation *r, double value) {
    const struct {
        const char *key;
        double value;
    } numbers[] = {{"eval_return_mean", r->mean},           {"eval_return_std", r->deviation},
                   {"eval_return_min", r->minimum},         {"eval_return_max", r->maximum},
                   {"eval_return_ci95", r->ci95},           {"success_rate", r->success_rate},
                   {"episode_length_mean", r->length_mean}, {"eval_seconds", r->seconds}};
    text_buffer out = {0};
    text_append(&out, "{");
    to_json_key(&out, "env");
    to_json_string(&out, r->env);
    to_json_key(&out, "policy");
    to_json_string(&out, a->policy == SETTINGS_SAMPLE ? "sample" : "greedy");
    to_json_key(&out, "seed");
    text_printf(&out, "%" PRIu64, a->request.seed);
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
    text_append(&out, "}\n");
    fputs(text_string(&out), stdout);
    text_free(&out);
}

static void print_words(const arguments *a, const evaluation *r, double value) {
    printf("%s: %d episodes, %s, seed %" PRIu64 "\n", r->env, r->episodes,
           a->policy == SETTINGS_SAMPLE ? "sampled" : "greedy", a->request.seed);
    printf("return %.6g +- %.2g (95 %% interval of the mean), deviation %.4g, from %.6g to %.6g\n", r->mean, r->ci95,
           r->deviation, r->minimum, r->maximum);
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
    arguments a = {.policy = SETTINGS_GREEDY, .request = {.episodes = 100, .seed = 1}, .e = &e};
    if (cli_parse(&argp, argc, argv, &a, &e)) return cli_fail(&e);
    a.request.policy = (settings_policy)a.policy;
    evaluation result;
    double value = 0;
    if (a.exact && evaluate_exact(a.run, a.best, &a.request, &value, &e)) return cli_fail(&e);
    if (evaluate_run(a.run, a.best, &a.request, &result, NULL, &e)) return cli_fail(&e);
    if (a.json)
        print_json(&a, &result, value);
    else
        print_words(&a, &result, value);
    return cli_finish();
}

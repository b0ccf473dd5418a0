/* SPDX-License-Identifier: MIT
 * Evaluation: whole episodes with frozen parameters in environments and streams of their own. */
#ifndef POLICY_EVALUATE_H
#define POLICY_EVALUATE_H

#include "policy/actor.h"

/* How a policy plays: eval --json, and the end of a run. */
typedef struct evaluation_request {
    int episodes;
    settings_policy policy;
    bool seeded;       /* by the command line; else evaluate_run takes the run's own seed for a3c eval */
    uint64_t seed;     /* S: episode k starts from reset(S + k) */
    const char *env;   /* another environment (same spaces), or NULL */
    bool env_may_load; /* env is a path given on the command line */
} evaluation_request;

typedef struct evaluation {
    int episodes;
    double mean, deviation, minimum, maximum; /* raw returns; deviation of the population */
    double success_rate; /* share of the episodes that reach the solved return; NAN when none is known */
    double length_mean;
    double seconds;
    uint64_t seed; /* S, as it was used */
    char failure
        [256]; /* an environment broke: which episode, where, why; the figures are not to be used then. Else "" */
    char env[SETTINGS_TEXT];
} evaluation;

/* Evaluates a run's folder (best: its best.safetensors) or a .safetensors file: `result` over all of its tasks,
 * request->episodes in each, `tasks` [SETTINGS_TASKS] (may be NULL) one by one, *task_count of them. 0, or -1 with the
 * error. */
int evaluate_run(const char *run, bool best, const evaluation_request *request, evaluation *result, evaluation *tasks,
                 int *task_count, error *e);

/* 0, or -1 with the error when an environment broke. */
int evaluate_failed(const evaluation *result, error *e);

/* Every evaluation of every run has episodes of its own: S = 2^40 lane + 2^20 number, so that runs of other seeds and other
 * evaluations of one run share no S + k, k < 2^20. lane is the run's seed below 2^24, and 24 bits of its hash from there on;
 * number is 0 for the final evaluation of a run, 1, 2, .. for those while it trains, and the last for a3c eval, so that what
 * `best` was chosen on is not what it is judged by. */
enum { EVALUATION_FINAL = 0, EVALUATION_OF_COMMAND = (1 << 20) - 1 };
uint64_t evaluate_seed(uint64_t run_seed, int64_t number);

/* The expected return of an episode of that policy, up to the time limit, by dynamic programming (env/tabular.h):
 * request->episodes and seed have no part in it. 0, or -1 with the error (also where the environment is no table). */
int evaluate_exact(const char *run, bool best, const evaluation_request *request, double *value, error *e);

/* Plays request->episodes episodes of `kind`; episode k starts from reset(seed + k) and samples from stream k, so that
 * the figures do not depend on how many are played at once. `returns` [episodes]. Episodes without a time limit end
 * after EVALUATION_STEPS. */
enum { EVALUATION_STEPS = 100000 };
void evaluate(const acting *policy, const env_config *kind, const evaluation_request *request, evaluation *result,
              double *returns);

/* The same in every task of the policy's plan, request->episodes in each: `result` over all of them together, `tasks`
 * [env.count] one by one. */
void evaluate_tasks(const acting *policy, const evaluation_request *request, evaluation *result, evaluation *tasks);

#endif

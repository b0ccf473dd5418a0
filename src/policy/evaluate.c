/* SPDX-License-Identifier: MIT
 * Evaluation: whole episodes with frozen parameters. */
#include "policy/evaluate.h"

#include "base/clock.h"
#include "base/cpus.h"
#include "base/hash.h"
#include "base/memory.h"
#include "policy/actor.h"
#include "policy/saved.h"

#include <math.h>
#include <stdio.h>

enum { LANES = 64 };

/* One episode under way in a lane. */
typedef struct play {
    int episode;
    double total;
    int length;
    random_stream stream;
} play;

typedef struct stage {
    const plan *plan;
    const env_config *kind;
    const evaluation_request *request;
    actor *actor;
    char *instances;
    int next; /* the next episode to start */
    evaluation *result;
    double *returns, lengths;
} stage;

/* The first failure counts; all further episodes are left. */
static void tell_failure(stage *s, int lane, const play *p, double reward) {
    char why[160];
    if (s->result->failure[0]) return;
    env_describe_failure(s->kind, env_at(s->kind, s->instances, lane), actor_observation(s->actor, lane), reward, why,
                         sizeof why);
    snprintf(s->result->failure, sizeof s->result->failure, "episode %d, step %d: %s", p->episode + 1, p->length, why);
}

static void start_episode(stage *s, int lane, play *p) {
    p->episode = s->next < s->request->episodes ? s->next++ : -1;
    if (p->episode < 0) return;
    void *instance = env_at(s->kind, s->instances, lane);
    uint64_t seed = s->request->seed + (uint64_t)p->episode;
    env_seed(s->kind, instance, seed, NULL, 0);
    unsigned flags = env_reset(s->kind, instance, actor_observation(s->actor, lane));
    actor_start(s->actor, lane);
    p->total = 0;
    p->length = 0;
    if (flags & A3C_FAILED) tell_failure(s, lane, p, 0);
    p->stream = random_stream_new(s->request->seed, (uint32_t)p->episode, RANDOM_EVALUATION);
}

static void step_lane(stage *s, int lane, play *p) {
    action_word action[ACTION_DIMS];
    actor_act(s->actor, lane, s->request->policy == SETTINGS_SAMPLE ? &p->stream : NULL, action);
    double reward;
    unsigned flags = env_step(s->kind, env_at(s->kind, s->instances, lane), action, actor_observation(s->actor, lane),
                              &reward, NULL);
    p->total += reward;
    p->length++;
    if (flags & A3C_FAILED) {
        tell_failure(s, lane, p, reward);
        return;
    }
    if (!flags && p->length < EVALUATION_STEPS) return;
    s->returns[p->episode] = p->total;
    s->lengths += p->length;
    start_episode(s, lane, p);
}

uint64_t evaluate_seed(uint64_t run_seed, int64_t number) {
    uint64_t lane = run_seed < 1u << 24 ? run_seed : hash_bytes(HASH_START, &run_seed, sizeof run_seed) >> 40;
    if (number != EVALUATION_OF_COMMAND) number %= EVALUATION_OF_COMMAND;
    return lane << 40 | (uint64_t)number << 20;
}

/* The figures of r->episodes episodes; `solved_return` NAN: there is no threshold. */
static void describe(double solved_return, const double *returns, evaluation *r) {
    double sum = 0, squares = 0, successes = 0;
    r->minimum = INFINITY, r->maximum = -INFINITY;
    for (int i = 0; i < r->episodes; i++) {
        sum += returns[i];
        r->minimum = fmin(r->minimum, returns[i]);
        r->maximum = fmax(r->maximum, returns[i]);
        successes += returns[i] >= solved_return;
    }
    r->mean = sum / r->episodes;
    for (int i = 0; i < r->episodes; i++) squares += (returns[i] - r->mean) * (returns[i] - r->mean);
    r->deviation = sqrt(squares / r->episodes);
    r->success_rate = isnan(solved_return) ? NAN : successes / r->episodes;
}

void evaluate(const acting *policy, const env_config *kind, const evaluation_request *request, evaluation *result,
              double *returns) {
    int64_t begin = clock_ns();
    int rounds = (request->episodes + LANES - 1) / LANES, lanes = (request->episodes + rounds - 1) / rounds;
    stage s = {.plan = policy->plan,
               .kind = kind,
               .request = request,
               .actor = actor_new(policy, lanes),
               .result = result,
               .returns = returns,
               .instances = memory_new(memory_product((size_t)lanes, kind->instance_stride))};
    *result = (evaluation){.episodes = request->episodes, .seed = request->seed};
    snprintf(result->env, sizeof result->env, "%s", kind->def->name);
    play plays[LANES];
    for (int i = 0; i < lanes; i++) start_episode(&s, i, &plays[i]);
    for (bool playing = true; playing && !result->failure[0];) {
        playing = false;
        for (int i = 0; s.plan->learning.masked && i < lanes; i++)
            if (plays[i].episode >= 0) env_action_mask(kind, env_at(kind, s.instances, i), actor_allowed(s.actor, i));
        actor_forward(s.actor);
        for (int i = 0; i < lanes; i++) {
            if (plays[i].episode < 0) continue;
            step_lane(&s, i, &plays[i]);
            playing |= plays[i].episode >= 0;
        }
    }
    double threshold = policy->plan->settings.env.solved_return; /* of all tasks, or each one's own */
    describe(isnan(threshold) ? kind->spec.solved_return : threshold, returns, result);
    result->length_mean = s.lengths / request->episodes;
    result->seconds = 1e-9 * (double)(clock_ns() - begin);
    actor_free(s.actor);
    memory_free(s.instances);
}

void evaluate_tasks(const acting *policy, const evaluation_request *request, evaluation *result, evaluation *tasks) {
    int count = policy->plan->settings.env.count;
    double *returns = memory_array(double, memory_product((size_t)count, (size_t)request->episodes));
    double length = 0, seconds = 0, success = 0;
    for (int i = 0; i < count; i++) {
        evaluate(policy, &policy->plan->configs[i], request, &tasks[i],
                 returns + (size_t)i * (size_t)request->episodes);
        length += tasks[i].length_mean / count;
        seconds += tasks[i].seconds;
        success += tasks[i].success_rate / count;
        if (tasks[i].failure[0]) {
            *result = tasks[i];
            memory_free(returns);
            return;
        }
    }
    *result = tasks[0];
    result->episodes = count * request->episodes;
    describe(NAN, returns, result);
    result->success_rate = success;
    result->length_mean = length;
    result->seconds = seconds;
    memory_free(returns);
}

int evaluate_failed(const evaluation *result, error *e) {
    return result->failure[0]
               ? error_set(e, STATUS_FAILED, "environment %s failed in an evaluation, %s", result->env, result->failure)
               : 0;
}

int evaluate_run(const char *run, bool best, const evaluation_request *request, evaluation *result, evaluation *tasks,
                 int *task_count, error *e) {
    char path[4096];
    if (saved_path(run, best, path, e)) return -1;
    saved *s = saved_read(path, request->env, request->env_may_load, e);
    if (!s) return -1;
    evaluation each[SETTINGS_TASKS];
    evaluation_request own = *request;
    if (!request->seeded) own.seed = evaluate_seed(s->plan.settings.seed, EVALUATION_OF_COMMAND);
    cpus_flush_denormals();
    acting policy = saved_acting(s);
    evaluate_tasks(&policy, &own, result, tasks ? tasks : each);
    if (task_count) *task_count = s->plan.settings.env.count;
    saved_free(s);
    return evaluate_failed(result, e);
}

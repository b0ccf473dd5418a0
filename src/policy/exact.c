/* SPDX-License-Identifier: MIT
 * What a policy is worth where the environment is a table: by dynamic programming over its states, without playing. */
#include "policy/evaluate.h"

#include "base/cpus.h"
#include "base/memory.h"
#include "env/tabular.h"
#include "policy/actor.h"
#include "policy/saved.h"

enum { LANES = 64 };

/* policy [states, actions]: the probabilities of every state's actions, 0 and 1 when greedy. */
static void tabulate_policy(const acting *a, const tabular *table, bool greedy, double *policy) {
    actor *actor = actor_new(a, LANES);
    for (int32_t first = 0; first < table->states; first += LANES) {
        for (int lane = 0; lane < LANES; lane++)
            *actor_observation(actor, lane) = (float)(first + lane < table->states ? first + lane : 0);
        actor_forward(actor);
        for (int lane = 0; lane < LANES && first + lane < table->states; lane++) {
            double *row = policy + (size_t)(first + lane) * (size_t)table->actions;
            action_word best;
            actor_act(actor, lane, NULL, &best);
            for (int32_t i = 0; i < table->actions; i++)
                row[i] = greedy ? i == best.index : (double)actor->rows.probability[lane * actor->rows.ld + i];
        }
    }
    actor_free(actor);
}

/* A policy that sees the table's own states and nothing else. */
static bool is_table(const plan *p, const env_config *kind, tabular *table) {
    return kind->plain && kind->wrapping.masked_count == 0 && !p->net.recurrent && !p->learning.masked &&
           tabular_make(table, kind->def, kind->values);
}

int evaluate_exact(const char *run, bool best, const evaluation_request *request, double *value, error *e) {
    char path[4096];
    if (saved_path(run, best, path, e)) return -1;
    saved *s = saved_read(path, request->env, request->env_may_load, e);
    if (!s) return -1;
    const env_config *kind = &s->plan.configs[0];
    tabular table;
    int status = 0;
    if (is_table(&s->plan, kind, &table)) {
        cpus_flush_denormals();
        acting policy = saved_acting(s);
        size_t pairs = (size_t)table.states * (size_t)table.actions;
        double *probabilities = memory_array(double, pairs);
        tabulate_policy(&policy, &table, request->policy != SETTINGS_SAMPLE, probabilities);
        int horizon = kind->max_episode_steps ? kind->max_episode_steps : EVALUATION_STEPS;
        *value = tabular_value(&table, probabilities, horizon, 1);
        memory_free(probabilities);
    } else {
        status = error_set(e, STATUS_USAGE,
                           "--exact: %s, as this policy sees it, is not a table of states; expected FrozenLake-v1, "
                           "FrozenLake8x8-v1, CliffWalking-v1, CliffWalkingSlippery-v1 or Taxi-v4 without wrappers",
                           kind->def->name);
    }
    saved_free(s);
    return status;
}

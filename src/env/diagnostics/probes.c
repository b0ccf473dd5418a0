/* SPDX-License-Identifier: MIT
 * The five probes (after A. Jones, "Debugging reinforcement learning systems"): each is solved in a blink, and each
 * isolates a class of mistakes.
 *
 *   probe1  one action, observation 0, reward 1, one step            the value reaches 1
 *   probe2  one action, observation +-1, reward = observation        the value depends on the observation
 *   probe3  one action, two steps (0, then 1), reward 1 at the end   the first value is the discount
 *   probe4  two actions, observation 0, reward -1 or +1 for 0 or 1   the policy gradient has the right sign
 *   probe5  two actions, observation +-1, reward +1 if the action    policy and value depend on the observation
 *           is 1 at +1 or 0 at -1, else -1                           together */
#include "env/diagnostics/diagnostics.h"
#include "env/draw/draw.h"
#include "env/games.h"

#include <math.h>

static void describe_probe(a3c_env_spec *spec, int actions) {
    static const float low[] = {-1}, high[] = {1};
    *spec = (a3c_env_spec){
        .observation = A3C_OBSERVATION_VECTOR,
        .observation_dims = 1,
        .observation_shape = {1},
        .observation_low = low,
        .observation_high = high,
        .action = A3C_ACTION_DISCRETE,
        .action_dims = 1,
        .action_n = {actions},
        .solved_return = 1,
        .random_return = 1,
        .return_low = 1,
        .return_high = 1,
        .instance_size = sizeof(probe),
        .render_width = 160,
        .render_height = 80,
        .render_fps = 4,
    };
}

static int describe_certain(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)values, (void)message, (void)message_size;
    describe_probe(spec, 1);
    return 0;
}

static int describe_seen(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)values, (void)message, (void)message_size;
    describe_probe(spec, 1);
    spec->return_low = -1;
    spec->random_return = 0;
    spec->solved_return = NAN; /* the agent has no choice */
    return 0;
}

static int describe_chosen(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)values, (void)message, (void)message_size;
    describe_probe(spec, 2);
    spec->return_low = -1;
    spec->random_return = 0;
    return 0;
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)instance, (void)values, (void)random, (void)rng;
}

static void begin(probe *p, float seen, void *observation) {
    p->step = 0;
    p->seen = seen;
    *(float *)observation = seen;
}

static void reset_zero(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    (void)random, (void)rng;
    begin(instance, 0, observation);
}

static void reset_sign(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    begin(instance, random->below(rng, 2) ? 1 : -1, observation);
}

/* The one step of an episode: the observation stays what it was. */
static unsigned finish(probe *p, double value, void *observation, double *reward) {
    p->step++;
    *(float *)observation = p->seen;
    *reward = value;
    return A3C_TERMINATED;
}

static unsigned step_certain(void *instance, const a3c_random *random, a3c_rng *rng, const void *action,
                             void *observation, double *reward) {
    (void)random, (void)rng, (void)action;
    return finish(instance, 1, observation, reward);
}

static unsigned step_seen(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                          double *reward) {
    (void)random, (void)rng, (void)action;
    const probe *p = instance;
    return finish(instance, p->seen, observation, reward);
}

static unsigned step_delayed(void *instance, const a3c_random *random, a3c_rng *rng, const void *action,
                             void *observation, double *reward) {
    (void)random, (void)rng, (void)action;
    probe *p = instance;
    if (p->step > 0) {
        return finish(p, 1, observation, reward);
    }
    p->step = 1;
    *(float *)observation = p->seen = 1;
    *reward = 0;
    return 0;
}

static unsigned step_chosen(void *instance, const a3c_random *random, a3c_rng *rng, const void *action,
                            void *observation, double *reward) {
    (void)random, (void)rng;
    return finish(instance, *(const int32_t *)action == 1 ? 1 : -1, observation, reward);
}

static unsigned step_matched(void *instance, const a3c_random *random, a3c_rng *rng, const void *action,
                             void *observation, double *reward) {
    (void)random, (void)rng;
    const probe *p = instance;
    return finish(instance, (*(const int32_t *)action == 1) == (p->seen > 0) ? 1 : -1, observation, reward);
}

static size_t get_state(const void *instance, double *state, size_t count) {
    const probe *p = instance;
    const double all[] = {p->seen, p->step};
    for (size_t i = 0; i < count && i < 2; i++) {
        state[i] = all[i];
    }
    return 2;
}

static void set_state(void *instance, const double *state, size_t count) {
    probe *p = instance;
    if (count > 0) {
        p->seen = (float)state[0];
    }
    if (count > 1) {
        p->step = (int32_t)state[1];
    }
}

const a3c_env_def env_probe1 = {
    .abi = A3C_ENV_ABI,
    .struct_size = sizeof(a3c_env_def),
    .name = "probe1",
    .summary = "one action, reward 1: the value must reach 1",
    .describe = describe_certain,
    .init = init,
    .reset = reset_zero,
    .step = step_certain,
    .render = draw_probe,
    .get_state = get_state,
    .set_state = set_state,
};

const a3c_env_def env_probe2 = {
    .abi = A3C_ENV_ABI,
    .struct_size = sizeof(a3c_env_def),
    .name = "probe2",
    .summary = "one action, the reward is what is seen: the value must depend on the observation",
    .describe = describe_seen,
    .init = init,
    .reset = reset_sign,
    .step = step_seen,
    .render = draw_probe,
    .get_state = get_state,
    .set_state = set_state,
};

const a3c_env_def env_probe3 = {
    .abi = A3C_ENV_ABI,
    .struct_size = sizeof(a3c_env_def),
    .name = "probe3",
    .summary = "two steps, the reward at the end: the first value must be the discount",
    .describe = describe_certain,
    .init = init,
    .reset = reset_zero,
    .step = step_delayed,
    .render = draw_probe,
    .get_state = get_state,
    .set_state = set_state,
};

const a3c_env_def env_probe4 = {
    .abi = A3C_ENV_ABI,
    .struct_size = sizeof(a3c_env_def),
    .name = "probe4",
    .summary = "two actions, reward -1 or 1: the policy must choose",
    .describe = describe_chosen,
    .init = init,
    .reset = reset_zero,
    .step = step_chosen,
    .render = draw_probe,
    .get_state = get_state,
    .set_state = set_state,
};

const a3c_env_def env_probe5 = {
    .abi = A3C_ENV_ABI,
    .struct_size = sizeof(a3c_env_def),
    .name = "probe5",
    .summary = "two actions, the right one is what is seen: policy and value must depend on the observation",
    .describe = describe_chosen,
    .init = init,
    .reset = reset_sign,
    .step = step_matched,
    .render = draw_probe,
    .get_state = get_state,
    .set_state = set_state,
};

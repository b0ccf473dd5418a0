/* SPDX-License-Identifier: MIT
 * Notes which function of an environment a thread is in, for the message of a crash. */
#include "env/contract/watched.h"

static const a3c_env_def *inner;
static _Thread_local const char *volatile call;

const char *watched_call(void) {
    return call;
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    call = "init";
    inner->init(instance, values, random, rng);
    call = NULL;
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    call = "reset";
    inner->reset(instance, random, rng, observation);
    call = NULL;
}

static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    call = "step";
    unsigned flags = inner->step(instance, random, rng, action, observation, reward);
    call = NULL;
    return flags;
}

static void step_batch(void *instances, size_t stride, size_t count, const a3c_random *random, a3c_rng *rngs,
                       size_t rng_stride, const void *actions, size_t action_stride, void *observations,
                       size_t observation_stride, double *rewards, unsigned *flags) {
    call = "step_batch";
    inner->step_batch(instances, stride, count, random, rngs, rng_stride, actions, action_stride, observations,
                      observation_stride, rewards, flags);
    call = NULL;
}

static void action_mask(const void *instance, uint8_t *mask) {
    call = "action_mask";
    inner->action_mask(instance, mask);
    call = NULL;
}

static void render(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    call = "render";
    inner->render(instance, width, height, rgb);
    call = NULL;
}

static void render_text(const void *instance, char *text, size_t size) {
    call = "render_text";
    inner->render_text(instance, text, size);
    call = NULL;
}

static const char *metric(const void *instance, size_t k, double *value) {
    call = "metric";
    const char *name = inner->metric(instance, k, value);
    call = NULL;
    return name;
}

static size_t get_state(const void *instance, double *state, size_t count) {
    call = "get_state";
    size_t n = inner->get_state(instance, state, count);
    call = NULL;
    return n;
}

static void set_state(void *instance, const double *state, size_t count) {
    call = "set_state";
    inner->set_state(instance, state, count);
    call = NULL;
}

const a3c_env_def *watched_def(const a3c_env_def *def) {
    static a3c_env_def outer;
    inner = def;
    outer = *def;
    outer.init = def->init ? init : NULL;
    outer.reset = reset;
    outer.step = step;
    outer.step_batch = def->step_batch ? step_batch : NULL;
    outer.action_mask = def->action_mask ? action_mask : NULL;
    outer.render = def->render ? render : NULL;
    outer.render_text = def->render_text ? render_text : NULL;
    outer.metric = def->metric ? metric : NULL;
    outer.get_state = def->get_state ? get_state : NULL;
    outer.set_state = def->set_state ? set_state : NULL;
    return &outer;
}

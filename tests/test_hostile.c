/* SPDX-License-Identifier: MIT
 * Checkpoints that went bad, given to what reads them: evaluation, an embedded policy, a resumed run. Whatever a file
 * holds, the answer is a result or an error with words: a crash or a hang ends this program. */
#include "a3c/policy.h"
#include "scratch.h"
#include "small_run.h"

#include <math.h>

#ifdef __SANITIZE_ADDRESS__
enum { ROUNDS = 100 };
#else
enum { ROUNDS = 40 };
#endif

/* ---- A run whose checkpoint is good ---- */

typedef struct subject {
    small_run run;
    uint32_t seed;
    int good, refused;
} subject;

static const char *const plain[] = {"mode=async", "async.record=true", "async.update=locked", NULL};
static const char *const open_turns[] = {"mode=async",
                                         "async.schedule=simulated",
                                         "normalize.observations=true",
                                         "normalize.returns=true",
                                         "network.layers=[{dense: 8, activation: tanh}, {lstm: 8}]",
                                         "optimizer.statistics=worker",
                                         NULL};
static const char *const lockstep[] = {"mode=sync", "normalize.observations=true", "optimizer.kind=adam", NULL};

static uint32_t draw(uint32_t *seed, uint32_t below) {
    *seed = *seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)*seed * below >> 32);
}

/* ---- Ways to go bad ---- */

/* Bits, bytes, blocks and the file's end, most of them in the header. */
static void spoil_bytes(subject *s) {
    char *bytes = memory_new(s->run.count);
    size_t count = s->run.count;
    uint64_t header;
    memcpy(bytes, s->run.bytes, count);
    memcpy(&header, bytes, 8);
    for (uint32_t k = draw(&s->seed, 3) + 1; k > 0; k--) {
        size_t at = draw(&s->seed, 4) ? draw(&s->seed, (uint32_t)header + 8) : draw(&s->seed, (uint32_t)s->run.count);
        switch (draw(&s->seed, 4)) {
        case 0:
            bytes[at] = (char)draw(&s->seed, 256);
            break;
        case 1:
            bytes[at] = (char)(bytes[at] ^ (char)(1u << draw(&s->seed, 8)));
            break;
        case 2:
            bytes[at] = (char)('0' + draw(&s->seed, 10));
            break;
        default:
            if (!draw(&s->seed, 8)) count = at;
        }
    }
    small_run_store(&s->run, bytes, count);
    memory_free(bytes);
}

/* A value that the type can hold and the run may not want. */
static void spoil_element(void *data, safetensor_type type, size_t at, uint32_t *seed) {
    static const double numbers[] = {0, -1, 1, 1e300, -1e300, 1e-300, 1e18, 0.5, NAN, INFINITY, 3e38};
    static const int64_t integers[] = {0,         1,         -1,        2,         192,           1000000,
                                       INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, INT64_MAX / 4, 1LL << 53};
    double number = numbers[draw(seed, sizeof numbers / sizeof *numbers)];
    int64_t integer = integers[draw(seed, sizeof integers / sizeof *integers)];
    switch (type) {
    case SAFETENSOR_F32:
        ((float *)data)[at] = fabs(number) > 3e38 ? (number > 0 ? 1e38f : -1e38f) : (float)number;
        break;
    case SAFETENSOR_F64:
        ((double *)data)[at] = number;
        break;
    case SAFETENSOR_I64:
    case SAFETENSOR_U64:
        memcpy((char *)data + 8 * at, &integer, 8);
        break;
    case SAFETENSOR_I32:
    case SAFETENSOR_U32:
        memcpy((char *)data + 4 * at, &integer, 4);
        break;
    default:
        ((uint8_t *)data)[at] = (uint8_t)integer;
    }
}

/* One character of the settings, mostly a digit; not of a comment. */
static void spoil_settings(char *text, uint32_t *seed) {
    size_t length = strlen(text);
    for (int tries = 0; tries < 1000; tries++) {
        size_t at = draw(seed, (uint32_t)length), line = at;
        while (line > 0 && text[line - 1] != '\n') line--;
        bool digit = text[at] >= '0' && text[at] <= '9';
        if (memchr(text + line, '#', at - line) || (!digit && tries < 200)) continue;
        text[at] = digit ? (char)('0' + draw(seed, 10)) : (char)(32 + draw(seed, 95));
        return;
    }
}

/* A well-formed file with values that are not right: in one or two tensors, or in the settings; or with a tensor
 * renamed, of another shape, left out. */
static void spoil_values(subject *s) {
    static small_run_parts parts;
    char *config = NULL;
    small_run_open(&s->run, &parts);
    for (size_t k = 0; k < parts.metadata; k++)
        if (strcmp(parts.pairs[k].key, "config") == 0) parts.pairs[k].value = config = strdup(parts.pairs[k].value);
    assert_non_null(config);
    for (uint32_t k = draw(&s->seed, 2) + 1; k > 0; k--) {
        uint32_t n = (uint32_t)parts.tensors;
        safetensor *one = &parts.list[draw(&s->seed, n)];
        while (one->type == SAFETENSOR_F32 && draw(&s->seed, 4)) one = &parts.list[draw(&s->seed, n)];
        size_t elements = safetensor_elements(one);
        switch (draw(&s->seed, 12)) {
        case 0:
            one->name = "param/other";
            break;
        case 1:
            if (one->dims == 2) one->dims = 1, one->shape[0] *= one->shape[1];
            break;
        case 2:
            *one = parts.list[--parts.tensors];
            break;
        case 3:
        case 4:
        case 5:
            spoil_settings(config, &s->seed);
            break;
        default:
            if (elements) spoil_element(small_run_data(one), one->type, draw(&s->seed, (uint32_t)elements), &s->seed);
        }
    }
    small_run_write(&s->run, &parts);
    free(config);
}

/* ---- What reads them ---- */

static void note(subject *s, int status, const error *e) {
    assert_true(status == 0 || status == STATUS_FAILED || status == STATUS_USAGE);
    if (status) assert_true(e->text[0] != '\0');
    *(status ? &s->refused : &s->good) += 1;
}

static void evaluates(subject *s) {
    evaluation result;
    error e = {0};
    int failed =
        evaluate_run(s->run.folder, false, &(evaluation_request){.episodes = 1, .seed = 1}, &result, NULL, NULL, &e);
    note(s, failed ? e.status : 0, &e);
}

static void acts(subject *s) {
    error e = {0};
    a3c_policy *policy = a3c_policy_load(s->run.checkpoint, e.text, sizeof e.text);
    note(s, policy ? 0 : STATUS_FAILED, &e);
    if (!policy) return;
    a3c_policy_info info = a3c_policy_describe(policy);
    a3c_actor *actor = a3c_actor_new(policy, 1);
    a3c_answer answer;
    float *observation = memory_array(float, (size_t)info.observation_size);
    for (int k = 0; k < 3; k++) a3c_actor_act(actor, observation, k ? A3C_SAMPLE : A3C_GREEDY, &answer);
    a3c_actor_free(actor);
    a3c_policy_free(policy);
    memory_free(observation);
}

static void resumes(subject *s) {
    error e = {0};
    note(s, small_run_resume(&s->run, &e), &e);
}

static void survives(const char *scratch, const char *const *keys) {
    static subject s;
    s = (subject){.seed = 2026};
    small_run_train(&s.run, scratch, keys);
    for (int round = 0; round < ROUNDS; round++) {
        (round % 3 ? spoil_values : spoil_bytes)(&s);
        evaluates(&s);
        acts(&s);
        resumes(&s);
    }
    assert_true(s.refused > ROUNDS / 2); /* the mutations reach both sides */
    assert_true(s.good > ROUNDS / 8);    /* where the settings alone were changed, to others that will do */
    small_run_free(&s.run);
}

/* Any change of a tensor's bytes is found by whoever reads the tensor: single bits, and zeros over a third of a matrix as a
 * lost sector leaves them. */
static void every_damage_is_found(void **state) {
    static subject s;
    s = (subject){.seed = 7};
    small_run_train(&s.run, *state, open_turns);
    uint64_t header;
    memcpy(&header, s.run.bytes, 8);
    char *bytes = memory_new(s.run.count);
    uint32_t data = (uint32_t)(s.run.count - 8 - header);
    for (int round = 0; round < ROUNDS; round++) {
        error e = {0};
        memcpy(bytes, s.run.bytes, s.run.count);
        uint32_t at = draw(&s.seed, data), length = round % 2 ? 1 : data / 3;
        char *first = bytes + 8 + header + at;
        if (length == 1)
            *first ^= (char)(1u << draw(&s.seed, 8));
        else
            memset(first, 0, at + length < data ? length : data - at);
        if (memcmp(bytes, s.run.bytes, s.run.count) == 0) continue; /* zeros over zeros */
        small_run_store(&s.run, bytes, s.run.count);
        assert_int_equal(small_run_resume(&s.run, &e), STATUS_FAILED);
        assert_non_null(strstr(e.text, "checkpoint.safetensors"));
    }
    memory_free(bytes);
    small_run_free(&s.run);
}

/* A third of the first weight matrix is zeros: nobody plays with it. */
static void damaged_weights_are_not_played(void **state) {
    static subject s;
    static small_run_parts parts;
    error e = {0};
    evaluation result;
    s = (subject){.seed = 7};
    small_run_train(&s.run, *state, plain);
    small_run_open(&s.run, &parts);
    for (size_t k = 0; k < parts.tensors; k++)
        if (strcmp(parts.list[k].name, "param/trunk.0.weight") == 0)
            memset(small_run_data(&parts.list[k]), 0, safetensor_bytes(&parts.list[k]) / 3);
    small_run_write(&s.run, &parts);
    assert_int_equal(evaluate_run(s.run.folder, false, &(evaluation_request){.episodes = 1}, &result, NULL, NULL, &e),
                     -1);
    assert_non_null(strstr(e.text, "params_fingerprint"));
    assert_null(a3c_policy_load(s.run.checkpoint, e.text, sizeof e.text));
    assert_non_null(strstr(e.text, "params_fingerprint"));
    assert_int_equal(small_run_resume(&s.run, &e), STATUS_FAILED);
    small_run_free(&s.run);
}

static void async_run(void **state) {
    survives(*state, plain);
}

static void simulated_run(void **state) {
    survives(*state, open_turns);
}

static void lockstep_run(void **state) {
    survives(*state, lockstep);
}

int main(void) {
    const struct CMUnitTest tests[] = {SCRATCH_TEST(async_run), SCRATCH_TEST(simulated_run), SCRATCH_TEST(lockstep_run),
                                       SCRATCH_TEST(every_damage_is_found),
                                       SCRATCH_TEST(damaged_weights_are_not_played)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

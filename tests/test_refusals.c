/* SPDX-License-Identifier: MIT
 * What a checkpoint must not hold, each alone in an otherwise good file: the refusal names it. */
#include "scratch.h"
#include "small_run.h"

#include <math.h>

/* ---- A file with something changed ---- */

static safetensor *part(small_run_parts *parts, const char *name) {
    for (size_t k = 0; k < parts->tensors; k++)
        if (strcmp(parts->list[k].name, name) == 0) return &parts->list[k];
    fail_msg("the checkpoint has no tensor %s", name);
    return NULL;
}

static void put(const safetensor *t, size_t at, double value) {
    assert_true(at < safetensor_elements(t));
    void *data = small_run_data(t);
    switch (t->type) {
    case SAFETENSOR_F32:
        ((float *)data)[at] = (float)value;
        break;
    case SAFETENSOR_F64:
        ((double *)data)[at] = value;
        break;
    case SAFETENSOR_I64:
        ((int64_t *)data)[at] = (int64_t)value;
        break;
    default:
        assert_int_equal(t->type, SAFETENSOR_U8);
        ((uint8_t *)data)[at] = (uint8_t)(((uint8_t *)data)[at] ^ (uint8_t)value);
    }
}

/* One number that is wrong; the refusal says `words`, NULL: the tensor's name. */
typedef struct wrong {
    const char *tensor;
    size_t at;
    double value;
    const char *words;
} wrong;

/* `error` is NULL where the file was taken. */
static void must_say(const char *words, const char *what, size_t at, double value, const char *error) {
    if (!error) fail_msg("%s [%zu] = %g was taken", what, at, value);
    if (!strstr(error, words)) fail_msg("%s [%zu] = %g: \"%s\" does not say \"%s\"", what, at, value, error, words);
}

static void each_refuses_to_resume(const small_run *run, const wrong *list, size_t count) {
    static small_run_parts parts;
    for (size_t k = 0; k < count; k++) {
        const wrong *w = &list[k];
        error e = {0};
        small_run_open(run, &parts);
        put(part(&parts, w->tensor), w->at, w->value);
        small_run_write(run, &parts);
        int failed = small_run_resume(run, &e);
        must_say(w->words ? w->words : w->tensor, w->tensor, w->at, w->value, failed ? e.text : NULL);
    }
}

static void good_file_resumes(const small_run *run) {
    error e = {0};
    small_run_store(run, run->bytes, run->count);
    if (small_run_resume(run, &e)) fail_msg("%s", e.text);
}

/* ---- Counters and statistics ---- */

enum { WORKERS = 3, SAMPLES = 8, TURN = 6, FAR = 1000000000 };
static const double huge = 4e18;

static void counters_out_of_range(void **state) {
    static small_run run;
    static const char *const keys[] = {"mode=async",
                                       "async.schedule=simulated",
                                       "async.simulated.cost=measured",
                                       "normalize.observations=true",
                                       "normalize.returns=true",
                                       NULL};
    const wrong list[] = {
        {"run/counters", 0, 0, NULL}, /* reserved: at least the steps */
        {"run/counters", 0, huge, NULL},
        {"run/counters", 1, -1, NULL}, /* steps */
        {"run/counters", 2, -1, NULL},
        {"run/counters", 2, huge, NULL}, /* version */
        {"run/counters", 3, -2, NULL},
        {"run/counters", 3, FAR, NULL}, /* solved at step; -1: not yet */
        {"run/counters", 4, 0, NULL},
        {"run/counters", 4, huge, NULL}, /* next row of metrics */
        {"run/counters", 5, -1, NULL},
        {"run/counters", 5, FAR, NULL}, /* last row */
        {"run/counters", 6, 0, NULL},   /* next checkpoint */
        {"run/counters", 7, 0, NULL},   /* next evaluation */
        {"run/counters", 8, -1, NULL},  /* next event of a replay */
        {"run/counters", 9, -1, NULL},
        {"run/counters", 9, 2, NULL}, /* whether evaluated */
        {"run/counters", 10, -1, NULL},
        {"run/counters", 10, huge, NULL}, /* frames */
        {"run/counters", 11, -1, NULL},
        {"run/counters", 11, huge, NULL}, /* events of the recording */
        {"run/figures", 0, -1, "run/counters"},
        {"run/figures", 1, -1, "run/counters"},
        {"run/figures", 2, -1, "run/counters"},
        {"run/figures", 3, NAN, NULL},
        {"run/update_figures", 1, INFINITY, NULL},
        {"run/staleness", 0, -1, NULL},
        {"run/staleness", 3, huge, NULL},
        {"episodes/count", 0, -1, NULL},
        {"episodes/count", 0, huge, NULL},
        {"worker/counters", 0, -1, NULL},
        {"worker/counters", 3 * WORKERS - 1, huge, NULL},
        {"alerts/state", 0, 2, "alerts"},
        {"turn/costs", 0, -1, NULL},
        {"normalize/observations.count", 0, -1, "normalize/"},
        {"normalize/observations.var", 2, -1, "normalize/"},
        {"normalize/returns.count", 0, -1, "normalize/"},
        {"normalize/returns.var", 0, -1, "normalize/"},
        {"param/policy.bias", 1, NAN, NULL},
        {"env/state", 40, 1, "is not what was written"},
    };
    small_run_train(&run, *state, keys);
    each_refuses_to_resume(&run, list, sizeof list / sizeof *list);
    good_file_resumes(&run);
    small_run_free(&run);
}

/* ---- Turns that are open in a pause ---- */

/* Worker 1's open turn with one episode in it, which is taken; then with a number changed. */
static void open_turn(const small_run *run, const char *tensor, size_t at, double value) {
    static small_run_parts parts;
    const size_t counters = 1 * TURN, episode = (1 * SAMPLES + 0) * 4;
    error e = {0};
    small_run_open(run, &parts);
    put(part(&parts, "turn/counters"), counters + 5, 1);
    put(part(&parts, "turn/episodes"), episode + 1, 9);
    put(part(&parts, "turn/episodes"), episode + 2, 1);
    if (tensor) put(part(&parts, tensor), (strcmp(tensor, "turn/counters") ? episode : counters) + at, value);
    small_run_write(run, &parts);
    int failed = small_run_resume(run, &e);
    if (tensor)
        must_say("worker 1's open turn", tensor, at, value, failed ? e.text : NULL);
    else if (failed)
        fail_msg("%s", e.text);
}

static void open_turns_out_of_bounds(void **state) {
    static small_run run;
    static const char *const keys[] = {"mode=async", "envs_per_worker=1", "async.schedule=simulated", NULL};
    const double counters[TURN][2] = {{-1, 2}, {-1, FAR}, {-1, FAR}, {-1, SAMPLES + 1}, {-1, -2}, {-1, SAMPLES + 1}};
    small_run_train(&run, *state, keys);
    open_turn(&run, NULL, 0, 0);
    for (size_t k = 0; k < TURN; k++) /* open, pulled, position, steps, frames, episodes */
        for (int side = 0; side < 2; side++) open_turn(&run, "turn/counters", k, counters[k][side]);
    open_turn(&run, "turn/episodes", 1, 0); /* length */
    open_turn(&run, "turn/episodes", 1, 3e9);
    open_turn(&run, "turn/episodes", 2, -1); /* environment */
    open_turn(&run, "turn/episodes", 2, WORKERS);
    good_file_resumes(&run);
    small_run_free(&run);
}

/* ---- Tensors and metadata ---- */

static void reshape(small_run_parts *parts, safetensor *t) {
    (void)parts;
    assert_int_equal(t->dims, 2);
    int64_t rows = t->shape[0];
    t->shape[0] = t->shape[1], t->shape[1] = rows;
}
static void flatten(small_run_parts *parts, safetensor *t) {
    (void)parts;
    t->shape[0] *= t->shape[1];
    t->dims = 1;
}
static void deepen(small_run_parts *parts, safetensor *t) {
    (void)parts;
    t->shape[t->dims++] = 1;
}
static void rename_it(small_run_parts *parts, safetensor *t) {
    (void)parts;
    t->name = "param/other";
}
static void retype(small_run_parts *parts, safetensor *t) {
    (void)parts;
    t->type = SAFETENSOR_U32;
}
static void leave_out(small_run_parts *parts, safetensor *t) {
    *t = parts->list[--parts->tensors];
}

static int judge(const small_run *run, error *e) {
    evaluation result;
    return evaluate_run(run->folder, false, &(evaluation_request){.episodes = 1, .seed = 1}, &result, NULL, NULL, e);
}

static int (*const readers[])(const small_run *, error *) = {small_run_resume, judge};

static void tensors_that_do_not_fit(void **state) {
    static small_run run;
    static small_run_parts parts;
    static const char *const keys[] = {"mode=sync", "normalize.observations=true", "optimizer.kind=adam", NULL};
    static void (*const changes[])(small_run_parts *, safetensor *) = {reshape,   flatten, deepen,
                                                                       rename_it, retype,  leave_out};
    static const char *const tensors[] = {"param/trunk.0.weight", "adam.v/trunk.0.weight"};
    small_run_train(&run, *state, keys);
    for (size_t k = 0; k < sizeof changes / sizeof *changes; k++)
        for (size_t i = 0; i < 3; i++) { /* the optimizer's are no concern of an evaluation */
            const char *tensor = tensors[i == 1];
            error e = {0};
            small_run_open(&run, &parts);
            changes[k](&parts, part(&parts, tensor));
            small_run_write(&run, &parts);
            int failed = readers[i == 2](&run, &e);
            must_say(tensor, tensor, k, 0, failed ? e.text : NULL);
        }
    good_file_resumes(&run);
    small_run_free(&run);
}

/* One tensor too many: of the network's, or of nobody's. */
static void tensors_that_are_too_many(void **state) {
    static small_run run;
    static small_run_parts parts;
    static const char *const keys[] = {"mode=sync", NULL};
    small_run_train(&run, *state, keys);
    for (int reader = 0; reader < 2; reader++) {
        error e = {0};
        small_run_open(&run, &parts);
        parts.list[parts.tensors] = *part(&parts, "param/value.bias");
        parts.list[parts.tensors++].name = "param/other";
        small_run_write(&run, &parts);
        int failed = readers[reader](&run, &e);
        must_say(reader ? "param/ tensors" : "param/other", "param/other", 0, 0, failed ? e.text : NULL);
    }
    small_run_free(&run);
}

static void metadata_that_is_missing(void **state) {
    static small_run run;
    static small_run_parts parts;
    static const char *const keys[] = {"mode=sync", NULL}, *const words[] = {"config", "env_state_hash"};
    small_run_train(&run, *state, keys);
    for (int i = 0; i < 3; i++) {
        error e = {0};
        small_run_open(&run, &parts);
        for (size_t k = 0; k < parts.metadata; k++)
            if (strcmp(parts.pairs[k].key, words[i == 1]) == 0) parts.pairs[k--] = parts.pairs[--parts.metadata];
        small_run_write(&run, &parts);
        int failed = readers[i == 2](&run, &e);
        must_say(i == 1 ? "hash" : "no settings", words[i == 1], 0, 0, failed ? e.text : NULL);
    }
    small_run_free(&run);
}

static void evaluation_refuses_numbers(void **state) {
    static small_run run;
    static small_run_parts parts;
    static const char *const keys[] = {"mode=sync", "normalize.observations=true", NULL};
    const wrong list[] = {{"param/value.bias", 0, NAN, NULL},
                          {"param/trunk.0.weight", 7, INFINITY, NULL},
                          {"normalize/observations.count", 0, -1, "normalize/observations"},
                          {"normalize/observations.mean", 1, NAN, "normalize/observations"},
                          {"normalize/observations.var", 3, -1, "normalize/observations"}};
    small_run_train(&run, *state, keys);
    for (size_t k = 0; k < sizeof list / sizeof *list; k++) {
        const wrong *w = &list[k];
        error e = {0};
        small_run_open(&run, &parts);
        put(part(&parts, w->tensor), w->at, w->value);
        small_run_write(&run, &parts);
        int failed = judge(&run, &e);
        must_say(w->words ? w->words : w->tensor, w->tensor, w->at, w->value, failed ? e.text : NULL);
    }
    small_run_free(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(counters_out_of_range),    SCRATCH_TEST(open_turns_out_of_bounds),
        SCRATCH_TEST(tensors_that_do_not_fit),  SCRATCH_TEST(tensors_that_are_too_many),
        SCRATCH_TEST(metadata_that_is_missing), SCRATCH_TEST(evaluation_refuses_numbers),
    };
    return cmocka_run_group_tests_name("refusals", tests, NULL, NULL);
}

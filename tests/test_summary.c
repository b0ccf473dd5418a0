/* SPDX-License-Identifier: MIT
 * summary.json: all its keys, written, printed and read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/memory.h"
#include "record/summary.h"
#include "scratch.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

static summary make_summary(void) {
    summary s = summary_unknown();
    strcpy(s.version, "0.1.0");
    strcpy(s.cpu, "A \"fast\" CPU");
    strcpy(s.env, "CartPole-v1");
    strcpy(s.mode, "async");
    strcpy(s.stopped_by, "solved");
    strcpy(s.params_fingerprint, "0123456789abcdef");
    s.seed = UINT64_MAX;
    s.steps = (int64_t)1 << 52;
    s.workers = 16;
    s.wall_seconds = 1.0 / 3;
    s.solved = true;
    s.solved_at_step = 72160;
    s.time = (summary_time){0.1, 0.2, 0.3, 0.05, 0.05, 0.1, 0.2};
    s.staleness = (summary_staleness){0.9, 1, 2, 3};
    return s;
}

static void summary_reads_back(void **state) {
    error e = {0};
    summary s = make_summary(), back;
    assert_int_equal(summary_write(*state, &s, &e), 0);
    assert_int_equal(summary_read(*state, &back, &e), 0);
    assert_int_equal(back.format, 1);
    assert_true(back.seed == UINT64_MAX);
    assert_true(back.steps == s.steps);
    assert_int_equal(back.workers, 16);
    assert_int_equal(back.threads, -1);
    assert_true(back.wall_seconds == s.wall_seconds);
    assert_true(back.solved);
    assert_int_equal(back.solved_at_step, 72160);
    assert_true(isnan(back.solved_at_seconds));
    assert_string_equal(back.cpu, s.cpu);
    assert_string_equal(back.stopped_by, "solved");
    assert_memory_equal(&back.time, &s.time, sizeof s.time);
    assert_memory_equal(&back.staleness, &s.staleness, sizeof s.staleness);
}

static void summary_has_all_keys(void **state) {
    static const char *const keys[] = {"format",
                                       "version",
                                       "commit",
                                       "compiler",
                                       "cpu",
                                       "cpus",
                                       "env",
                                       "mode",
                                       "workers",
                                       "threads",
                                       "envs_per_worker",
                                       "seed",
                                       "steps",
                                       "frames",
                                       "updates",
                                       "episodes",
                                       "wall_seconds",
                                       "steps_per_second",
                                       "parameters",
                                       "return_mean",
                                       "return_std",
                                       "solved",
                                       "solved_at_step",
                                       "solved_at_seconds",
                                       "eval_return_mean",
                                       "eval_return_std",
                                       "eval_return_min",
                                       "eval_return_max",
                                       "eval_episodes",
                                       "eval_seconds",
                                       "params_fingerprint",
                                       "staleness",
                                       "time",
                                       "involuntary_switches",
                                       "stopped_by"};
    error e = {0};
    summary s = make_summary();
    const summary_task tasks[] = {{"catch", 0.5, NAN, 10}, {"CartPole-v1", 500, 0, 10}};
    s.tasks = tasks;
    s.task_count = 2;
    const int64_t histogram[] = {40, 2, 0, 1};
    s.staleness_histogram = histogram;
    s.staleness_bins = 4;
    assert_int_equal(summary_write(*state, &s, &e), 0);
    size_t count;
    char *bytes;
    assert_int_equal(file_read(scratch_path(*state, "summary.json"), 1 << 20, &bytes, &count, &e), 0);
    json_t *object = json_loadb(bytes, count, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, NULL);
    assert_non_null(object);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) assert_non_null(json_object_get(object, keys[i]));
    assert_int_equal(json_object_size(json_object_get(object, "time")), 7);
    assert_int_equal(json_object_size(json_object_get(object, "staleness")), 4);
    json_t *list = json_object_get(object, "staleness_histogram");
    assert_int_equal(json_array_size(list), 4);
    for (size_t i = 0; i < 4; i++) assert_true(json_number_value(json_array_get(list, i)) == (double)histogram[i]);
    list = json_object_get(object, "tasks");
    assert_int_equal(json_array_size(list), 2);
    assert_true(json_is_null(json_object_get(json_array_get(list, 0), "eval_return_std")));
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 1), "env")), "CartPole-v1");
    json_decref(object);

    char *printed;
    size_t printed_count;
    FILE *stream = open_memstream(&printed, &printed_count);
    assert_int_equal(summary_print(stream, &s, &e), 0);
    fclose(stream);
    assert_int_equal(printed_count, count);
    assert_memory_equal(printed, bytes, count);
    free(printed);
    memory_free(bytes);
}

static void summary_refuses(const char *folder, const char *text, const char *words) {
    error e = {0};
    summary s;
    assert_int_equal(file_replace(scratch_path(folder, "summary.json"), text, strlen(text), &e), 0);
    assert_int_equal(summary_read(folder, &s, &e), -1);
    if (!strstr(e.text, words)) fail_msg("\"%s\" has not \"%s\"", e.text, words);
}

static void summary_refuses_what_is_not_right(void **state) {
    error e = {0};
    summary s;
    assert_int_equal(summary_read(*state, &s, &e), -1);
    assert_non_null(strstr(e.text, "summary.json"));
    summary_refuses(*state, "{\"steps\": 1,", "summary.json:1:");
    summary_refuses(*state, "{\"steps\": 1, \"steps\": 2}", "duplicate");
    summary_refuses(*state, "{\"steps\": \"1\"}", "steps has a value of another type");
    summary_refuses(*state, "{\"solved\": 1}", "solved has a value");
    summary_refuses(*state, "{\"staleness\": {\"p99\": []}}", "staleness.p99 has a value");
    summary_refuses(*state, "{\"format\": 2}", "format 2, this program reads up to 1");
    char longer[512] = "{\"mode\": \"";
    memset(longer + 10, 'a', 300);
    strcpy(longer + 310, "\"}");
    summary_refuses(*state, longer, "mode has a value");
    assert_int_equal(file_replace(scratch_path(*state, "summary.json"), "{\"steps\": 1e300}", 16, &e), 0);
    assert_int_equal(summary_read(*state, &s, &e), 0);
    assert_int_equal(s.steps, -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(summary_reads_back),
        SCRATCH_TEST(summary_has_all_keys),
        SCRATCH_TEST(summary_refuses_what_is_not_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT
 * base/text, base/to_json and base/file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/to_json.h"
#include "scratch.h"

#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- text ---- */

static void text_grows(void **state) {
    (void)state;
    text_buffer t = {0};
    assert_string_equal(text_string(&t), "");
    for (int i = 0; i < 1000; i++) text_printf(&t, "%03d,", i);
    assert_int_equal(t.length, 4000);
    assert_memory_equal(t.data + 4 * 777, "777,", 4);
    size_t capacity = t.capacity;
    text_clear(&t);
    assert_string_equal(text_string(&t), "");
    text_reserve(&t, capacity - 1);
    assert_int_equal(t.capacity, capacity);
    text_free(&t);
}

static void distances(void **state) {
    (void)state;
    assert_int_equal(text_distance("", "abc"), 3);
    assert_int_equal(text_distance("kitten", "sitting"), 3);
    assert_int_equal(text_distance("seed", "sede"), 1); /* neighbors exchanged */
    assert_int_equal(text_distance("CartPole", "cartpole"), 0);
    char longer[128] = {0};
    memset(longer, 'a', sizeof longer - 1);
    assert_true(text_distance(longer, longer) > 1000);
}

static void closest_word(void **state) {
    (void)state;
    const char *const list[] = {"optimizer.learning_rate", "total_steps", "CartPole-v1",
                                "MinAtar/Breakout-v0",     "seed",        NULL};
    assert_string_equal(text_closest("learning_rat", list), "optimizer.learning_rate");
    assert_string_equal(text_closest("optimizer.learning-rate", list), "optimizer.learning_rate");
    assert_string_equal(text_closest("totl_steps", list), "total_steps");
    assert_string_equal(text_closest("breakout", list), "MinAtar/Breakout-v0");
    assert_string_equal(text_closest("cartpole-v1", list), "CartPole-v1");
    assert_null(text_closest("workers", list));
    assert_null(text_closest("", list));
    assert_null(text_closest("se", list));
    static const char *const letters[] = {"g", "taxi", NULL};
    assert_null(text_closest("x", letters));
    assert_string_equal(text_closest("gg", letters), "g");
    assert_string_equal(text_closest("tax", letters), "taxi");
    assert_null(text_closest("nope", letters));
}

/* ---- JSON ---- */

static void numbers_read_back(void **state) {
    (void)state;
    const double doubles[] = {0.0, -0.0, 1.0 / 3, 0.1, 1e22, 5e-324, 1.7976931348623157e308, 123456789012345680.0,
                              -2.5};
    text_buffer t = {0};
    for (size_t i = 0; i < sizeof doubles / sizeof doubles[0]; i++) {
        text_clear(&t);
        to_json_double(&t, doubles[i]);
        double back = strtod(text_string(&t), NULL);
        assert_memory_equal(&back, &doubles[i], sizeof back);
    }
    uint32_t bits = 1;
    for (int i = 0; i < 20000; i++) {
        bits = bits * 1664525u + 1013904223u;
        float value, back;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) continue;
        text_clear(&t);
        to_json_float(&t, value);
        back = strtof(text_string(&t), NULL);
        assert_memory_equal(&back, &value, sizeof back);
    }
    text_clear(&t);
    to_json_double(&t, 0.1);
    to_json_item(&t);
    to_json_float(&t, 0.1f);
    to_json_item(&t);
    to_json_double(&t, NAN);
    to_json_item(&t);
    to_json_double(&t, -INFINITY);
    to_json_item(&t);
    to_json_float(&t, -0.0f);
    assert_string_equal(text_string(&t), "0.1, 0.1, null, null, -0.0");
    text_free(&t);
}

static void strings_are_json(void **state) {
    (void)state;
    text_buffer t = {0};
    text_append(&t, "{");
    to_json_key(&t, "a");
    to_json_string(&t, "q\"b\\n\nt\t\x01 \xC3\xA9 \xE2\xA3\xBF \xF0\x9F\x98\x80");
    to_json_key(&t, "b");
    to_json_string(&t, "\xFF \xC0\x80 \xED\xA0\x80 \xE2\x82"); /* no UTF-8: stray, overlong, surrogate, cut */
    to_json_key(&t, "c");
    to_json_bool(&t, true);
    text_append(&t, "}");
    json_t *object = json_loads(text_string(&t), JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(object);
    assert_string_equal(json_string_value(json_object_get(object, "a")),
                        "q\"b\\n\nt\t\x01 \xC3\xA9 \xE2\xA3\xBF \xF0\x9F\x98\x80");
    const char *replaced = json_string_value(json_object_get(object, "b"));
    assert_memory_equal(replaced, "\xEF\xBF\xBD ", 4);
    assert_true(json_is_true(json_object_get(object, "c")));
    json_decref(object);
    text_free(&t);
}

/* ---- files ---- */

static void check_content(const char *path, const char *expected) {
    error e = {0};
    char *bytes;
    size_t count;
    assert_int_equal(file_read(path, 1 << 20, &bytes, &count, &e), 0);
    assert_int_equal(count, strlen(expected));
    assert_string_equal(bytes, expected);
    memory_free(bytes);
}

static void reading(void **state) {
    error e = {0};
    char *bytes;
    size_t count;
    const char *path = scratch_path(*state, "text");
    assert_int_equal(file_read(path, 100, &bytes, &count, &e), -1);
    assert_null(bytes);
    assert_non_null(strstr(e.text, path));
    assert_non_null(strstr(e.text, "No such file"));
    assert_int_equal(e.status, STATUS_FAILED);
    assert_int_equal(file_replace(path, "hello", 5, &e), 0);
    check_content(path, "hello");
    assert_int_equal(file_read(path, 5, &bytes, &count, &e), 0);
    memory_free(bytes);
    assert_int_equal(file_read(path, 4, &bytes, &count, &e), -1);
    assert_non_null(strstr(e.text, "larger than the 4 bytes"));
    assert_int_equal(file_read(*state, 100, &bytes, &count, &e), -1);
}

/* A pipe tells no size: it is read to its end, or to the limit. */
static void reading_a_pipe(void **state) {
    (void)state;
    for (int limit = 39999; limit <= 40000; limit++) {
        int ends[2];
        char path[64], *bytes;
        size_t count;
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        if (child == 0) {
            char block[40000];
            memset(block, 'x', sizeof block);
            _exit(write(ends[1], block, sizeof block) < 0);
        }
        close(ends[1]);
        snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
        assert_int_equal(file_read(path, (size_t)limit, &bytes, &count, NULL), limit == 40000 ? 0 : -1);
        assert_int_equal(count, limit == 40000 ? 40000 : 0);
        memory_free(bytes);
        close(ends[0]);
        waitpid(child, NULL, 0);
    }
}

static void folders(void **state) {
    error e = {0};
    bool vacant;
    char path[FILE_PATH_SIZE];
    assert_int_equal(file_join(path, *state, "a/b/c", &e), 0);
    assert_int_equal(file_is_vacant(path, &vacant, &e), 0);
    assert_true(vacant);
    assert_int_equal(file_make_folders(path, &e), 0);
    assert_int_equal(file_make_folders(path, &e), 0);
    assert_int_equal(file_is_vacant(path, &vacant, &e), 0);
    assert_true(vacant);
    assert_int_equal(file_is_vacant(scratch_path(*state, "a"), &vacant, &e), 0);
    assert_false(vacant);
    const char *file = scratch_path(*state, "file");
    assert_int_equal(file_replace(file, "", 0, &e), 0);
    assert_int_equal(file_is_vacant(file, &vacant, &e), 0);
    assert_false(vacant);
    assert_int_equal(file_make_folders(scratch_path(*state, "file/under"), &e), -1);
    assert_non_null(strstr(e.text, "file"));
    char longest[2 * FILE_PATH_SIZE];
    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(file_make_folders(longest, &e), -1);
    assert_int_equal(file_join(path, *state, longest, &e), -1);
    assert_int_equal(file_join(path, "x/", "/abs", &e), 0);
    assert_string_equal(path, "/abs");
}

/* In a child that may write files of at most `limit` bytes, as on a full disk. The exit status of `work`, -1 for a
 * signal. */
static int on_a_full_disk(int limit, int (*work)(const char *folder), const char *folder) {
    pid_t child = fork();
    if (child == 0) {
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){(rlim_t)limit, (rlim_t)limit});
        _exit(work(folder));
    }
    int status;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int replace_large(const char *folder) {
    static char block[10000];
    error e = {0};
    if (file_replace(scratch_path(folder, "kept"), block, sizeof block, &e) == 0) return 1;
    return strstr(e.text, "kept") && strstr(e.text, "File too large") ? 0 : 2;
}

static void replacing(void **state) {
    error e = {0};
    const char *path = scratch_path(*state, "kept");
    assert_int_equal(file_replace(path, "old", 3, &e), 0);
    assert_int_equal(on_a_full_disk(5000, replace_large, *state), 0);
    path = scratch_path(*state, "kept");
    check_content(path, "old");
    assert_false(file_exists(scratch_path(*state, "kept.tmp")));
    path = scratch_path(*state, "kept");
    file_draft draft;
    assert_int_equal(file_draft_open(&draft, path, &e), 0);
    assert_int_equal(file_draft_write(&draft, "n", 1, &e), 0);
    assert_true(file_exists(draft.temporary));
    file_draft_discard(&draft);
    assert_false(file_exists(draft.temporary));
    check_content(path, "old");
    assert_int_equal(file_replace(path, "new", 3, &e), 0);
    check_content(path, "new");
    assert_int_equal(file_replace(scratch_path(*state, "absent/file"), "x", 1, &e), -1);
    assert_non_null(strstr(e.text, "absent/file"));
}

static int append_large(const char *folder) {
    static char block[10000];
    error e = {0};
    file_log log;
    if (file_log_open(&log, scratch_path(folder, "log"), &e)) return 1;
    if (file_log_append(&log, block, sizeof block, &e) == 0) return 2;
    return strstr(e.text, "log") ? 0 : 3;
}

static void growing(void **state) {
    error e = {0};
    file_log log;
    const char *path = scratch_path(*state, "log");
    assert_int_equal(file_log_open(&log, path, &e), 0);
    assert_int_equal(file_log_append(&log, "one\n", 4, &e), 0);
    assert_int_equal(file_log_flush(&log, &e), 0);
    check_content(path, "one\n");
    assert_int_equal(on_a_full_disk(5000, append_large, *state), 0);
    check_content(scratch_path(*state, "log"), "one\n"); /* no half line */
    assert_int_equal(file_log_append(&log, "two\n", 4, &e), 0);
    assert_int_equal(file_truncate(path, 6, &e), 0);
    assert_int_equal(file_log_append(&log, "!", 1, &e), 0);
    file_log_close(&log);
    file_log_close(&log);
    check_content(path, "one\ntw!");
    if (file_log_open(&log, "/dev/full", &e) == 0) {
        assert_int_equal(file_log_append(&log, "x", 1, &e), -1);
        assert_non_null(strstr(e.text, "No space left"));
        file_log_close(&log);
    }
}

static void locking(void **state) {
    error e = {0};
    int lock, second;
    assert_int_equal(file_lock(*state, &lock, &e), 0);
    assert_int_equal(file_lock(*state, &second, &e), -1);
    char holder[64];
    snprintf(holder, sizeof holder, "(process %ld)", (long)getpid());
    assert_non_null(strstr(e.text, holder));
    assert_non_null(strstr(e.text, *state));
    file_unlock(lock);
    assert_int_equal(file_lock(*state, &second, &e), 0);
    file_unlock(second);
    /* a killed process gives its lock back */
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        int failed = file_lock(*state, &lock, &e);
        if (write(ends[1], failed ? "n" : "y", 1) == 1) pause();
        _exit(1);
    }
    char answer = 'n';
    assert_int_equal(read(ends[0], &answer, 1), 1);
    assert_int_equal(answer, 'y');
    assert_int_equal(file_lock(*state, &lock, &e), -1);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_int_equal(file_lock(*state, &lock, &e), 0);
    file_unlock(lock);
    close(ends[0]);
    close(ends[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_grows),
        cmocka_unit_test(distances),
        cmocka_unit_test(closest_word),
        cmocka_unit_test(numbers_read_back),
        cmocka_unit_test(strings_are_json),
        SCRATCH_TEST(reading),
        cmocka_unit_test(reading_a_pipe),
        SCRATCH_TEST(folders),
        SCRATCH_TEST(replacing),
        SCRATCH_TEST(growing),
        SCRATCH_TEST(locking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

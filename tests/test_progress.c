/* SPDX-License-Identifier: MIT
 * What a person sees: numbers in words, the line on a terminal and elsewhere, the closing summary, the curve. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "record/progress.h"
#include "record/format.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static void numbers_in_words(void **state) {
    (void)state;
    char words[WORDS_SIZE];
    assert_string_equal(words_count(words, 0), "0");
    assert_string_equal(words_count(words, 999), "999");
    assert_string_equal(words_count(words, -1234567), "-1,234,567");
    assert_string_equal(words_count(words, INT64_MIN), "-9,223,372,036,854,775,808");
    assert_string_equal(words_rate(words, 55.4), "55");
    assert_string_equal(words_rate(words, 999.6), "1.00 k");
    assert_string_equal(words_rate(words, 980123), "980 k");
    assert_string_equal(words_rate(words, 12345678), "12.3 M");
    assert_string_equal(words_rate(words, 3e9), "3.00 G");
    assert_string_equal(words_duration(words, 0.0712), "0.071 s");
    assert_string_equal(words_duration(words, 59.9), "59.9 s");
    assert_string_equal(words_duration(words, 59.97), "1 min 0 s");
    assert_string_equal(words_duration(words, 125), "2 min 5 s");
    assert_string_equal(words_duration(words, 3599.7), "1 h 0 min");
    assert_string_equal(words_duration(words, 12000), "3 h 20 min");
    assert_string_equal(words_value(words, 475.234), "475.2");
    assert_string_equal(words_value(words, -123456.0), "-123456");
    assert_string_equal(words_value(words, 0), "0");
}

static void locale_decides(void **state) {
    (void)state;
    setenv("LC_ALL", "", 1);
    setenv("LC_CTYPE", "", 1);
    setenv("LANG", "C", 1);
    assert_false(words_utf8());
    setenv("LANG", "de_DE.UTF-8", 1);
    assert_true(words_utf8());
    setenv("LC_ALL", "C", 1);
    assert_false(words_utf8());
    setenv("LC_ALL", "C.utf8", 1);
    assert_true(words_utf8());
    setenv("LC_ALL", "C", 1);
}

/* ---- The curve ---- */

static void curve_is_drawn(void **state) {
    (void)state;
    static curve c;
    text_buffer t = {0};
    curve_draw(&c, &t, 8, 3, false, "");
    assert_string_equal(text_string(&t), "");
    for (int i = 0; i <= 7; i++) curve_add(&c, i * 1000, i < 4 ? 0 : 100);
    curve_add(&c, 7500, NAN);
    curve_draw(&c, &t, 8, 3, false, "| ");
    assert_string_equal(text_string(&t), "| 100     ****\n"
                                         "|         *   \n"
                                         "|   0 ****    \n"
                                         "|     0  7,000\n");
    text_clear(&t);
    curve_draw(&c, &t, 4, 2, true, "");
    /* dots on the bottom row, a rise in one column, dots on the top row */
    assert_string_equal(text_string(&t), "100 \xE2\xA0\x80\xE2\xA0\x80\xE2\xA1\x8F\xE2\xA0\x89\n"
                                         "  0 \xE2\xA3\x80\xE2\xA3\x80\xE2\xA0\x87\xE2\xA0\x80\n"
                                         "    0 7,000\n");
    /* a fall: the column of the second point joins it to the first */
    static curve fall;
    curve_add(&fall, 0, 2);
    curve_add(&fall, 1, 0);
    text_clear(&t);
    curve_draw(&fall, &t, 2, 4, false, "");
    assert_string_equal(text_string(&t), "2 * \n   *\n   *\n0  *\n  0 1\n");
    text_free(&t);
}

/* Memory is bounded, and the whole run stays on the picture. */
static void curve_thins_out(void **state) {
    (void)state;
    static curve c;
    for (int i = 0; i < 100000; i++) curve_add(&c, i, 2.0 * i + 1);
    assert_true(c.count > CURVE_POINTS / 2 - 2 && c.count <= CURVE_POINTS);
    for (int i = 0; i < c.count; i++) {
        assert_true(i == 0 || c.x[i] > c.x[i - 1]);
        assert_true(fabs(c.y[i] - (2 * c.x[i] + 1)) < 1e-6);
    }
    assert_true(c.x[0] < 500 && c.x[c.count - 1] > 99000);
}

static void curve_of_equal_values(void **state) {
    (void)state;
    static curve c;
    text_buffer t = {0};
    for (int i = 0; i < 4; i++) curve_add(&c, 0, -200); /* not even x grows */
    curve_draw(&c, &t, 6, 3, false, "");
    assert_non_null(strstr(text_string(&t), "     ******\n"));
    text_free(&t);
}

/* ---- The line ---- */

static metrics make_row(int64_t step) {
    metrics row = metrics_unknown();
    row.step = step;
    row.steps_per_second = 50000;
    row.return_mean = 312.44;
    row.policy_entropy = 0.409;
    row.staleness_mean = 0.96;
    return row;
}

static summary make_summary(void) {
    summary s = summary_unknown();
    strcpy(s.env, "CartPole-v1");
    strcpy(s.mode, "async");
    strcpy(s.stopped_by, "total_steps");
    s.workers = 16;
    s.threads = 1;
    s.seed = 7;
    s.solved = true;
    s.solved_at_step = 72160;
    s.solved_at_seconds = 0.0712;
    s.steps = 200000;
    s.updates = 10000;
    s.episodes = 812;
    s.wall_seconds = 0.2;
    s.steps_per_second = 1e6;
    s.return_mean = 498.2;
    s.return_std = 4.12;
    s.eval_return_mean = s.eval_return_max = 500;
    s.eval_return_std = 0;
    s.eval_return_min = 499;
    s.eval_episodes = 100;
    return s;
}

/* A short run's output on a stream that is no terminal; the text is the caller's (free). */
static char *run_on_stream(int64_t interval_ns) {
    char *text;
    size_t count;
    FILE *stream = open_memstream(&text, &count);
    progress p;
    progress_open(&p, stream, 100000);
    p.interval_ns = interval_ns;
    for (int i = 1; i <= 4; i++) {
        metrics row = make_row(i * 25000);
        progress_update(&p, &row);
        if (i == 2) progress_warn(&p, "look at %s", "this");
    }
    summary s = make_summary();
    progress_finish(&p, &s);
    progress_close(&p);
    fclose(stream);
    return text;
}

static void plain_lines(void **state) {
    (void)state;
    char *text = run_on_stream(0);
    const char *expected =
        " 25 %  25,000 steps  50.0 k steps/s  return 312.4  entropy 0.41  staleness 1.0  1.5 s left\n";
    assert_memory_equal(text, expected, strlen(expected));
    assert_non_null(strstr(text, "\nwarning: look at this\n"));
    assert_non_null(
        strstr(text, "\n100 %  100,000 steps  50.0 k steps/s  return 312.4  entropy 0.41  staleness 1.0\n"));
    assert_null(strchr(text, '\r'));
    assert_null(strchr(text, '\033'));
    free(text);
    text = run_on_stream(INT64_MAX);
    const char *closing =
        "warning: look at this\nCartPole-v1, async, 16 workers on 1 thread, seed 7: solved at step 72,160, "
        "after 0.071 s\n";
    assert_memory_equal(text, closing, strlen(closing));
    assert_non_null(strstr(text, "200,000 in 0.200 s: 1.00 M steps/s, 10,000 updates, 812 episodes\n"));
    assert_non_null(strstr(text, "498.2 +- 4.12 over"));
    assert_non_null(strstr(text, "500 +- 0 over 100 episodes, from 499 to 500\n"));
    assert_non_null(strstr(text, "100,000\n"));
    free(text);
}

static void silent_when_quiet(void **state) {
    (void)state;
    assert_null(progress_stream(true, false));
    assert_null(progress_stream(true, true));
    assert_ptr_equal(progress_stream(false, true), stderr);
    assert_ptr_equal(progress_stream(false, false), stdout);
    progress p;
    progress_open(&p, NULL, 1000);
    p.interval_ns = 0;
    metrics row = make_row(10);
    summary s = make_summary();
    progress_update(&p, &row);
    progress_say(&p, "nothing");
    progress_warn(&p, "nothing");
    progress_finish(&p, &s);
    progress_close(&p);
}

/* ---- On a terminal ---- */

/* Runs two updates, a warning and one more update on a pseudo-terminal of this width; fills `seen` with what it shows.
 */
static void run_on_terminal(unsigned short width, char *seen, size_t size) {
    int master = posix_openpt(O_RDWR | O_NOCTTY), slave;
    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    assert_true(slave >= 0);
    struct termios raw;
    tcgetattr(slave, &raw);
    cfmakeraw(&raw);
    tcsetattr(slave, TCSANOW, &raw);
    ioctl(slave, TIOCSWINSZ, &(struct winsize){.ws_col = width, .ws_row = 24});
    FILE *stream = fdopen(slave, "w");
    progress p;
    progress_open(&p, stream, 100000);
    p.interval_ns = 0;
    for (int i = 1; i <= 3; i++) {
        metrics row = make_row(i * 1000);
        progress_update(&p, &row);
        if (i == 2) progress_warn(&p, "careful");
    }
    progress_close(&p);
    fclose(stream);
    size_t count = 0;
    for (ssize_t got; (got = read(master, seen + count, size - 1 - count)) > 0;) count += (size_t)got;
    seen[count] = '\0';
    close(master);
}

static void one_line_on_a_terminal(void **state) {
    (void)state;
    char seen[4096];
    setenv("TERM", "xterm", 1);
    unsetenv("NO_COLOR");
    run_on_terminal(120, seen, sizeof seen);
    const char *first =
        "  1 %  1,000 steps  50.0 k steps/s  return 312.4  entropy 0.41  staleness 1.0  2.0 s left\r\033[K  2 %";
    assert_memory_equal(seen, first, strlen(first));
    assert_non_null(strstr(seen, "\r\033[K\033[33mwarning: careful\033[0m\n  3 %"));
    assert_memory_equal(seen + strlen(seen) - 4, "\r\033[K", 4); /* the line is gone at the end */
    setenv("NO_COLOR", "1", 1);
    run_on_terminal(120, seen, sizeof seen);
    assert_non_null(strstr(seen, "\r\033[Kwarning: careful\n"));
    assert_null(strstr(seen, "\033[33m"));
    unsetenv("NO_COLOR");
    setenv("TERM", "dumb", 1);
    run_on_terminal(120, seen, sizeof seen);
    assert_null(strchr(seen, '\033'));
    assert_non_null(strstr(seen, "left\n"));
    setenv("TERM", "xterm", 1);
}

/* The line never reaches the last column, whatever the width; percent and return are what is left at the end. */
static void narrow_terminals(void **state) {
    (void)state;
    for (unsigned short width = 1; width <= 100; width++) {
        char seen[4096];
        run_on_terminal(width, seen, sizeof seen);
        size_t length = strcspn(seen, "\r");
        if (width > 6) assert_true(length < width);
        if (width > 25) assert_non_null(strstr(seen, "return 312.4"));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_in_words),      cmocka_unit_test(locale_decides),
        cmocka_unit_test(curve_is_drawn),        cmocka_unit_test(curve_thins_out),
        cmocka_unit_test(curve_of_equal_values), cmocka_unit_test(plain_lines),
        cmocka_unit_test(silent_when_quiet),     cmocka_unit_test(one_line_on_a_terminal),
        cmocka_unit_test(narrow_terminals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT
 * Numbers do not follow the locale: a host program under a decimal comma loads a policy and gets the same answers; what reads and
 * writes numbers does the same under it; and the host keeps its locale. */
#include "small_run.h"

#include "a3c/policy.h"
#include "base/number.h"
#include "base/text.h"
#include "base/to_json.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

static char folder[] = "/tmp/a3c-locale-XXXXXX";

/* Makes the locale xx_XX with a decimal comma (tests/shell/comma.sh) and a run, both before the locale is set. */
static small_run trained;

static int prepare(void **state) {
    static const char *const keys[] = {"discount=0.97", NULL};
    char command[1024];
    (void)state;
    if (!mkdtemp(folder)) return -1;
    small_run_train(&trained, folder, keys);
    snprintf(command, sizeof command, ". %s/tests/shell/comma.sh && comma_locale %s", A3C_SOURCE, folder);
    if (system(command) != 0) return -1;
    uselocale(LC_GLOBAL_LOCALE); /* training has pinned this thread's */
    return setenv("LOCPATH", folder, 1);
}

static int clean(void **state) {
    (void)state;
    setlocale(LC_ALL, "C");
    small_run_free(&trained);
    return file_remove_folder(folder, NULL);
}

/* The decimal point of this thread, as printf has it. */
static char point(void) {
    char text[8];
    snprintf(text, sizeof text, "%.1f", .5);
    return text[1];
}

static a3c_answer ask(float *mean) {
    char message[512];
    a3c_answer answer;
    a3c_policy *policy = a3c_policy_load(trained.checkpoint, message, sizeof message);
    if (!policy) fail_msg("%s", message);
    a3c_actor *actor = a3c_actor_new(policy, 1);
    assert_int_equal(a3c_actor_act(actor, (float[]){.02f, .1f, -.03f, -.2f}, A3C_GREEDY, &answer), 0);
    *mean = answer.probabilities[0];
    a3c_actor_free(actor);
    a3c_policy_free(policy);
    return answer;
}

static void a_host_under_a_comma_loads_a_policy(void **state) {
    (void)state;
    float before, after;
    setlocale(LC_ALL, "C");
    a3c_answer plain = ask(&before);
    assert_non_null(setlocale(LC_ALL, "xx_XX"));
    assert_int_equal(point(), ',');
    a3c_answer comma = ask(&after);
    assert_int_equal(point(), ',');
    assert_true(before == after && plain.value == comma.value);
}

static void numbers_have_a_point(void **state) {
    (void)state;
    text_buffer t = {0};
    char text[32], *end;
    double value = 0;
    assert_non_null(setlocale(LC_ALL, "xx_XX"));
    assert_true(number_parse("0.99x", &end) == .99 && *end == 'x');
    assert_int_equal(number_read_real("0.99", &value), NUMBER_OK);
    assert_true(value == .99);
    number_write_real(.99, text, sizeof text);
    assert_string_equal(text, "0.99");
    to_json_double(&t, 1.5);
    to_json_float(&t, .25f);
    text_printf(&t, " %g", .125);
    assert_string_equal(text_string(&t), "1.50.25 0.125");
    text_free(&t);
    assert_int_equal(point(), ',');
}

/* Settings from text: 0.99 is not 0, and comes back as it was written. */
static void settings_are_read_and_written(void **state) {
    (void)state;
    error e = {0};
    settings *s = memory_new(sizeof *s);
    assert_non_null(setlocale(LC_ALL, "xx_XX"));
    char path[FILE_PATH_SIZE];
    assert_int_equal(file_join(path, trained.folder, "config.yaml", &e), 0);
    if (settings_load(s, &(settings_request){.base = path}, &e)) fail_msg("%s", e.text);
    assert_true(s->discount == .97);
    memory_free(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_under_a_comma_loads_a_policy),
        cmocka_unit_test(numbers_have_a_point),
        cmocka_unit_test(settings_are_read_and_written),
    };
    return cmocka_run_group_tests(tests, prepare, clean);
}

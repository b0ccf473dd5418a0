/* SPDX-License-Identifier: MIT
 * The plugin loader and the contract suite, on the example and on plugins that are wrong on purpose. Each is compiled
 * here with the one line that the header promises; CC names another compiler. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "env/contract/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* In the order of tests/plugins/faulty.c. */
enum {
    SOUND,
    NO_SYMBOL,
    OTHER_VERSION,
    NO_TABLE,
    ABSURD_COUNT,
    SHORT_TABLE,
    NO_STEP,
    ZERO_ACTIONS,
    TAKEN_NAME,
    TWO_NAMES,
    REFUSES,
    USES_RAND,
    KEEPS_GLOBAL,
    WRITES_PAST,
    UNWRITTEN,
    OUT_OF_BOUNDS,
    NOT_FINITE,
    BAD_FLAGS,
    POINTS_INTO_ITSELF,
    BATCH_DIFFERS,
    MASKS_ALL,
    PAINTS_PAST,
    LONG_TEXT,
    SHARES_SCRATCH,
    KEEPS_BY_THREAD
};

static char folder[] = "/tmp/a3c-plugins-XXXXXX";

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state) {
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static void compile(const char *source, int fault, const char *path) {
    const char *cc = getenv("CC");
    char command[1024];
    snprintf(command, sizeof command,
             "%s -shared -fPIC -fvisibility=hidden -O2 -w -DFAULT=%d -I %s/include %s/%s -o %s", cc != NULL ? cc : "cc",
             fault, A3C_SOURCE, A3C_SOURCE, source, path);
    assert_int_equal(system(command), 0);
}

/* Compiles the faulty plugin and loads it; `path` [PATH] receives where it lies. */
enum { PATH = 256 };
static const a3c_env_def *load_faulty(int fault, char *path, error *e) {
    snprintf(path, PATH, "%s/faulty%d.so", folder, fault);
    compile("tests/plugins/faulty.c", fault, path);
    return env_find(path, true, e);
}

static void expect_refusal(int fault, const char *words) {
    char path[PATH];
    error e = {0};
    assert_null(load_faulty(fault, path, &e));
    print_message("%s\n", e.text);
    assert_int_equal(e.status, STATUS_USAGE);
    assert_non_null(strstr(e.text, words));
}

static void test_refusals(void **state) {
    (void)state;
    expect_refusal(NO_SYMBOL, "no symbol a3c_env_plugin");
    expect_refusal(OTHER_VERSION, "version 8, this program's is 1");
    expect_refusal(NO_TABLE, "gives no environment");
    expect_refusal(ABSURD_COUNT, "1000000");
    expect_refusal(SHORT_TABLE, "24 bytes");
    expect_refusal(NO_STEP, "lacks one of describe, reset and step");
    expect_refusal(ZERO_ACTIONS, "describes nonsense");
    expect_refusal(TAKEN_NAME, "built-in");
    expect_refusal(REFUSES, "never today");
    error e = {0};
    assert_null(env_find("/nowhere/at/all.so", true, &e));
    assert_non_null(strstr(e.text, "no such file"));
    char path[PATH];
    snprintf(path, sizeof path, "%s/text.so", folder);
    FILE *file = fopen(path, "w");
    fputs("not an object\n", file);
    fclose(file);
    assert_null(env_find(path, true, &e));
    assert_non_null(strstr(e.text, "cannot be loaded"));
}

/* A path in a settings file or a checkpoint loads nothing. */
static void test_loads_only_when_allowed(void **state) {
    (void)state;
    char path[PATH];
    error e = {0};
    snprintf(path, sizeof path, "%s/unloaded.so", folder);
    compile("tests/plugins/faulty.c", SOUND, path);
    assert_null(env_find(path, false, &e));
    assert_non_null(strstr(e.text, "only when the command line names it"));
    const char *from;
    for (size_t k = 0; env_plugin(k, &from) != NULL; k++) {
        assert_string_not_equal(from, path);
    }
}

static void test_two_names(void **state) {
    (void)state;
    char path[PATH], named[PATH + 16];
    error e = {0};
    assert_null(load_faulty(TWO_NAMES, path, &e));
    assert_non_null(strstr(e.text, "FILE.so:NAME"));
    snprintf(named, sizeof named, "%s:Walk-v1", path);
    const a3c_env_def *def = env_find(named, true, &e);
    assert_non_null(def);
    assert_string_equal(def->name, "Walk-v1");
    snprintf(named, sizeof named, "%s:Walk-v9", path);
    assert_null(env_find(named, true, &e));
}

static void count_line(void *context, const char *check, const char *fault) {
    if (fault != NULL) {
        print_message("  %s: %s\n", check, fault);
        strncat((char *)context, fault, 200);
    }
}

static void expect_fault(int fault, const char *words) {
    char path[PATH], found[4096] = "";
    error e = {0};
    const a3c_env_def *def = load_faulty(fault, path, &e);
    if (def == NULL) {
        print_error("%s\n", e.text);
        fail();
    }
    env_config kind;
    assert_int_equal(env_config_make(&kind, def, NULL, 0, NULL, &e), 0);
    int failures = env_check(&kind, count_line, found);
    if (words == NULL) {
        assert_int_equal(failures, 0);
    } else {
        assert_true(failures > 0);
        assert_non_null(strstr(found, words));
    }
}

static void test_contract_names_the_fault(void **state) {
    (void)state;
    expect_fault(SOUND, NULL);
    expect_fault(USES_RAND, "two runs from the same seed differ");
    expect_fault(KEEPS_GLOBAL, "two instances stepped in turn differ");
    expect_fault(WRITES_PAST, "writes outside");
    expect_fault(UNWRITTEN, "unwritten");
    expect_fault(OUT_OF_BOUNDS, "outside its bounds");
    expect_fault(NOT_FINITE, "reward is not finite");
    expect_fault(BAD_FLAGS, "neither terminated nor truncated");
    expect_fault(POINTS_INTO_ITSELF, "copy of the state");
    expect_fault(BATCH_DIFFERS, "step_batch differs");
    expect_fault(MASKS_ALL, "allows no action");
    expect_fault(PAINTS_PAST, "outside the picture");
    expect_fault(LONG_TEXT, "render_text");
    expect_fault(SHARES_SCRATCH, "stepped by two threads");
    expect_fault(KEEPS_BY_THREAD, "stepped by two threads");
}

/* The example, found by its name through A3C_ENV_PATH. */
static void test_example(void **state) {
    (void)state;
    char path[PATH], folders[PATH + 32];
    snprintf(path, sizeof path, "%s/path", folder);
    snprintf(folders, sizeof folders, "%s:/nowhere/at/all", path);
    char command[512];
    snprintf(command, sizeof command, "mkdir %s", path);
    assert_int_equal(system(command), 0);
    strcat(path, "/broken.so"); /* what cannot be loaded keeps nobody else out, and comes first by name */
    assert_int_equal(file_replace(path, "not a shared object", 19, NULL), 0);
    strcpy(strrchr(path, '/'), "/corridor.so");
    compile("examples/env_plugin/corridor.c", 0, path);
    setenv("A3C_ENV_PATH", folders, 1);
    error e = {0};
    const a3c_env_def *def = env_find("Corridor-v0", false, &e);
    assert_non_null(def);
    env_config kind;
    const env_option_text options[] = {{"length", "5"}};
    assert_int_equal(env_config_make(&kind, def, options, 1, NULL, &e), 0);
    assert_int_equal(kind.max_episode_steps, 100);
    char found[4096] = "";
    assert_int_equal(env_check(&kind, count_line, found), 0);
    const char *from;
    size_t k = 0;
    while (env_plugin(k, &from) != def) {
        k++;
    }
    assert_string_equal(from, path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),  cmocka_unit_test(test_loads_only_when_allowed),
        cmocka_unit_test(test_two_names), cmocka_unit_test(test_contract_names_the_fault),
        cmocka_unit_test(test_example),
    };
    return cmocka_run_group_tests_name("plugins", tests, make_folder, remove_folder);
}

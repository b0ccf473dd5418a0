/* SPDX-License-Identifier: MIT
 * A folder for the files of one test: cmocka's setup and teardown make it, hand it over as *state, and remove it. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

enum { SCRATCH_PATH = 1024 };

static inline int scratch_setup(void **state) {
    const char *base = getenv("TMPDIR");
    char *path = malloc(SCRATCH_PATH);
    if (!path) return -1;
    snprintf(path, SCRATCH_PATH, "%s/a3c-test-XXXXXX", base && base[0] ? base : "/tmp");
    *state = path;
    return mkdtemp(path) ? 0 : -1;
}

static inline int scratch_remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk) {
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

static inline int scratch_teardown(void **state) {
    int result = nftw(*state, scratch_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(*state);
    return result;
}

/* folder/name in a buffer that the next call overwrites. */
static inline const char *scratch_path(const char *folder, const char *name) {
    static char path[SCRATCH_PATH];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path) abort();
    return path;
}

#define SCRATCH_TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

#endif

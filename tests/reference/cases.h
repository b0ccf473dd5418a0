/* SPDX-License-Identifier: MIT
 * The golden cases of networks as cmocka tests: one test a case, named "what: case"; and the measure they are held to. */
#ifndef REFERENCE_CASES_H
#define REFERENCE_CASES_H

#include "reference/golden.h"

/* Adds `test` for one case, or for every case of tests/golden/network but those whose names begin with `except` (NULL: all); its
 * *state is the case's name. */
void cases_add(const char *what, const char *name, void (*test)(void **state));
void cases_add_all(const char *what, const char *except, void (*test)(void **state));
/* Runs what was added; main's result. */
int cases_run(const char *group);

golden *cases_load(const char *name);

/* Fails the running test, naming `what`, when ||a - b|| > tolerance ||b||; where b is 0, when ||a|| > tolerance. */
void cases_close(const char *what, int n, const double *a, const double *b, double tolerance);

#endif

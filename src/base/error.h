/* SPDX-License-Identifier: MIT
 * Errors a person can cause or meet are values, handed up until someone prints them; mistakes of the programmer abort.
 *
 * A function that can fail returns 0, or -1 with the error filled: a message that names the file, key or value and
 * the remedy, and the exit status of the program. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

enum { STATUS_OK = 0, STATUS_FAILED = 1, STATUS_USAGE = 2 };

typedef struct error {
    int status;      /* STATUS_FAILED or STATUS_USAGE; STATUS_OK while nothing failed */
    const char *key; /* the setting that is at fault, for who knows its place in a file; NULL: none, or not known */
    int entry;
    char text[1024];
} error;

/* Fills `e` (NULL: nothing is kept) and returns -1, so that `return error_set(...)` ends a function. Control characters
 * that came from a file are replaced by '?', so that the text is safe on a terminal. */
int error_set(error *e, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Names the setting that is at fault, as the schema spells it, and which entry of its list or mapping (-1: none). `key`
 * lasts. Returns -1. */
int error_at_key(error *e, const char *key, int entry);

/* Puts words before the text: error_prefix(e, "%s: ", path). Returns -1. */
int error_prefix(error *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints "warning: ..." to standard error the first time that *said is 0, and sets it; for what spoils nothing but should
 * be known. Callers pass a static int, so that a run of a million checkpoints warns once. */
void error_warn_once(int *said, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Aborts with file and line when a condition that the program itself guarantees does not hold. */
#define CHECK(condition) ((condition) ? (void)0 : check_failed(#condition, __FILE__, __LINE__))
_Noreturn void check_failed(const char *condition, const char *file, int line);

#endif

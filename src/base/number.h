/* SPDX-License-Identifier: MIT
 * Numbers in text, read and written with a decimal point whatever the locale is: a host program may have called
 * setlocale before it loads a policy, a plugin may at any time.
 *
 * The functions here do not depend on the locale. printf and all else that does, libraries too, follow that of the
 * calling thread where it has one of its own: threads of this program pin theirs (number_pin_locale), functions that
 * another program calls change it for as long as they run (number_enter, number_leave). */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <locale.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Gives the calling thread a locale of its own, "C": what setlocale does, in any thread, no longer concerns it. */
void number_pin_locale(void);

/* The same until number_leave, which takes what number_enter returned. */
locale_t number_enter(void);
void number_leave(locale_t before);

/* strtod and strtof with a decimal point. */
double number_parse(const char *text, char **end);

/* The shortest decimal of at least `fewest` significant digits that reads back to the same double or float. `text`
 * holds 32 bytes or more. Finite values only. */
void number_write_shortest(double value, int fewest, char *text, size_t size);
void number_write_float(float value, int fewest, char *text, size_t size);

/* ---- Numbers as people write them: decimal, an exponent if wanted, nothing before or after ---- */

typedef enum number_result {
    NUMBER_OK,
    NUMBER_NONE,      /* no decimal number: a word, hexadecimal, trailing junk, NaN, infinity */
    NUMBER_OCTAL,     /* a leading zero, which some read as octal */
    NUMBER_FRACTION,  /* a number, but not a whole one */
    NUMBER_TOO_LARGE, /* beyond what the type holds */
    NUMBER_TOO_SMALL  /* below 0 for a type that has none, or so close to 0 that precision is lost */
} number_result;

/* An integer 0 .. 2^64-1, exactly; 1e6 and 2.0 are integers, no value passes through a double. */
number_result number_read_unsigned(const char *text, uint64_t *value);
/* An integer of 64 bits with a sign. */
number_result number_read_integer(const char *text, int64_t *value);
/* A finite double. */
number_result number_read_real(const char *text, double *value);

/* The shortest decimal that reads back to the same double; whole numbers below 1e15 have no exponent. `text` holds 32
 * bytes or more. */
void number_write_real(double value, char *text, size_t size);

#endif

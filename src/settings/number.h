/* SPDX-License-Identifier: MIT
 * Numbers as people write them, read strictly and to the bit: decimal, an exponent if wanted, nothing before or behind.
 */
#ifndef SETTINGS_NUMBER_H
#define SETTINGS_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* The shortest decimal that reads back to the same double. `text` holds 32 bytes or more. */
void number_write_real(double value, char *text, size_t size);

#endif

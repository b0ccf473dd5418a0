/* SPDX-License-Identifier: MIT
 * Numbers in text without the locale: the thread's locale, reading strictly, writing the shortest text. */
#include "base/number.h"

#include "base/error.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 400, EXPONENT_LIMIT = 10000, DOUBLE_DIGITS = 17, FLOAT_DIGITS = 9 };

/* ---- The locale ---- */

/* The C library has one such object, which it neither allocates nor frees. */
static locale_t plain(void) {
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    CHECK(c);
    return c;
}

void number_pin_locale(void) {
    uselocale(plain());
}

locale_t number_enter(void) {
    return uselocale(plain());
}

void number_leave(locale_t before) {
    uselocale(before);
}

double number_parse(const char *text, char **end) {
    return strtod_l(text, end, plain());
}

void number_write_shortest(double value, int fewest, char *text, size_t size) {
    locale_t before = number_enter();
    for (int digits = fewest; digits <= DOUBLE_DIGITS; digits++) {
        snprintf(text, size, "%.*g", digits, value);
        if (strtod(text, NULL) == value) break;
    }
    number_leave(before);
}

void number_write_float(float value, int fewest, char *text, size_t size) {
    locale_t before = number_enter();
    for (int digits = fewest; digits <= FLOAT_DIGITS; digits++) {
        snprintf(text, size, "%.*g", digits, (double)value);
        if (strtof(text, NULL) == value) break;
    }
    number_leave(before);
}

/* ---- Numbers as people write them ---- */

/* [+-] digits [. digits] [e [+-] digits], cut in its parts. */
typedef struct decimal {
    bool negative;
    const char *whole, *fraction;
    size_t whole_count, fraction_count;
    int exponent;
} decimal;

static size_t digits_at(const char *text) {
    size_t n = 0;
    while (isdigit((unsigned char)text[n])) n++;
    return n;
}

static number_result read_exponent(const char *text, int *exponent) {
    bool negative = *text == '-';
    if (*text == '-' || *text == '+') text++;
    size_t count = digits_at(text);
    if (count == 0 || text[count]) return NUMBER_NONE;
    long value = strtol(text, NULL, 10); /* saturates */
    if (value > EXPONENT_LIMIT) value = EXPONENT_LIMIT;
    *exponent = (int)(negative ? -value : value);
    return NUMBER_OK;
}

static number_result read_decimal(const char *text, decimal *d) {
    *d = (decimal){.negative = *text == '-'};
    if (strlen(text) > LONGEST) return NUMBER_NONE;
    if (*text == '-' || *text == '+') text++;
    d->whole = text;
    d->whole_count = digits_at(text);
    text += d->whole_count;
    if (*text == '.') {
        d->fraction = text + 1;
        d->fraction_count = digits_at(text + 1);
        text += 1 + d->fraction_count;
    }
    if (d->whole_count + d->fraction_count == 0) return NUMBER_NONE;
    if (*text == 'e' || *text == 'E') {
        if (read_exponent(text + 1, &d->exponent)) return NUMBER_NONE;
    } else if (*text)
        return NUMBER_NONE;
    return d->whole_count > 1 && d->whole[0] == '0' ? NUMBER_OCTAL : NUMBER_OK;
}

/* The digits of both parts in a row, without the zeros at either end; *exponent is the power of ten of the last one. */
static size_t significant(const decimal *d, char *digits, int *exponent) {
    size_t count = 0;
    for (size_t i = 0; i < d->whole_count; i++) digits[count++] = d->whole[i];
    for (size_t i = 0; i < d->fraction_count; i++) digits[count++] = d->fraction[i];
    *exponent = d->exponent - (int)d->fraction_count;
    while (count > 0 && digits[count - 1] == '0') {
        count--;
        ++*exponent;
    }
    size_t zeros = 0;
    while (zeros < count && digits[zeros] == '0') zeros++;
    memmove(digits, digits + zeros, count - zeros);
    return count - zeros;
}

static number_result magnitude(const decimal *d, uint64_t *value) {
    char digits[LONGEST + 1];
    int exponent;
    size_t count = significant(d, digits, &exponent);
    *value = 0;
    if (count == 0) return NUMBER_OK;
    if (exponent < 0) return NUMBER_FRACTION;
    if (exponent > 20) return NUMBER_TOO_LARGE;
    for (size_t i = 0; i < count + (size_t)exponent; i++) {
        uint64_t digit = i < count ? (uint64_t)(digits[i] - '0') : 0;
        if (__builtin_mul_overflow(*value, 10, value) || __builtin_add_overflow(*value, digit, value))
            return NUMBER_TOO_LARGE;
    }
    return NUMBER_OK;
}

number_result number_read_unsigned(const char *text, uint64_t *value) {
    decimal d;
    number_result result = read_decimal(text, &d);
    if (!result) result = magnitude(&d, value);
    if (!result && d.negative && *value) result = NUMBER_TOO_SMALL;
    return result;
}

number_result number_read_integer(const char *text, int64_t *value) {
    decimal d;
    uint64_t size;
    number_result result = read_decimal(text, &d);
    if (!result) result = magnitude(&d, &size);
    if (result) return result;
    if (size > INT64_MAX) return NUMBER_TOO_LARGE;
    *value = d.negative ? -(int64_t)size : (int64_t)size;
    return NUMBER_OK;
}

number_result number_read_real(const char *text, double *value) {
    decimal d;
    number_result result = read_decimal(text, &d);
    if (result) return result;
    errno = 0;
    *value = number_parse(text, NULL);
    if (errno != ERANGE) return NUMBER_OK;
    return isinf(*value) ? NUMBER_TOO_LARGE : NUMBER_TOO_SMALL;
}

void number_write_real(double value, char *text, size_t size) {
    if (fabs(value) < 1e15 && value == trunc(value)) {
        snprintf(text, size, "%.0f", value);
        return;
    }
    number_write_shortest(value, 1, text, size);
}

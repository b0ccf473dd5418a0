/* SPDX-License-Identifier: MIT
 * Squares as NumPy computes them, to the bit. */
#ifndef ENV_CLASSIC_SQUARE_H
#define ENV_CLASSIC_SQUARE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* libm's pow(x, 2), which is what `x ** 2` is in Python and NumPy. Its result is x*x except in some cases where the
 * exact square lies close to the middle between two doubles: glibc bounds its error by 0.509 units in the last place
 * plus a part that grows with the logarithm of the result to 0.54 at the ends of the range, below 0.513 for squares
 * within 2^-64 .. 2^64. The exact rounding error of x*x (Dekker 1971) tells those cases from the rest, so that the slow
 * call is a rare one. */
static inline double square_as_pow(double x) {
    static double (*const volatile power)(double, double) = pow; /* a literal call is folded into x*x */
    double rounded = x * x;
    double scaled = x * 134217729.0, high = scaled - (scaled - x), low = x - high;
    double wrong = ((high * high - rounded) + 2.0 * (high * low)) + low * low;
    uint64_t bits;
    memcpy(&bits, &rounded, sizeof bits);
    bits &= 0x7ff0000000000000u; /* the power of two below */
    double binade;
    memcpy(&binade, &bits, sizeof binade);
    bool decided = fabs(wrong) < 0.486 * 0x1p-52 * binade && rounded > 0x1p-64 && rounded < 0x1p64;
    return decided || rounded == 0 ? rounded : power(x, 2.0);
}

/* The same in float32, whose powf is wider of the mark: always the call. */
static inline float square_as_powf(float x) {
    static float (*const volatile power)(float, float) = powf;
    return power(x, 2.0f);
}

#endif

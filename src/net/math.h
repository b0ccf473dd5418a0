/* SPDX-License-Identifier: MIT
 * exp, log, tanh, sigmoid in single precision: the polynomials that every instruction set evaluates in the same order,
 * and their scalar form, which the reference kernels use.
 *
 * exp: x = n ln 2 + r, |r| <= ln 2 / 2, exp(x) = 2^n (1 + r + r^2 Q(r)).
 * log: x = 2^n (1 + f), sqrt(1/2) <= 1 + f < sqrt(2), log(x) = n ln 2 + f - f^2 / 2 + f^3 R(f).
 * Q, R and P (of tanh) are minimax polynomials for the relative error of expm1, log1p and tanh, found by Remez's
 * exchange and rounded to floats. Not a number in gives not a number out; results below the smallest float go to 0,
 * above the largest to infinity. */
#ifndef NET_MATH_H
#define NET_MATH_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#define MATH_LOG2E 0x1.715476p+0f
#define MATH_LN2_HIGH 0x1.62e430p-1f
#define MATH_LN2_LOW (-0x1.05c610p-29f)
#define MATH_ROUND 0x1.8p+23f  /* adding it rounds a float of modest size to an integer, kept in the low bits */
#define MATH_EXP_MIN (-104.0f) /* exp is 0 below */
#define MATH_EXP_MAX 89.0f     /* exp is infinite above */
#define MATH_TANH_MAX 20.0f    /* tanh is 1 above */
#define MATH_TANH_SMALL 0.55f  /* a polynomial below */

#define MATH_Q0 0x1.000000p-1f
#define MATH_Q1 0x1.5554b0p-3f
#define MATH_Q2 0x1.555486p-5f
#define MATH_Q3 0x1.1227fep-7f
#define MATH_Q4 0x1.6d990cp-10f

#define MATH_R0 0x1.55554ap-2f
#define MATH_R1 (-0x1.000220p-2f)
#define MATH_R2 0x1.99a596p-3f
#define MATH_R3 (-0x1.54788cp-3f)
#define MATH_R4 0x1.226e48p-3f
#define MATH_R5 (-0x1.0ce078p-3f)
#define MATH_R6 0x1.07d0f2p-3f
#define MATH_R7 (-0x1.41ee1ep-4f)

#define MATH_P0 (-0x1.55554ap-2f)
#define MATH_P1 0x1.110d26p-3f
#define MATH_P2 (-0x1.b9287ap-5f)
#define MATH_P3 0x1.593d08p-6f
#define MATH_P4 (-0x1.9b3046p-8f)

static inline int32_t math_bits(float x) {
    int32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float math_from_bits(int32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* 2^n for -126 <= n <= 127 */
static inline float math_power2(int32_t n) {
    return math_from_bits((n + 127) * (1 << 23));
}

/* x in [MATH_EXP_MIN, MATH_EXP_MAX]: returns r^2 Q(r) with *r and *n as above */
static inline float math_exp_core(float x, float *r, int32_t *n) {
    float shifted = fmaf(x, MATH_LOG2E, MATH_ROUND);
    *n = math_bits(shifted) - math_bits(MATH_ROUND);
    float rounded = shifted - MATH_ROUND;
    *r = fmaf(-rounded, MATH_LN2_LOW, fmaf(-rounded, MATH_LN2_HIGH, x));
    float q = fmaf(MATH_Q4, *r, MATH_Q3);
    q = fmaf(q, *r, MATH_Q2);
    q = fmaf(q, *r, MATH_Q1);
    q = fmaf(q, *r, MATH_Q0);
    return (*r * *r) * q;
}

/* e^x; two factors of 2^n, so that overflow and denormal results are rounded once */
static inline float math_exp(float x) {
    if (isnan(x)) return x;
    float r;
    int32_t n;
    x = x < MATH_EXP_MIN ? MATH_EXP_MIN : x > MATH_EXP_MAX ? MATH_EXP_MAX : x;
    float square = math_exp_core(x, &r, &n);
    int32_t half = n >> 1;
    return ((1.0f + (r + square)) * math_power2(half)) * math_power2(n - half);
}

/* |x| < 0.55: x + x^3 P(x^2); else 1 - 2 s / (1 + s), s = e^(-2 |x|) = 2^n (1 + r + r^2 Q(r)) */
static inline float math_tanh(float x) {
    if (isnan(x)) return x;
    float r, magnitude = fabsf(x), u = magnitude * magnitude;
    float p = fmaf(MATH_P4, u, MATH_P3);
    p = fmaf(p, u, MATH_P2);
    p = fmaf(p, u, MATH_P1);
    p = fmaf(p, u, MATH_P0);
    float below = fmaf(magnitude, p * u, magnitude);
    int32_t n;
    float square = math_exp_core(-2.0f * (magnitude > MATH_TANH_MAX ? MATH_TANH_MAX : magnitude), &r, &n);
    float scale = math_power2(n);
    float s = fmaf(scale, r + square, scale);
    float above = 1.0f - 2.0f * s / (1.0f + s);
    return copysignf(magnitude < MATH_TANH_SMALL ? below : above, x);
}

/* 1 / (1 + e) or e / (1 + e), e = e^-|x|; the second makes good for the rounding of 1 + e */
static inline float math_sigmoid(float x) {
    if (isnan(x)) return x;
    float e = math_exp(-fabsf(x)), sum = 1.0f + e;
    if (x >= 0) return 1.0f / sum;
    float y = e / sum;
    return fmaf(-y, e - (sum - 1.0f), y);
}

/* natural logarithm; -infinity at 0, not a number below */
static inline float math_log(float x) {
    if (isnan(x) || x == INFINITY) return x;
    if (x < 0) return NAN;
    float small = x < 0x1p-126f ? 1.0f : 0.0f;
    float normal = x < 0x1p-126f ? x * 0x1p+23f : x;
    if (normal == 0) return -INFINITY;
    int32_t offset = math_bits(normal) - math_bits(0x1.6a09e6p-1f);
    int32_t n = offset >> 23;
    float f = math_from_bits(math_bits(normal) - n * (1 << 23)) - 1.0f;
    float exponent = fmaf(small, -23.0f, (float)n);
    float p = fmaf(MATH_R7, f, MATH_R6);
    p = fmaf(p, f, MATH_R5);
    p = fmaf(p, f, MATH_R4);
    p = fmaf(p, f, MATH_R3);
    p = fmaf(p, f, MATH_R2);
    p = fmaf(p, f, MATH_R1);
    p = fmaf(p, f, MATH_R0);
    p = (f * f) * fmaf(p, f, -0.5f);
    return fmaf(exponent, MATH_LN2_HIGH, f + fmaf(exponent, MATH_LN2_LOW, p));
}

/* x sigmoid(x) and its derivative */
static inline float math_silu(float x) {
    return x * math_sigmoid(x);
}

static inline float math_silu_derivative(float x) {
    float s = math_sigmoid(x);
    return fmaf(x * s, 1.0f - s, s);
}

#endif

/* SPDX-License-Identifier: MIT
 * The functions of net/math.h a vector at a time: the same operations in the same order, so the same bits. Included by
 * kernels_vector.c, its parts and kernels_functions.c only. */
#ifndef NET_VECTOR_MATH_H
#define NET_VECTOR_MATH_H

#include "net/math.h"
#include "net/vector.h"

static inline vec vec_power2(ivec n) {
    return (vec)((uvec)(n + 127) << 23);
}

static inline vec vec_horner(vec sum, vec x, float next) {
    return vec_fma(sum, x, vec_set(next));
}

/* as math_exp_core */
static inline vec vec_exp_core(vec x, vec *r, ivec *n) {
    vec shifted = vec_fma(x, vec_set(MATH_LOG2E), vec_set(MATH_ROUND));
    *n = (ivec)((uvec)shifted - (uvec)vec_set(MATH_ROUND));
    vec rounded = shifted - vec_set(MATH_ROUND);
    *r = vec_fma(-rounded, vec_set(MATH_LN2_LOW), vec_fma(-rounded, vec_set(MATH_LN2_HIGH), x));
    vec q = vec_horner(vec_set(MATH_Q4), *r, MATH_Q3);
    q = vec_horner(q, *r, MATH_Q2);
    q = vec_horner(q, *r, MATH_Q1);
    q = vec_horner(q, *r, MATH_Q0);
    return (*r * *r) * q;
}

static inline vec vec_exp(vec x) {
    vec r;
    ivec n;
    vec square = vec_exp_core(vec_min(vec_set(MATH_EXP_MAX), vec_max(vec_set(MATH_EXP_MIN), x)), &r, &n);
    ivec half = n >> 1;
    return ((1.0f + (r + square)) * vec_power2(half)) * vec_power2((ivec)((uvec)n - (uvec)half));
}

/* math_tanh with -r / 2 in place of r: a factor that is a power of two, moved from one operand to another, changes no
 * bit, and two multiplications are saved. */
static inline vec vec_tanh(vec x) {
    vec magnitude = vec_abs(x), u = magnitude * magnitude;
    vec p = vec_horner(vec_set(MATH_P4), u, MATH_P3);
    p = vec_horner(p, u, MATH_P2);
    p = vec_horner(p, u, MATH_P1);
    p = vec_horner(p, u, MATH_P0);
    vec below = vec_fma(magnitude, p * u, magnitude);

    vec limited = vec_min(vec_set(MATH_TANH_MAX), magnitude);
    vec shifted = vec_fma(limited, vec_set(-2 * MATH_LOG2E), vec_set(MATH_ROUND));
    vec rounded = shifted - vec_set(MATH_ROUND);
    vec t = vec_fma(rounded, vec_set(MATH_LN2_LOW / 2), vec_fma(rounded, vec_set(MATH_LN2_HIGH / 2), limited));
    vec q = vec_horner(vec_set(16 * MATH_Q4), t, -8 * MATH_Q3);
    q = vec_horner(q, t, 4 * MATH_Q2);
    q = vec_horner(q, t, -2 * MATH_Q1);
    q = vec_horner(q, t, MATH_Q0);
    vec expm1 = vec_fma((t * t) * q, vec_set(4), -(t + t));
    vec scale = vec_power2((ivec)((uvec)shifted - (uvec)vec_set(MATH_ROUND)));
    vec s = vec_fma(scale, expm1, scale);
    vec above = 1.0f - (s + s) / (1.0f + s);

    vec y = vec_select(magnitude < MATH_TANH_SMALL, below, above);
    return (vec)((ivec)vec_abs(y) | ((ivec)x & INT32_MIN));
}

/* d tanh'(z), h = tanh(z) */
static inline vec vec_tanh_backward(vec d, vec h) {
    return d * vec_fma(-h, h, vec_set(1));
}

static inline vec vec_sigmoid(vec x) {
    vec e = vec_exp(-vec_abs(x)), sum = 1.0f + e;
    vec y = vec_select(x >= 0, vec_set(1), e) / sum;
    return vec_select(x >= 0, y, vec_fma(-y, e - (sum - 1.0f), y));
}

static inline vec vec_log(vec x) {
    ivec is_small = x < 0x1p-126f;
    vec normal = vec_select(is_small, x * 0x1p+23f, x);
    ivec offset = (ivec)((uvec)normal - (uvec)vec_set(0x1.6a09e6p-1f));
    ivec n = offset >> 23;
    vec f = (vec)((uvec)normal - ((uvec)n << 23)) - 1.0f;
    vec exponent = vec_fma(vec_select(is_small, vec_set(1), vec_zero()), vec_set(-23), vec_float(n));
    vec p = vec_horner(vec_set(MATH_R7), f, MATH_R6);
    p = vec_horner(p, f, MATH_R5);
    p = vec_horner(p, f, MATH_R4);
    p = vec_horner(p, f, MATH_R3);
    p = vec_horner(p, f, MATH_R2);
    p = vec_horner(p, f, MATH_R1);
    p = vec_horner(p, f, MATH_R0);
    p = (f * f) * vec_horner(p, f, -0.5f);
    vec log = vec_fma(exponent, vec_set(MATH_LN2_HIGH), f + vec_fma(exponent, vec_set(MATH_LN2_LOW), p));
    log = vec_select(normal == 0, vec_set(-INFINITY), log);
    log = vec_select(x < 0, vec_set(NAN), log);
    return vec_select(x < INFINITY, log, x);
}

static inline vec vec_relu(vec x) {
    return vec_max(vec_zero(), x);
}
static inline vec vec_silu(vec x) {
    return x * vec_sigmoid(x);
}

static inline vec vec_silu_derivative(vec x) {
    vec s = vec_sigmoid(x);
    return vec_fma(x * s, 1.0f - s, s);
}

#endif

/* SPDX-License-Identifier: MIT
 * The vector of the instruction set that a file is compiled for: LANES floats, LANES a divisor of 16. Arithmetic is
 * written with the compiler's operators; what they lack is here. Included by kernels_vector.c, its
 * parts and kernels_functions.c only. */
#ifndef NET_VECTOR_H
#define NET_VECTOR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#else
#include <math.h>
#endif

#if A3C_ISA_avx512
#define LANES 16
#define VECTOR_REGISTERS 32
#elif A3C_ISA_avx2
#define LANES 8
#define VECTOR_REGISTERS 16
#elif defined(__aarch64__)
#define LANES 4
#define VECTOR_REGISTERS 32
#else
#define LANES 4
#define VECTOR_REGISTERS 16
#endif

typedef float vec __attribute__((vector_size(LANES * 4)));
typedef int32_t ivec __attribute__((vector_size(LANES * 4)));  /* a mask has all bits of a lane set or clear */
typedef uint32_t uvec __attribute__((vector_size(LANES * 4))); /* arithmetic that wraps */
typedef float quad __attribute__((vector_size(16)));

#define INLINE static inline __attribute__((always_inline))

static inline size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* p aligned to the vector */
static inline vec vec_load(const float *p) {
    return *(const vec *)p;
}
static inline void vec_store(float *p, vec x) {
    *(vec *)p = x;
}

/* any p */
static inline vec vec_load_any(const float *p) {
    vec x;
    memcpy(&x, p, sizeof x);
    return x;
}
static inline void vec_store_any(float *p, vec x) {
    memcpy(p, &x, sizeof x);
}

static inline vec vec_zero(void) {
    return (vec){0};
}
static inline vec vec_set(float x) {
    return x - vec_zero();
}
static inline vec vec_select(ivec mask, vec yes, vec no) {
    return (vec)(((ivec)yes & mask) | ((ivec)no & ~mask));
}
static inline vec vec_abs(vec x) {
    return (vec)((ivec)x & 0x7fffffff);
}
static inline vec vec_float(ivec x) {
    return __builtin_convertvector(x, vec);
}

/* Fused multiply-add, square root, and max as (a > b ? a : b), min as (a < b ? a : b): b where one is not a number. */
#if A3C_ISA_avx512
static inline vec vec_fma(vec a, vec b, vec c) {
    return (vec)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}
static inline vec vec_sqrt(vec x) {
    return (vec)_mm512_sqrt_ps((__m512)x);
}
static inline vec vec_max(vec a, vec b) {
    return (vec)_mm512_max_ps((__m512)a, (__m512)b);
}
static inline vec vec_min(vec a, vec b) {
    return (vec)_mm512_min_ps((__m512)a, (__m512)b);
}
#elif A3C_ISA_avx2
static inline vec vec_fma(vec a, vec b, vec c) {
    return (vec)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}
static inline vec vec_sqrt(vec x) {
    return (vec)_mm256_sqrt_ps((__m256)x);
}
static inline vec vec_max(vec a, vec b) {
    return (vec)_mm256_max_ps((__m256)a, (__m256)b);
}
static inline vec vec_min(vec a, vec b) {
    return (vec)_mm256_min_ps((__m256)a, (__m256)b);
}
#elif defined(__x86_64__)
/* SSE2 has no fused multiply-add: the C library's, lane by lane. */
static inline vec vec_fma(vec a, vec b, vec c) {
    return (vec){__builtin_fmaf(a[0], b[0], c[0]), __builtin_fmaf(a[1], b[1], c[1]), __builtin_fmaf(a[2], b[2], c[2]),
                 __builtin_fmaf(a[3], b[3], c[3])};
}
static inline vec vec_sqrt(vec x) {
    return (vec)_mm_sqrt_ps((__m128)x);
}
static inline vec vec_max(vec a, vec b) {
    return (vec)_mm_max_ps((__m128)a, (__m128)b);
}
static inline vec vec_min(vec a, vec b) {
    return (vec)_mm_min_ps((__m128)a, (__m128)b);
}
#else
#if defined(__aarch64__)
static inline vec vec_fma(vec a, vec b, vec c) {
    return (vec)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}
static inline vec vec_sqrt(vec x) {
    return (vec)vsqrtq_f32((float32x4_t)x);
}
#else
static inline vec vec_fma(vec a, vec b, vec c) {
    return (vec){fmaf(a[0], b[0], c[0]), fmaf(a[1], b[1], c[1]), fmaf(a[2], b[2], c[2]), fmaf(a[3], b[3], c[3])};
}
static inline vec vec_sqrt(vec x) {
    return (vec){sqrtf(x[0]), sqrtf(x[1]), sqrtf(x[2]), sqrtf(x[3])};
}
#endif
static inline vec vec_max(vec a, vec b) {
    return vec_select(a > b, a, b);
}
static inline vec vec_min(vec a, vec b) {
    return vec_select(a < b, a, b);
}
#endif

/* Sixteen partial sums, in 16 / LANES vectors, to four: lane i of the result is (s[i] + s[i+8]) + (s[i+4] + s[i+12]).
 */
static inline quad vec_quarter(const vec s[16 / LANES]) {
#if A3C_ISA_avx512
    __m256 high = _mm512_extractf32x8_ps((__m512)s[0], 1);
    __m256 eight = _mm256_add_ps(_mm512_castps512_ps256((__m512)s[0]), high);
    return (quad)_mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
#elif A3C_ISA_avx2
    __m256 eight = (__m256)(s[0] + s[1]);
    return (quad)_mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
#else
    return (s[0] + s[2]) + (s[1] + s[3]);
#endif
}

/* rows -> columns of a 4 by 4 block */
static inline void quad_transpose(quad q[4]) {
    quad low01 = __builtin_shufflevector(q[0], q[1], 0, 4, 1, 5),
         high01 = __builtin_shufflevector(q[0], q[1], 2, 6, 3, 7);
    quad low23 = __builtin_shufflevector(q[2], q[3], 0, 4, 1, 5),
         high23 = __builtin_shufflevector(q[2], q[3], 2, 6, 3, 7);
    q[0] = __builtin_shufflevector(low01, low23, 0, 1, 4, 5);
    q[1] = __builtin_shufflevector(low01, low23, 2, 3, 6, 7);
    q[2] = __builtin_shufflevector(high01, high23, 0, 1, 4, 5);
    q[3] = __builtin_shufflevector(high01, high23, 2, 3, 6, 7);
}

#endif

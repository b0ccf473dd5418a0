/* SPDX-License-Identifier: MIT
 * The arithmetic of networks over plain float arrays, as a table of functions: one table an instruction set and a plain
 * reference, all with the same bits.
 *
 * Layout. A matrix is row-major; its row stride ("ld") is a multiple of 16 floats and its rows are 64-byte aligned;
 * lanes past the last column are zero and stay zero, in bias vectors too. Sizes named in, out, rows are the true ones;
 * widths may be anything from 1 up. "The padded width" of n columns is n rounded up to a multiple of 16; a result's row
 * is written up to its padded width and not beyond, whatever its stride, so that a result may be a part of wider rows.
 *
 * Bits. Every result element is accumulated in one stated order, by fused multiply-add, whatever the instruction set,
 * the number of rows, the row's position or the blocking: a row's bits depend on the layer's shape alone. */
#ifndef NET_KERNELS_H
#define NET_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum activation { ACTIVATION_NONE, ACTIVATION_RELU, ACTIVATION_TANH, ACTIVATION_SILU } activation;

typedef struct kernels {
    const char *name; /* "reference", "portable", "avx2", "avx512" */

    /* y[r][o] = f(b[o] + sum_k x[r][k] w[k][o]), k = 0 .. in-1 in order from b (or 0 when b is NULL); f an activation.
     * z (may be NULL) receives the value before f; needed by SiLU's derivative. x [rows, ldx], w [in, ldw], y and z
     * [rows, ldy]. Neither y nor z overlaps x or the other. */
    void (*dense)(int rows, int in, int out, const float *x, int ldx, const float *w, int ldw, const float *b,
                  activation f, float *y, int ldy, float *z);

    /* As dense without bias, times the derivative of f: y[r][o] = (sum_k x[r][k] w[k][o]) f'(.), for the backward pass:
     * x the gradient above, w the transposed weights, h [rows, ldy] the activated output below, z its value before f
     * (SiLU only, else NULL). relu' chooses: h > 0 ? sum : 0; tanh' = 1 - h^2 as fma(-h, h, 1); silu' = s + z s (1 - s)
     * as fma(z s, 1 - s, s) with s = sigmoid(z). y overlaps nothing. */
    void (*input_gradient)(int rows, int in, int out, const float *x, int ldx, const float *w, int ldw, activation f,
                           const float *h, const float *z, float *y, int ldy);

    /* Few outputs: y[r][j] = b[j] + dot(x[r], w[j]): sixteen partial sums (lane i takes k = i, i+16, ... by fma from
     * 0), combined as (((s0+s8)+(s4+s12)) + ((s2+s10)+(s6+s14))) + (((s1+s9)+(s5+s13)) + ((s3+s11)+(s7+s15))), then +
     * b[j] (unless b is NULL). x [rows, ldx], w [out, ldw], both padded with zeros; y [rows, ldy], lanes past out are
     * set to 0. */
    void (*dot)(int rows, int in, int out, const float *x, int ldx, const float *w, int ldw, const float *b, float *y,
                int ldy);

    /* Weight gradient: dw[k][o] (+)= sum_r x[r][k] d[r][o], r in order from 0 (accumulate false) or from the present
     * value. x [rows, ldx], d [rows, ldd], dw [in, ldw]. */
    void (*weight_gradient)(int rows, int in, int out, const float *x, int ldx, const float *d, int ldd,
                            bool accumulate, float *dw, int ldw);

    /* Bias gradient: db[o] (+)= sum_r d[r][o], r in order. */
    void (*bias_gradient)(int rows, int out, const float *d, int ldd, bool accumulate, float *db);

    /* t[o][k] = w[k][o]; w [in, ldw], t [out, ldt], lanes past `in` of t are set to 0. */
    void (*transpose)(int in, int out, const float *w, int ldw, float *t, int ldt);

    /* Elementwise over n floats (any n, any alignment; in place allowed). Own polynomials (net/math.h), error <= 2 ulp:
     * exp, log (x > 0), tanh, sigmoid. relu keeps what is not a number: z < 0 ? 0 : z; silu = z sigmoid(z). */
    void (*exp)(size_t n, const float *x, float *y);
    void (*log)(size_t n, const float *x, float *y);
    void (*tanh)(size_t n, const float *x, float *y);
    void (*sigmoid)(size_t n, const float *x, float *y);
    void (*activate)(activation f, size_t n, const float *z, float *y);
    /* d[i] *= f'(.) with h, z as in input_gradient */
    void (*activate_backward)(activation f, size_t n, const float *h, const float *z, float *d);

    /* Categorical distribution, row by row: log_probability = (logit - max) - log(sum exp(logit - max)), probability =
     * exp of it, entropy[r] = -sum p log p (by fma). Sums run over 0 .. n-1 in order. All [rows, ld]; lanes past n are
     * set to 0. A logit of -INFINITY is an impossible action: probability 0, no part in the entropy. log_probability or
     * probability may be logits. */
    void (*softmax)(int rows, int n, const float *logits, int ld, float *log_probability, float *probability,
                    float *entropy);

    /* Sum of squares of n floats (n a multiple of 16): sixteen partial sums a chunk of 1024, combined as in dot, chunks
     * added in double in order. */
    double (*sum_of_squares)(size_t n, const float *x);

    /* y[i] += x[i]. n a multiple of 16. */
    void (*add)(size_t n, const float *x, float *y);

    /* Optimizer steps on n parameters p (n a multiple of 16); the gradient is d = g[i] * scale (scale: clipping). Each
     * operation is rounded on its own, no fma; square root and division correctly rounded.
     *
     * rmsprop: s = decay*s + (1-decay)*(d*d);
     *          p = p - (rate*d) / (sqrt(s) + epsilon), or inside: p = p - (rate*d) / sqrt(s + epsilon). */
    void (*rmsprop)(size_t n, float *p, float *s, const float *g, float scale, float rate, float decay, float epsilon,
                    bool inside);
    /* adam: m = b1*m + (1-b1)*d; v = b2*v + (1-b2)*(d*d); p = p - (rate1*m) / (sqrt(v)*root2 + epsilon)
     * with the caller's rate1 = rate / (1 - b1^t), root2 = 1 / sqrt(1 - b2^t). */
    void (*adam)(size_t n, float *p, float *m, float *v, const float *g, float scale, float rate1, float root2,
                 float b1, float b2, float epsilon);
    /* sgd with momentum: m = momentum*m + d; p = p - rate*m */
    void (*sgd)(size_t n, float *p, float *m, const float *g, float scale, float rate, float momentum);
} kernels;

/* The table in use: the best this CPU runs, or the one that the environment variable A3C_ISA (portable, avx2, avx512,
 * reference) names. Chosen before main. */
const kernels *kernels_get(void);

/* One table by name, NULL when this CPU or build has not got it. `kernels_names` is a NULL-terminated list. */
const kernels *kernels_named(const char *name);
extern const char *const kernels_names[];

/* Checks A3C_ISA: NULL when it is unset or usable, else a message for the person who set it. */
const char *kernels_complaint(void);

#endif

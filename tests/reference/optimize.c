/* SPDX-License-Identifier: MIT
 * The reference's optimizers. */
#include "reference/optimize.h"

#include <math.h>

double optimize_clip(int n, double *g, double limit) {
    double norm = 0;
    for (int i = 0; i < n; i++) norm += g[i] * g[i];
    norm = sqrt(norm);
    if (limit > 0 && norm > limit)
        for (int i = 0; i < n; i++) g[i] *= limit / norm;
    return norm;
}

void optimize_rmsprop(int n, double *p, double *s, const double *g, double rate, double decay, double epsilon,
                      bool inside) {
    for (int i = 0; i < n; i++) {
        s[i] = decay * s[i] + (1 - decay) * g[i] * g[i];
        p[i] -= rate * g[i] / (inside ? sqrt(s[i] + epsilon) : sqrt(s[i]) + epsilon);
    }
}

void optimize_adam(int n, double *p, double *m, double *v, const double *g, int t, double rate, double b1, double b2,
                   double epsilon) {
    for (int i = 0; i < n; i++) {
        m[i] = b1 * m[i] + (1 - b1) * g[i];
        v[i] = b2 * v[i] + (1 - b2) * g[i] * g[i];
        p[i] -= rate * (m[i] / (1 - pow(b1, t))) / (sqrt(v[i] / (1 - pow(b2, t))) + epsilon);
    }
}

void optimize_sgd(int n, double *p, double *m, const double *g, double rate, double momentum) {
    for (int i = 0; i < n; i++) {
        m[i] = momentum * m[i] + g[i];
        p[i] -= rate * m[i];
    }
}

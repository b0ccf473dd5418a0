/* SPDX-License-Identifier: MIT
 * Two samples: is one greater, are they the same, and how much can so many runs show. */
#include "statistics/statistics.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

typedef struct ranked {
    double value;
    bool first; /* of the sample X */
} ranked;

static int by_value(const void *a, const void *b) {
    double x = ((const ranked *)a)->value, y = ((const ranked *)b)->value;
    return (x > y) - (x < y);
}

/* U of X: pairs with X > Y, ties half; *ties gets the sum of t^3 - t over groups of equal values. */
static double mann_whitney_u(size_t nx, const double *x, size_t ny, const double *y, double *ties) {
    size_t n = nx + ny;
    ranked *all = memory_array(ranked, n);
    for (size_t i = 0; i < n; i++) all[i] = i < nx ? (ranked){x[i], true} : (ranked){y[i - nx], false};
    qsort(all, n, sizeof *all, by_value);
    double rank_sum = 0;
    *ties = 0;
    for (size_t i = 0; i < n;) {
        size_t end = i, of_x = 0;
        for (; end < n && all[end].value == all[i].value; end++) of_x += all[end].first;
        double group = (double)(end - i), midrank = 0.5 * (double)(i + 1 + end);
        rank_sum += midrank * (double)of_x;
        *ties += group * group * group - group;
        i = end;
    }
    memory_free(all);
    return rank_sum - 0.5 * (double)nx * (double)(nx + 1);
}

double superiority(size_t nx, const double *x, size_t ny, const double *y) {
    if (nx == 0 || ny == 0) return NAN;
    double ties;
    return mann_whitney_u(nx, x, ny, y, &ties) / ((double)nx * (double)ny);
}

/* P(U >= u) when every order of the nx + ny values is equally likely: counts the subsets of nx ranks by their U, one
 * rank at a time; ways[k][v] subsets of k ranks with U = v. */
static double exact_tail(size_t nx, size_t ny, double u) {
    size_t most = nx * ny, width = most + 1;
    double *ways = memory_array(double, memory_product(nx + 1, width));
    ways[0] = 1;
    for (size_t rank = 0; rank < nx + ny; rank++)
        for (size_t k = rank < nx ? rank + 1 : nx; k > 0; k--) {
            /* the k-th smallest of X at this rank has (rank - k + 1) values of Y below it */
            if (rank + 1 < k || rank + 1 - k > ny) continue;
            size_t gain = rank + 1 - k;
            for (size_t v = 0; v + gain <= most; v++) ways[k * width + v + gain] += ways[(k - 1) * width + v];
        }
    double total = 0, tail = 0;
    for (size_t v = 0; v <= most; v++) {
        total += ways[nx * width + v];
        if ((double)v >= u) tail += ways[nx * width + v];
    }
    memory_free(ways);
    return tail / total;
}

double mann_whitney_p(size_t nx, const double *x, size_t ny, const double *y) {
    enum { EXACT_BELOW = 20, EXACT_EITHER = 8 };
    if (nx == 0 || ny == 0) return NAN;
    double ties, u = mann_whitney_u(nx, x, ny, y, &ties), a = (double)nx, b = (double)ny, n = a + b;
    u = fmax(u, a * b - u);
    bool small = (nx < EXACT_BELOW && ny < EXACT_BELOW) || nx <= EXACT_EITHER || ny <= EXACT_EITHER;
    if (ties == 0 && small) return fmin(1, 2 * exact_tail(nx, ny, u));
    double sd = sqrt(a * b / 12 * (n + 1 - ties / (n * (n - 1))));
    if (!(sd > 0)) return 1; /* all values equal */
    return fmin(1, 2 * normal_cdf(-(u - 0.5 * a * b - 0.5) / sd));
}

/* P(W >= w), W the sum of the ranks 1 .. n whose coin shows heads. */
static double signed_rank_tail(size_t n, double w) {
    size_t most = n * (n + 1) / 2;
    double *chance = memory_array(double, most + 1), tail = 0;
    chance[0] = 1;
    for (size_t rank = 1; rank <= n; rank++)
        for (size_t v = most + 1; v-- > 0;) chance[v] = 0.5 * (chance[v] + (v >= rank ? chance[v - rank] : 0));
    for (size_t v = 0; v <= most; v++)
        if ((double)v >= w) tail += chance[v];
    memory_free(chance);
    return tail;
}

double wilcoxon_p(size_t n, const double *difference) {
    enum { EXACT_UP_TO = 50 };
    if (n == 0) return NAN;
    ranked *all = memory_array(ranked, n);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (difference[i] != 0) all[kept++] = (ranked){fabs(difference[i]), difference[i] > 0};
    qsort(all, kept, sizeof *all, by_value);
    double above = 0, ties = 0, m = (double)kept;
    for (size_t i = 0; i < kept;) {
        size_t end = i, positive = 0;
        for (; end < kept && all[end].value == all[i].value; end++) positive += all[end].first;
        double group = (double)(end - i);
        above += 0.5 * (double)(i + 1 + end) * (double)positive;
        ties += group * group * group - group;
        i = end;
    }
    memory_free(all);
    if (kept == 0) return 1;
    double total = m * (m + 1) / 2, w = fmax(above, total - above);
    if (ties == 0 && kept == n && n <= EXACT_UP_TO) return fmin(1, 2 * signed_rank_tail(n, w));
    double sd = sqrt(m * (m + 1) * (2 * m + 1) / 24 - ties / 48);
    return fmin(1, 2 * normal_cdf(-(w - 0.5 * total) / sd));
}

double welch_tost_p(size_t nx, const double *x, size_t ny, const double *y, double margin) {
    if (nx < 2 || ny < 2 || !(margin > 0)) return NAN;
    double sx = statistics_sd(nx, x), sy = statistics_sd(ny, y), vx = sx * sx / (double)nx, vy = sy * sy / (double)ny;
    double difference = statistics_mean(nx, x) - statistics_mean(ny, y), error = sqrt(vx + vy);
    if (error == 0) return fabs(difference) < margin ? 0 : 1;
    double freedom = (vx + vy) * (vx + vy) / (vx * vx / (double)(nx - 1) + vy * vy / (double)(ny - 1));
    double below = student_cdf(-(difference + margin) / error, freedom); /* against: difference <= -margin */
    double above = student_cdf((difference - margin) / error, freedom);  /* against: difference >= margin */
    return fmax(below, above);
}

void holm(size_t n, const double *p, double *adjusted) {
    size_t *order = memory_array(size_t, n), tests = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(p[i])) {
            adjusted[i] = NAN;
            continue;
        }
        size_t k = tests++;
        for (; k > 0 && p[order[k - 1]] > p[i]; k--) order[k] = order[k - 1];
        order[k] = i;
    }
    double *result = memory_array(double, n), running = 0;
    for (size_t k = 0; k < tests; k++) {
        running = fmax(running, fmin(1, (double)(tests - k) * p[order[k]]));
        result[k] = running;
    }
    for (size_t k = 0; k < tests; k++) adjusted[order[k]] = result[k];
    memory_free(order);
    memory_free(result);
}

power_statement power_of(size_t n) {
    if (n == 0) return (power_statement){NAN, NAN, NAN, NAN};
    double runs = (double)n, z = normal_quantile(0.975), both = z + normal_quantile(0.8);
    double found = 0.5 + both / sqrt(6 * runs);
    int sign;
    double log_orders = lgamma_r(2 * runs + 1, &sign) - 2 * lgamma_r(runs + 1, &sign);
    return (power_statement){.effect_80 = both * sqrt(2 / runs),
                             .superiority_80 = found <= 1 ? found : NAN,
                             .power_of_one = normal_cdf(sqrt(runs / 2) - z),
                             .smallest_p = fmin(1, 2 * exp(-log_orders))};
}

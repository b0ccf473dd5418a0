/* SPDX-License-Identifier: MIT
 * The tree of sums over shards. */
#include "global/tree.h"

int tree_width(int shards, int first, int end) {
    int width = 1;
    while (width < shards && first % (2 * width) == 0 && (first + 2 * width <= end || end == shards)) width *= 2;
    return width;
}

void tree_sum(int shards, int n, double *rows) {
    for (int stride = 1; stride < shards; stride *= 2)
        for (int i = 0; i + stride < shards; i += 2 * stride)
            for (int k = 0; k < n; k++) rows[i * n + k] += rows[(i + stride) * n + k];
}

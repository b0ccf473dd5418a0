/* SPDX-License-Identifier: MIT
 * The order in which sync adds up its shards, 0 .. S-1: a balanced binary tree. For stride 1, 2, 4, .. shard i takes in
 * shard i + stride for every i that is a multiple of 2 stride; a partner that does not exist adds nothing.
 *
 *     0   1   2   3   4   5   6          (0+1) (2+3) (4+5) 6
 *     +---+   +---+   +---+   |          ((0+1)+(2+3)) ((4+5)+6)
 *     +-------+       +-------+          the sum
 *     +---------------+
 *
 * A node is a shard whose number is a multiple of the node's width, a power of two, and those up to the next such. Whoever
 * has all shards of a node may add them up on its own, be it a thread or a process: the bits of the sum are the same. */
#ifndef GLOBAL_TREE_H
#define GLOBAL_TREE_H

/* The most levels that a tree has. */
enum { TREE_LEVELS = 13, TREE_SHARDS = 1 << (TREE_LEVELS - 1) };

/* Width of the largest node that begins at shard `first` and has no existing shard at `end` or after it. */
int tree_width(int shards, int first, int end);

/* rows [shards, n]: row 0 becomes the sum of all; the others are lost. */
void tree_sum(int shards, int n, double *rows);

#endif

/* SPDX-License-Identifier: MIT
 * What the processes of one run (ranks) say to each other: a table of functions that the trainer hands to sync, so that
 * sync knows nothing of MPI. Every rank calls the same functions in the same order, by one thread at a time, which need
 * not be the same thread each time. A rank that cannot be reached ends the run; no function reports it. */
#ifndef GLOBAL_COLLECTIVE_H
#define GLOBAL_COLLECTIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A gradient to be summed along the tree of global/tree.h. */
typedef struct collective_sum {
    int shards;
    const int *first; /* [ranks + 1] first shard of each rank; first[ranks] = shards */
    const bool *used; /* [shards] whether a shard adds anything */
    float *const
        *node; /* [shards] [n] where a node begins that lies with this rank and is part of no other such: the sum of its
                           shards, if any is used; else NULL. They are this rank's to write */
    size_t n;
    float *sum; /* [n] receives the sum of all shards, the same bits on every rank. One rank: node[0] already */
} collective_sum;

typedef struct collective {
    void *context;
    int rank, ranks; /* 0 .. ranks - 1 */
    void (*sum)(void *context, const collective_sum *s);
    /* all [first[ranks]] elements of `size` bytes, of which this rank has filled in those from first[rank] to before
     * first[rank + 1]: fills in the others'. */
    void (*gather)(void *context, void *all, size_t size, const int *first);
    /* The largest of what the ranks say. */
    int64_t (*agree)(void *context, int64_t mine);
} collective;

/* A run of one process: there is nothing to do. */
extern const collective collective_alone;

#endif

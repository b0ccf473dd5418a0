/* SPDX-License-Identifier: MIT
 * The atomics that a3c uses, each with the order it needs in its name. */
#ifndef BASE_ATOMIC_H
#define BASE_ATOMIC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef _Atomic(int64_t) atomic_count;
typedef _Atomic(float) atomic_lane;

static inline int64_t count_read_relaxed(atomic_count *c) {
    return atomic_load_explicit(c, memory_order_relaxed);
}
static inline int64_t count_read_acquire(atomic_count *c) {
    return atomic_load_explicit(c, memory_order_acquire);
}
static inline void count_write_relaxed(atomic_count *c, int64_t v) {
    atomic_store_explicit(c, v, memory_order_relaxed);
}
static inline void count_write_release(atomic_count *c, int64_t v) {
    atomic_store_explicit(c, v, memory_order_release);
}
/* Sequentially consistent, where two variables are written in one order and read in the other. */
static inline int64_t count_read_ordered(atomic_count *c) {
    return atomic_load_explicit(c, memory_order_seq_cst);
}
static inline void count_write_ordered(atomic_count *c, int64_t v) {
    atomic_store_explicit(c, v, memory_order_seq_cst);
}
/* Returns the value before. */
static inline int64_t count_add_ordered(atomic_count *c, int64_t v) {
    return atomic_fetch_add_explicit(c, v, memory_order_seq_cst);
}
static inline int64_t count_add_relaxed(atomic_count *c, int64_t v) {
    return atomic_fetch_add_explicit(c, v, memory_order_relaxed);
}
static inline int64_t count_add_release(atomic_count *c, int64_t v) {
    return atomic_fetch_add_explicit(c, v, memory_order_acq_rel);
}

#endif

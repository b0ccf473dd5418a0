/* SPDX-License-Identifier: MIT
 * A number that one thread leaves for another to find: a signal that came, a failure in the background. What was
 * written before it was raised is seen by whoever reads it. */
#ifndef BASE_FLAG_H
#define BASE_FLAG_H

#include "base/atomic.h"

typedef struct flag {
    atomic_count value;
} flag;

static inline void flag_raise(flag *f, int64_t value) {
    count_write_release(&f->value, value);
}
static inline int64_t flag_read(const flag *f) {
    return count_read_acquire((atomic_count *)&f->value);
}

#endif

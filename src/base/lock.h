/* SPDX-License-Identifier: MIT
 * A mutex for rooms that do not know of threads. */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

typedef struct lock lock;

/* On cache lines of its own. */
lock *lock_new(void);
void lock_free(lock *l);

void lock_take(lock *l);
void lock_release(lock *l);

#endif

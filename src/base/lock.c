/* SPDX-License-Identifier: MIT
 * A mutex for rooms that do not know of threads. */
#include "base/lock.h"

#include "base/memory.h"

#include <pthread.h>

struct lock {
    pthread_mutex_t mutex;
};

lock *lock_new(void) {
    lock *l = memory_new(sizeof *l);
    pthread_mutex_init(&l->mutex, NULL);
    return l;
}

void lock_free(lock *l) {
    if (!l) return;
    pthread_mutex_destroy(&l->mutex);
    memory_free(l);
}

void lock_take(lock *l) {
    pthread_mutex_lock(&l->mutex);
}

void lock_release(lock *l) {
    pthread_mutex_unlock(&l->mutex);
}

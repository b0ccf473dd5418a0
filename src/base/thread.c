/* SPDX-License-Identifier: MIT
 * A limit on processes, a control group's limit or memory's end shows when threads are started, not before. */
#include "base/thread.h"

#include "base/memory.h"

#include <pthread.h>
#include <string.h>

/* Waits until the one who started it has started all. */
static void *wait_for_all(void *lock) {
    pthread_mutex_lock(lock);
    pthread_mutex_unlock(lock);
    return NULL;
}

int thread_check(int count, error *e) {
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_t *threads = memory_array(pthread_t, count > 0 ? count : 1);
    int started = 0, number = 0;
    pthread_mutex_lock(&lock);
    while (started < count && number == 0)
        if ((number = pthread_create(&threads[started], NULL, wait_for_all, &lock)) == 0) started++;
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < started; i++) pthread_join(threads[i], NULL);
    memory_free(threads);
    if (number == 0) return 0;
    return error_set(e, STATUS_FAILED,
                     "threads: the system gives this process %d threads of %d (%s); ask for fewer with --threads, or "
                     "raise its limit (ulimit -u, pids.max, ulimit -v)",
                     started + 1, count + 1, strerror(number));
}

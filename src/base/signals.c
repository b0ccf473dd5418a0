/* SPDX-License-Identifier: MIT */
#include "base/signals.h"

#include "base/atomic.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

static struct {
    pthread_t thread;
    sigset_t set, before;
    void (*received)(int, void *);
    void *context;
    atomic_count stop;
} watch;

static void *wait_for_signals(void *unused) {
    (void)unused;
    for (int ending = 0;;) {
        int number;
        if (sigwait(&watch.set, &number) != 0) continue;
        if (count_read_acquire(&watch.stop)) return NULL;
        if (number != SIGUSR1 && ending++) _exit(128 + number);
        watch.received(number, watch.context);
    }
}

void signals_block(void) {
    static const int numbers[] = {SIGINT, SIGTERM, SIGUSR1};
    sigemptyset(&watch.set);
    for (int i = 0; i < 3; i++) {
        struct sigaction now;
        bool ignored = sigaction(numbers[i], NULL, &now) == 0 && now.sa_handler == SIG_IGN;
        if (!ignored || numbers[i] == SIGUSR1) sigaddset(&watch.set, numbers[i]);
    }
    pthread_sigmask(SIG_BLOCK, &watch.set, &watch.before);
}

void signals_watch(void (*received)(int signal, void *context), void *context) {
    watch.received = received;
    watch.context = context;
    count_write_release(&watch.stop, 0);
    pthread_create(&watch.thread, NULL, wait_for_signals, NULL);
}

void signals_unwatch(void) {
    count_write_release(&watch.stop, 1);
    pthread_kill(watch.thread, SIGUSR1);
    pthread_join(watch.thread, NULL);
}

void signals_unblock(void) {
    static const struct timespec at_once = {0, 0};
    while (sigtimedwait(&watch.set, NULL, &at_once) > 0) continue;
    pthread_sigmask(SIG_SETMASK, &watch.before, NULL);
}

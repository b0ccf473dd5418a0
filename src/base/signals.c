/* SPDX-License-Identifier: MIT
 * One thread waits for the signals of the whole process. */
#include "base/signals.h"

#include "base/atomic.h"
#include "base/clock.h"

#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

enum { WAITED_FOR = 6, IGNORED = 2, NOTHING = 0 };
static const int waited_for[WAITED_FOR] = {SIGINT, SIGTERM, SIGHUP, SIGXCPU, SIGUSR1, SIGUSR2};
static const int ignored[IGNORED] = {SIGPIPE, SIGXFSZ};
static const double patience = 0.2; /* seconds between two INTs of a person; a launcher's come together */

static struct {
    pthread_t thread;
    sigset_t set, before;
    struct sigaction actions[IGNORED];
    void (*received)(int, void *);
    void *context;
    double seconds;
    atomic_count stop;
} watch;

static bool saves(int number) {
    return number == SIGUSR1 || number == SIGUSR2;
}

bool signals_ends(int number) {
    return number != NOTHING && !saves(number);
}

static double seconds_now(void) {
    return 1e-9 * (double)clock_ns();
}

/* The next signal, or NOTHING when `seconds` have passed (0: waits for ever). */
static int next_signal(double seconds) {
    struct timespec limit = {(time_t)seconds, (long)(1e9 * (seconds - floor(seconds)))};
    int number = seconds > 0 ? sigtimedwait(&watch.set, NULL, &limit) : sigwaitinfo(&watch.set, NULL);
    return number > 0 ? number : NOTHING;
}

static void *wait_for_signals(void *unused) {
    (void)unused;
    double interrupted = INFINITY, due = seconds_now() + watch.seconds;
    for (;;) {
        double left = watch.seconds > 0 ? fmax(due - seconds_now(), 1e-3) : 0;
        int number = next_signal(left);
        double now = seconds_now();
        if (count_read_acquire(&watch.stop)) return NULL;
        if (number == SIGINT && now - interrupted > patience) _exit(128 + SIGINT);
        if (number == SIGINT) interrupted = now;
        if (number == NOTHING && (watch.seconds == 0 || now < due)) continue; /* interrupted by a debugger */
        if (number == NOTHING) due = now + watch.seconds;
        watch.received(number, watch.context);
    }
}

void signals_block(void) {
    sigemptyset(&watch.set);
    for (int i = 0; i < WAITED_FOR; i++) {
        struct sigaction now;
        bool is_ignored = sigaction(waited_for[i], NULL, &now) == 0 && now.sa_handler == SIG_IGN;
        if (!is_ignored || saves(waited_for[i])) sigaddset(&watch.set, waited_for[i]);
    }
    pthread_sigmask(SIG_BLOCK, &watch.set, &watch.before);
    for (int i = 0; i < IGNORED; i++)
        sigaction(ignored[i], &(struct sigaction){.sa_handler = SIG_IGN}, &watch.actions[i]);
}

void signals_watch(void (*received)(int signal, void *context), void *context, double seconds) {
    watch.received = received;
    watch.context = context;
    watch.seconds = seconds;
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
    for (int i = 0; i < IGNORED; i++) sigaction(ignored[i], &watch.actions[i], NULL);
}

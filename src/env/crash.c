/* SPDX-License-Identifier: MIT
 * Tells which plugin crashed, with what a signal's handler may call. */
#include "env/crash.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

_Thread_local crash_place crash_here;

static void say(const char *text) {
    if (write(STDERR_FILENO, text, strlen(text)) < 0) return;
}

/* The signal is raised once more and has its usual effect as the handler returns, whoever sent it. */
static void tell(int number) {
    if (crash_here.env) {
        say("environment ");
        say(crash_here.env);
        say(" crashed in its function ");
        say(crash_here.function);
        say("; `a3c env check` looks for such faults. The last checkpoint is kept.\n");
    }
    raise(number);
}

void env_tell_crashes(void) {
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sigaction now;
        if (sigaction(numbers[i], NULL, &now) != 0 || now.sa_handler != SIG_DFL) continue; /* a sanitizer's, say */
        sigaction(numbers[i], &(struct sigaction){.sa_handler = tell, .sa_flags = (int)SA_RESETHAND}, NULL);
    }
}

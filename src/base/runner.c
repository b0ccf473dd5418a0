/* SPDX-License-Identifier: MIT
 * Child processes of a study: started, waited for, and ended when a person interrupts. */
#include "base/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static sigset_t waited_for(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGCHLD);
    return set;
}

void runner_open(runner *r, size_t slots) {
    CHECK(slots >= 1 && slots <= RUNNER_JOBS);
    *r = (runner){.slots = slots};
    signal(SIGCHLD, SIG_DFL); /* inherited as ignored, it would take the exit statuses away */
    sigset_t set = waited_for();
    CHECK(sigprocmask(SIG_BLOCK, &set, &r->former_mask) == 0);
}

void runner_close(runner *r) {
    CHECK(r->running == 0);
    sigset_t set = waited_for();
    const struct timespec now = {0, 0};
    while (sigtimedwait(&set, NULL, &now) > 0) {} /* what is still pending was answered */
    sigprocmask(SIG_SETMASK, &r->former_mask, NULL);
}

/* In the child: never returns. */
static _Noreturn void become(const char *const *argv, int log, const sigset_t *mask, pid_t parent) {
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent || nothing < 0) _exit(127);
    if (dup2(nothing, 0) < 0 || dup2(nothing, 1) < 0 || dup2(log, 2) < 0) _exit(127);
    sigprocmask(SIG_SETMASK, mask, NULL);
    execv(argv[0], (char *const *)(const void *)argv);
    dprintf(2, "%s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

int runner_start(runner *r, const char *const *argv, const char *log_path, error *e) {
    int slot = 0;
    while ((size_t)slot < r->slots && r->children[slot]) slot++;
    CHECK((size_t)slot < r->slots);
    int log = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (log < 0) return error_set(e, STATUS_FAILED, "%s: %s", log_path, strerror(errno));
    pid_t parent = getpid(), child = fork();
    if (child == 0) become(argv, log, &r->former_mask, parent);
    close(log);
    if (child < 0) return error_set(e, STATUS_FAILED, "cannot start %s: %s", argv[0], strerror(errno));
    r->children[slot] = child;
    r->running++;
    return slot;
}

static int reap(runner *r, int *status) {
    for (size_t slot = 0; slot < r->slots; slot++) {
        int how;
        if (!r->children[slot] || waitpid(r->children[slot], &how, WNOHANG) <= 0) continue;
        *status = WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
        r->children[slot] = 0;
        r->running--;
        return (int)slot;
    }
    return -1;
}

static void pass_on(const runner *r, int signal_number) {
    for (size_t slot = 0; slot < r->slots; slot++)
        if (r->children[slot]) kill(r->children[slot], signal_number);
}

void runner_kill(const runner *r, int slot) {
    if (r->children[slot]) kill(r->children[slot], SIGKILL);
}

int runner_wait(runner *r, double seconds, int *status) {
    int slot = reap(r, status);
    if (slot >= 0) return slot;
    struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    sigset_t set = waited_for();
    int got = sigtimedwait(&set, NULL, &time);
    if (got == SIGINT || got == SIGTERM) {
        pass_on(r, r->interrupted ? SIGKILL : got);
        if (!r->interrupted) r->interrupted = got;
    }
    return reap(r, status);
}

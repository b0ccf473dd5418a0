/* SPDX-License-Identifier: MIT
 * a3c env check: an environment put to its contract, in a process of its own from its loading on: what is checked may
 * crash, write anywhere, or end the process. */
#include "cli/env.h"

#include "env/contract/check.h"
#include "env/contract/watched.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- The child ---- */

/* A pipe to the parent: DONE at the end, or where the process died. */
static const char DONE[] = ".";
static int parent;
static const char *place = "while it was loaded"; /* outside the environment's functions */

static void tell(const char *text) {
    ssize_t written = write(parent, text, strlen(text));
    (void)written; /* nobody is left to be told */
}

static void tell_place(void) {
    const char *call = watched_call();
    if (call) tell("in ");
    tell(call ? call : place);
}

/* Tells, and dies of the signal once it returns. */
static void die(int number) {
    tell_place();
    raise(number);
}

static void watch_for_death(void) {
    static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    static char stack[1 << 16]; /* a stack that overflowed cannot carry the handler */
    const stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_handler = die, .sa_flags = (int)(SA_ONSTACK | SA_RESETHAND)};
    sigaltstack(&other, NULL);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) sigaction(signals[i], &action, NULL);
    atexit(tell_place); /* for exit: this process itself ends with _exit */
}

static void print_check(void *context, const char *check, const char *fault) {
    (void)context;
    printf("%-6s %s%s%s\n", fault ? "FAILED" : "ok", check, fault ? ": " : "", fault ? fault : "");
    fflush(stdout);
}

static int check(const env_arguments *a) {
    error e = {0};
    env_config kind;
    if (env_kind_of_arguments(a, &kind, &e)) return cli_fail(&e);
    place = "outside its functions: it may have damaged memory before";
    kind.def = watched_def(kind.def);
    int failed = env_check(&kind, print_check, NULL);
    if (failed)
        printf("%s: %d check%s failed\n", kind.def->name, failed, failed == 1 ? "" : "s");
    else
        printf("%s: all checks hold\n", kind.def->name);
    int status = cli_finish();
    return failed ? STATUS_FAILED : status;
}

/* ---- The parent ---- */

/* What became of the child; `said` is what came through the pipe. */
static int judge(const char *id, int status, const char *said) {
    error e = {0};
    if (WIFEXITED(status) && strcmp(said, DONE) == 0) return WEXITSTATUS(status);
    if (WIFEXITED(status))
        error_set(&e, STATUS_FAILED, "%s: ended the process %s", id, *said ? said : "without a word");
    else if (WTERMSIG(status) == SIGPIPE)
        return 128 + SIGPIPE; /* whoever read the output has seen enough */
    else
        error_set(&e, STATUS_FAILED, "%s: died of SIG%s (%s)%s%s", id, sigabbrev_np(WTERMSIG(status)),
                  strsignal(WTERMSIG(status)), *said ? " " : "", said);
    return cli_fail(&e);
}

int env_check_apart(const env_arguments *a) {
    error e = {0};
    int ends[2], status;
    pid_t child = -1;
    fflush(stdout);
    if (pipe(ends) == 0) child = fork();
    if (child < 0) {
        error_set(&e, STATUS_FAILED, "env check: %s", strerror(errno));
        return cli_fail(&e);
    }
    if (child == 0) {
        close(ends[0]);
        parent = ends[1];
        watch_for_death();
        int result = check(a);
        tell(DONE);
        _exit(result);
    }
    close(ends[1]);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    char said[128]; /* a pipe holds what little there is */
    ssize_t length = read(ends[0], said, sizeof said - 1);
    said[length > 0 ? length : 0] = 0;
    close(ends[0]);
    return judge(a->id, status, said);
}

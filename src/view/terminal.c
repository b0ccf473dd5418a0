/* SPDX-License-Identifier: MIT
 * Modes of the terminal. What a signal handler touches is here, volatile sig_atomic_t or set up before the handler
 * is. */
#include "view/terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static const char enter_sequence[] = "\033[?1049h\033[?25l\033[2J";
static const char leave_sequence[] = "\033[?2026l\033[0m\033[?25h\033[?1049l";

static struct termios ordinary, playing;
static volatile sig_atomic_t entered, changed, pending;

/* Those that ask the program to end, and those that end it. */
static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
static const int fatal_signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
enum { ENDING = sizeof ending_signals / sizeof(int), FATAL = sizeof fatal_signals / sizeof(int) };
static struct sigaction before_ending[ENDING], before_fatal[FATAL], before_stop, before_continue, before_resize;

bool terminal_possible(void) {
    const char *term = getenv("TERM");
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
}

bool terminal_true_color(void) {
    const char *says = getenv("COLORTERM");
    return says != NULL && (strcmp(says, "truecolor") == 0 || strcmp(says, "24bit") == 0);
}

/* Async-signal-safe. The result of write is of no use on the way out. */
static void switch_to(const struct termios *mode, const char *sequence, size_t count) {
    ssize_t written = write(STDOUT_FILENO, sequence, count);
    (void)written;
    (void)tcsetattr(STDIN_FILENO, TCSANOW, mode);
}

static void put_back(void) {
    switch_to(&ordinary, leave_sequence, sizeof leave_sequence - 1);
}
static void take_over(void) {
    switch_to(&playing, enter_sequence, sizeof enter_sequence - 1);
}

static void end_by(int number) {
    put_back();
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

/* The first one is left to whoever asks terminal_signal; a second one ends the program at once. */
static void on_ending(int number) {
    if (pending) {
        end_by(number);
    }
    pending = number;
}

static void on_resize(int number) {
    (void)number;
    changed = 1;
}

/* Ctrl-Z: the terminal is put back, the process stops as it would have, and on_continue takes over again. */
static void on_stop(int number) {
    (void)number;
    int kept = errno;
    put_back();
    (void)raise(SIGSTOP);
    errno = kept;
}

static void on_continue(int number) {
    (void)number;
    int kept = errno;
    if (entered) {
        take_over();
        changed = 1;
    }
    errno = kept;
}

static void handle(int number, void (*handler)(int), struct sigaction *before) {
    struct sigaction action = {.sa_handler = handler};
    sigemptyset(&action.sa_mask);
    (void)sigaction(number, &action, before);
}

int terminal_enter(error *e) {
    if (tcgetattr(STDIN_FILENO, &ordinary) != 0) {
        return error_set(e, STATUS_FAILED, "the terminal's modes cannot be read: %s", strerror(errno));
    }
    playing = ordinary;
    playing.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    playing.c_cc[VMIN] = 0;
    playing.c_cc[VTIME] = 0;
    pending = 0;
    changed = 1;
    entered = 1;
    static bool registered;
    if (!registered) {
        registered = true;
        (void)atexit(terminal_leave);
    }
    for (int i = 0; i < ENDING; i++) {
        handle(ending_signals[i], on_ending, &before_ending[i]);
    }
    for (int i = 0; i < FATAL; i++) {
        handle(fatal_signals[i], end_by, &before_fatal[i]);
    }
    handle(SIGTSTP, on_stop, &before_stop);
    handle(SIGCONT, on_continue, &before_continue);
    handle(SIGWINCH, on_resize, &before_resize);
    take_over();
    return 0;
}

void terminal_leave(void) {
    if (!entered) {
        return;
    }
    entered = 0;
    put_back();
    for (int i = 0; i < ENDING; i++) {
        (void)sigaction(ending_signals[i], &before_ending[i], NULL);
    }
    for (int i = 0; i < FATAL; i++) {
        (void)sigaction(fatal_signals[i], &before_fatal[i], NULL);
    }
    (void)sigaction(SIGTSTP, &before_stop, NULL);
    (void)sigaction(SIGCONT, &before_continue, NULL);
    (void)sigaction(SIGWINCH, &before_resize, NULL);
}

void terminal_size(int32_t *columns, int32_t *rows) {
    struct winsize size = {0};
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
    *columns = known ? size.ws_col : 80;
    *rows = known ? size.ws_row : 24;
}

bool terminal_changed(void) {
    bool now = changed;
    changed = 0;
    return now;
}

int terminal_signal(void) {
    return pending;
}

int terminal_write(const char *bytes, size_t count, error *e) {
    while (count > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes, count);
        if (written < 0 && errno == EINTR && !pending) {
            continue;
        }
        if (written < 0) {
            return pending ? 0 : error_set(e, STATUS_FAILED, "the terminal cannot be written: %s", strerror(errno));
        }
        bytes += written;
        count -= (size_t)written;
    }
    return 0;
}

int terminal_key(double seconds) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    int ready = poll(&input, 1, seconds <= 0 ? 0 : (int)(seconds * 1000 + 0.5));
    if (ready <= 0) {
        return TERMINAL_NO_KEY;
    }
    unsigned char byte;
    ssize_t count = read(STDIN_FILENO, &byte, 1);
    if (count <= 0) {
        return count == 0 || errno != EINTR ? TERMINAL_CLOSED : TERMINAL_NO_KEY;
    }
    while (byte == '\033' && poll(&input, 1, 0) > 0) { /* the rest of an escape sequence: an arrow key, say */
        unsigned char rest;
        if (read(STDIN_FILENO, &rest, 1) != 1 || (rest >= '@' && rest != '[' && rest != 'O')) break;
    }
    return byte;
}

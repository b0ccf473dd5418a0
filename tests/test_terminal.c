/* SPDX-License-Identifier: MIT
 * The terminal's modes, seen from its other side: a child plays in a pseudo-terminal, and however it ends, the modes
 * and the screen are back. */
#include "view/terminal.h"

#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include <cmocka.h>

typedef struct session {
    pid_t leader, child; /* the leader of the terminal's session, and its child, which plays */
    int master, report;  /* the leader writes how the child changed state to `report`, and lives until it is closed */
    struct termios before;
    char output[4096];
    size_t count;
} session;

/* What the child answers to a key: its number; a change of size: the size. It ends by 'q', a signal or the end of
 * input. */
static void child_plays(void) {
    error e = {0};
    char text[64];
    if (terminal_enter(&e) != 0) _exit(99);
    (void)terminal_changed();
    for (;;) {
        int key = terminal_key(10);
        if (terminal_signal() != 0 || key == 'q' || key == TERMINAL_CLOSED) break;
        if (key == 'a') abort();
        if (key == 'x') exit(7); /* without terminal_leave */
        int32_t columns, rows;
        terminal_size(&columns, &rows);
        int length = terminal_changed() ? snprintf(text, sizeof text, "<size %dx%d>", columns, rows)
                                        : snprintf(text, sizeof text, "<key %d>", key);
        if (terminal_write(text, (size_t)length, &e) != 0) break;
    }
    int ended_by = terminal_signal();
    terminal_leave();
    terminal_leave(); /* twice is once */
    _exit(ended_by);
}

/* Reads until the output holds `text`. */
static void expect_output(session *s, const char *text) {
    while (strstr(s->output, text) == NULL) {
        ssize_t got = read(s->master, s->output + s->count, sizeof s->output - 1 - s->count);
        if (got <= 0) {
            fail_msg("the terminal never showed %s, but %s", text, s->output);
        }
        s->count += (size_t)got;
        s->output[s->count] = 0;
    }
}

/* Leads the terminal's session and reports how its child fares. It outlives the child: when the leader of a session
 * ends, the kernel hangs the terminal up and drops what nobody has read yet. */
static void leader_reports(int report) {
    static const int ignored[] = {SIGINT, SIGQUIT, SIGHUP, SIGTSTP};
    pid_t child = fork();
    if (child == 0) {
        close(report);
        child_plays();
    }
    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++) signal(ignored[i], SIG_IGN);
    bool told = write(report, &child, sizeof child) == sizeof child;
    for (int status = 0; told && waitpid(child, &status, WUNTRACED) == child;) {
        told = write(report, &status, sizeof status) == sizeof status;
        if (!WIFSTOPPED(status)) break;
    }
    while (read(report, &child, sizeof child) > 0) {}
    _exit(0);
}

static int reported(const session *s) {
    int number = -1;
    assert_int_equal(read(s->report, &number, sizeof number), sizeof number);
    return number;
}

static session begin(void) {
    session s = {.count = 0};
    int slave, ends[2];
    assert_int_equal(openpty(&s.master, &slave, NULL, NULL, NULL), 0);
    assert_int_equal(tcgetattr(slave, &s.before), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    s.leader = fork();
    assert_true(s.leader >= 0);
    if (s.leader == 0) {
        close(s.master);
        close(ends[0]);
        login_tty(slave);
        leader_reports(ends[1]);
    }
    close(ends[1]);
    s.report = ends[0];
    s.child = reported(&s);
    expect_output(&s, "\033[?1049h");
    struct termios now;
    do { /* the sequence comes before the modes */
        usleep(1000);
        assert_int_equal(tcgetattr(slave, &now), 0);
    } while (now.c_lflag & (ICANON | ECHO));
    close(slave);
    return s;
}

/* The child is over, by this signal or with this exit status, and the terminal is as it was. */
static void end(session *s, bool by_signal, int number) {
    struct termios after;
    expect_output(s, "\033[?25h\033[?1049l");
    int status = reported(s);
    assert_int_equal(by_signal ? WIFSIGNALED(status) : WIFEXITED(status), 1);
    assert_int_equal(by_signal ? WTERMSIG(status) : WEXITSTATUS(status), number);
    assert_int_equal(tcgetattr(s->master, &after), 0);
    assert_int_equal(after.c_lflag, s->before.c_lflag);
    close(s->report);
    assert_int_equal(waitpid(s->leader, NULL, 0), s->leader);
    close(s->master);
}

static void type(const session *s, const char *keys) {
    assert_int_equal(write(s->master, keys, strlen(keys)), (ssize_t)strlen(keys));
}

static void test_keys(void **state) {
    (void)state;
    session s = begin();
    type(&s, " ");
    expect_output(&s, "<key 32>");
    type(&s, "\033[A"); /* an arrow is one key */
    expect_output(&s, "<key 27>");
    type(&s, "n");
    expect_output(&s, "<key 110>");
    assert_null(strstr(s.output, "<key 91>"));
    type(&s, "q");
    end(&s, false, 0);
}

static void test_resize(void **state) {
    (void)state;
    session s = begin();
    struct winsize size = {.ws_row = 31, .ws_col = 77};
    assert_int_equal(ioctl(s.master, TIOCSWINSZ, &size), 0); /* sends SIGWINCH */
    expect_output(&s, "<size 77x31>");
    type(&s, "q");
    end(&s, false, 0);
}

static void test_signals_are_told(void **state) {
    (void)state;
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        session s = begin();
        kill(s.child, numbers[i]);
        end(&s, false, numbers[i]);
    }
    session s = begin();
    type(&s, "\003"); /* Ctrl-C is a signal here, too */
    end(&s, false, SIGINT);
}

static void test_every_way_out(void **state) {
    (void)state;
    session s = begin();
    type(&s, "a");
    end(&s, true, SIGABRT);
    s = begin();
    type(&s, "x");
    end(&s, false, 7);
    s = begin();
    kill(s.child, SIGSEGV);
    end(&s, true, SIGSEGV);
}

/* Ctrl-Z gives the terminal back while the process is stopped; continuing takes it again. */
static void test_stop(void **state) {
    (void)state;
    session s = begin();
    kill(s.child, SIGTSTP);
    expect_output(&s, "\033[?1049l");
    int status = reported(&s);
    assert_true(WIFSTOPPED(status));
    struct termios now;
    assert_int_equal(tcgetattr(s.master, &now), 0);
    assert_int_equal(now.c_lflag, s.before.c_lflag);
    s.count = 0;
    s.output[0] = 0;
    kill(s.child, SIGCONT);
    expect_output(&s, "\033[?1049h");
    type(&s, "q");
    end(&s, false, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),          cmocka_unit_test(test_resize), cmocka_unit_test(test_signals_are_told),
        cmocka_unit_test(test_every_way_out), cmocka_unit_test(test_stop),
    };
    alarm(30); /* a child that never answers fails the test */
    return cmocka_run_group_tests_name("terminal", tests, NULL, NULL);
}

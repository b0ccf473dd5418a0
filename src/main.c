/* SPDX-License-Identifier: MIT
 * a3c: picks the subcommand. */
#include "base/cpus.h"
#include "base/number.h"
#include "cli/cli.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

CPUS_REMEMBER_FIRST;

static const command *find(const char *name) {
    for (const command *c = commands; c->name; c++)
        if (strcmp(c->name, name) == 0) return c;
    return NULL;
}

/* Runs a command on the arguments behind its name. */
static int run(const command *c, int argc, char **argv) {
    char name[64];
    snprintf(name, sizeof name, "a3c %s", c->name);
    argv[0] = name;
    return c->run(argc, argv);
}

/* `a3c help`, `a3c help COMMAND`. */
static int help(int argc, char **argv) {
    const command *c = argc > 2 ? find(argv[2]) : NULL;
    if (argc > 2 && !c && strcmp(argv[2], "help") != 0) {
        fprintf(stderr, "%s: there is no such command; `a3c help` lists them\n", argv[2]);
        return STATUS_USAGE;
    }
    if (!c) {
        cli_print_help(stdout);
        return cli_finish();
    }
    char option[] = "--help";
    return run(c, 2, (char *[]){argv[0], option, NULL});
}

/* With standard streams closed, the next files opened, a checkpoint or a lock, would take their descriptors and get what
 * is printed. /dev/null, opened write-only as input and read-only as output, reserves them, and their use still fails. */
static void hold_standard_streams(void) {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0) open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv) {
    cpus_release(); /* from what the OpenMP library bound this thread to */
    hold_standard_streams();
    number_pin_locale();
    const char *first = argc > 1 ? argv[1] : "";
    if (strcmp(first, "help") == 0 || strcmp(first, "--help") == 0 || strcmp(first, "-?") == 0) return help(argc, argv);
    const command *c = find(first);
    if (c) return run(c, argc - 1, argv + 1);
    char name[] = "a3c";
    argv[0] = name;
    return command_train(argc, argv); /* `a3c acrobot --mode sync` trains */
}

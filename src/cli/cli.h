/* SPDX-License-Identifier: MIT
 * The command line: one table of subcommands, a file each, and what they share. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/error.h"

#include <argp.h>
#include <stdint.h>
#include <stdio.h>

/* A subcommand. `run` gets the arguments behind its name (argv[0] is "a3c NAME") and returns the exit status. */
typedef struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *usage, *summary;
} command;

/* All of them; ends with a NULL name. */
extern const command commands[];

int command_train(int argc, char **argv);
int command_eval(int argc, char **argv);
int command_act(int argc, char **argv);
int command_watch(int argc, char **argv);
int command_compare(int argc, char **argv);
int command_scale(int argc, char **argv);
int command_sweep(int argc, char **argv);
int command_env(int argc, char **argv);
int command_config(int argc, char **argv);
int command_bench(int argc, char **argv);

/* `a3c --help`, `a3c --version`. */
void cli_print_help(FILE *out);
void cli_print_version(FILE *out, struct argp_state *state);

/* argp_parse with --version, status 2 for wrong usage, and a suggestion for an unknown option. 0, or -1 with the error.
 * The parser of `argp` reports a wrong value by filling `e` and returning EINVAL. */
int cli_parse(const struct argp *argp, int argc, char **argv, void *input, error *e);

/* Prints the error's text on standard error and returns its status. */
int cli_fail(const error *e);

/* Flushes standard output: 0, or STATUS_FAILED with a message when it could not be written (a full disk). */
int cli_finish(void);

/* A number given to an option, in a range; 0, or EINVAL with the error. */
int cli_integer(const char *option, const char *text, int64_t minimum, int64_t maximum, int64_t *value, error *e);
int cli_seed(const char *option, const char *text, uint64_t *seed, error *e);

/* "greedy" or "sample" as settings_policy. */
int cli_policy(const char *text, int *policy, error *e);

/* One word too many, or one missing: EINVAL with the error. */
int cli_extra(const char *argument, error *e);
int cli_missing(const char *what, error *e);

#endif

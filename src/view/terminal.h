/* SPDX-License-Identifier: MIT
 * The terminal as a place to play in: the alternate screen without cursor, keys without echo, and everything put back
 * on every way out, signals included. One process has at most one such terminal at a time. */
#ifndef VIEW_TERMINAL_H
#define VIEW_TERMINAL_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TERMINAL_NO_KEY = -1, TERMINAL_CLOSED = -2 };

/* Whether standard input and output are a terminal that can be played in (not dumb). */
bool terminal_possible(void);

/* Whether the terminal says that it shows 24-bit colors (COLORTERM). */
bool terminal_true_color(void);

/* Enters; SIGINT, SIGTERM, SIGHUP, SIGQUIT and a stop by SIGTSTP put the terminal back first. 0, or -1 with the
 * error. */
int terminal_enter(error *e);

/* Puts everything back; does nothing when it is back already. */
void terminal_leave(void);

/* The size in cells now. */
void terminal_size(int32_t *columns, int32_t *rows);

/* Whether size or contents may have changed since the last call: SIGWINCH, or a continuation after a stop. */
bool terminal_changed(void);

/* The signal that asks the program to end, 0 while there is none. */
int terminal_signal(void);

/* Sends bytes. 0, or -1 with the error. */
int terminal_write(const char *bytes, size_t count, error *e);

/* The next key within `seconds`: a byte (an escape sequence is one '\033'), TERMINAL_NO_KEY after that time or when a
 * signal came, TERMINAL_CLOSED at the end of input. */
int terminal_key(double seconds);

#endif

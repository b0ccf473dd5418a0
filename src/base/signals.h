/* SPDX-License-Identifier: MIT
 * What a terminal, a scheduler or a limit sends: signals are blocked in every thread and waited for in one place.
 *
 *   INT, TERM, HUP, XCPU   the work ends in good order     (signals_ends)
 *   USR1, USR2             the work is saved and goes on
 *   PIPE, XFSZ             ignored: the write that caused them fails with an error that somebody handles */
#ifndef BASE_SIGNALS_H
#define BASE_SIGNALS_H

#include <stdbool.h>

/* Blocks those signals in this thread and all that it starts; before any other thread exists. What arrives meanwhile
 * waits. A signal that the process was started with ignored (nohup) stays ignored, but for USR1 and USR2. */
void signals_block(void);

/* Whether this signal asks for the end. */
bool signals_ends(int signal);

/* Starts the thread that waits for them. `received` is called in it, one call at a time: with the signal's number, and
 * with 0 every `seconds` (0: never). A second INT that comes after more than a fifth of a second, so from a person who does not want
 * to wait, ends the process at once with status 130. */
void signals_watch(void (*received)(int signal, void *context), void *context, double seconds);
/* Stops that thread; signals stay blocked. */
void signals_unwatch(void);
/* Drops what arrived after the work was done, and restores the mask and the actions that signals_block found. */
void signals_unblock(void);

#endif

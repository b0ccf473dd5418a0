/* SPDX-License-Identifier: MIT
 * Signals are blocked in every thread and waited for in one place. */
#ifndef BASE_SIGNALS_H
#define BASE_SIGNALS_H

/* Blocks SIGINT, SIGTERM and SIGUSR1 in this thread and all that it starts; before any other thread exists. What
 * arrives meanwhile waits. A signal that the process was started with ignored stays ignored. */
void signals_block(void);

/* Starts the thread that waits for them. `received` is called in it: with SIGINT or SIGTERM (once: a second one ends
 * the process at once with 128 + its number) or with SIGUSR1 (each time). */
void signals_watch(void (*received)(int signal, void *context), void *context);
/* Stops that thread; signals stay blocked. */
void signals_unwatch(void);
/* Drops what arrived after the work was done, and restores the mask that signals_block found. */
void signals_unblock(void);

#endif

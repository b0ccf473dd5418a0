/* SPDX-License-Identifier: MIT
 * Signals are blocked in every thread and waited for in one place. */
#ifndef BASE_SIGNALS_H
#define BASE_SIGNALS_H

/* Blocks SIGINT, SIGTERM and SIGUSR1 in this thread and all that it starts, and starts a thread that waits for them. `received` is called
 * in that thread: with SIGINT or SIGTERM (once: a second one ends the process at once with 128 + its number) or SIGUSR1 (each
 * time). A signal that the process was started with ignored stays ignored. */
void signals_watch(void (*received)(int signal, void *context), void *context);
/* Stops the thread and restores the mask. */
void signals_unwatch(void);

#endif

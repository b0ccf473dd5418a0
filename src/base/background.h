/* SPDX-License-Identifier: MIT
 * One job at a time, done in the background: a checkpoint is written while training continues. */
#ifndef BASE_BACKGROUND_H
#define BASE_BACKGROUND_H

typedef struct background background;

background *background_new(void);
/* Waits for the job under way, then hands over the next one. */
void background_do(background *b, void (*job)(void *context), void *context);
/* Waits until nothing is under way. */
void background_wait(background *b);
/* Finishes the job under way and ends the thread. NULL is allowed. */
void background_free(background *b);

#endif

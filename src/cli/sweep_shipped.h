/* SPDX-License-Identifier: MIT
 * Sweeps that come with the program: a name, what it shows, and the words of the command line that it stands for. */
#ifndef CLI_SWEEP_SHIPPED_H
#define CLI_SWEEP_SHIPPED_H

typedef struct sweep_shipped {
    const char *name, *meaning;
    const char *const *words; /* ends with NULL */
} sweep_shipped;
extern const sweep_shipped sweep_studies[]; /* ends with a NULL name */

#endif

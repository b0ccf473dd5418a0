/* SPDX-License-Identifier: MIT
 * --vary: which keys a sweep varies, and through which values. */
#ifndef CLI_VARY_H
#define CLI_VARY_H

#include "study/sweep.h"

/* Reads what follows --vary: KEY=a,b,c or KEY=log:LOW:HIGH or KEY1+KEY2=a+b,c+d. 0, or -1 with the error. */
int vary_parse(sweep_axis *axis, const char *text, error *e);

#endif

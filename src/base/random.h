/* SPDX-License-Identifier: MIT
 * Counter-based random streams (Philox4x32-10, Random123): word k of a stream is a function of seed, worker,
 * environment, purpose and k alone, so that no stream depends on which thread runs when. The counter is the whole
 * state. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

typedef enum random_purpose {
    RANDOM_INIT = 1,
    RANDOM_ACTION = 2,
    RANDOM_EVALUATION = 3,
    RANDOM_TURN_COST = 4,
    RANDOM_SHUFFLE = 5,
    RANDOM_NOISE = 6,
} random_purpose;

typedef struct random_stream {
    uint64_t seed;
    uint32_t id; /* worker and environment, as one number */
    uint32_t purpose;
    uint64_t counter; /* words drawn so far */
    uint32_t block[4];
    uint64_t block_index; /* which block of four words is held; UINT64_MAX: none */
} random_stream;

random_stream random_stream_new(uint64_t seed, uint32_t id, random_purpose purpose);

uint32_t random_word(random_stream *s);
/* In [0, 1), 24 bits. */
float random_uniform(random_stream *s);
/* In (0, 1), 52 bits: two words. */
double random_uniform_double(random_stream *s);
/* Standard normal by Box-Muller: four words each, the second value is not kept. */
double random_normal(random_stream *s);

#endif

/* SPDX-License-Identifier: MIT
 * Counter-based random streams: Philox4x32-10 of Random123, and the distributions drawn from them. */
#include "base/random.h"

#include <Random123/philox.h>
#include <math.h>

random_stream random_stream_new(uint64_t seed, uint32_t id, random_purpose purpose) {
    return (random_stream){.seed = seed, .id = id, .purpose = purpose, .block_index = UINT64_MAX};
}

uint32_t random_word(random_stream *s) {
    uint64_t index = s->counter >> 2;
    if (index != s->block_index) {
        philox4x32_ctr_t counter = {{(uint32_t)index, (uint32_t)(index >> 32), s->id, s->purpose}};
        philox4x32_key_t key = {{(uint32_t)s->seed, (uint32_t)(s->seed >> 32)}};
        philox4x32_ctr_t block = philox4x32(counter, key);
        for (int i = 0; i < 4; i++) s->block[i] = block.v[i];
        s->block_index = index;
    }
    return s->block[s->counter++ & 3];
}

float random_uniform(random_stream *s) {
    return (float)(random_word(s) >> 8) * 0x1p-24f;
}

double random_uniform_double(random_stream *s) {
    uint64_t high = random_word(s), low = random_word(s);
    return ((double)((high << 20) | (low >> 12)) + 0.5) * 0x1p-52;
}

double random_normal(random_stream *s) {
    double radius = sqrt(-2.0 * log(random_uniform_double(s)));
    return radius * cos(6.283185307179586 * random_uniform_double(s));
}

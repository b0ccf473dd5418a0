/* SPDX-License-Identifier: MIT
 * NumPy's random streams: SeedSequence, PCG64 (default_rng) and MT19937 (RandomState), and the draws that environments
 * make from them. Sources: O'Neill, "PCG" (2014), XSL-RR 128/64; Matsumoto and Nishimura (1998); Lemire, "Fast random
 * integer generation in an interval" (2019); NumPy's documentation of SeedSequence. */
#include "env/env.h"

#include <math.h>
#include <string.h>

__extension__ typedef unsigned __int128 uint128;

enum { POOL_WORDS = 4, MT_WORDS = 624, MT_SHIFT = 397, ENTROPY_WORDS = 2, KEY_WORDS = 16 };

/* ---- SeedSequence ---- */

static uint32_t hash_word(uint32_t value, uint32_t *constant, uint32_t multiplier) {
    value ^= *constant;
    *constant *= multiplier;
    value *= *constant;
    return value ^ (value >> 16);
}

static uint32_t mix_words(uint32_t x, uint32_t y) {
    uint32_t mixed = 0xca01f9ddu * x - 0x4973f715u * y;
    return mixed ^ (mixed >> 16);
}

/* Mixes `count` words of entropy into the pool of four. */
static void seed_pool(uint32_t pool[POOL_WORDS], const uint32_t *words, int count) {
    uint32_t constant = 0x43b0d7e5u;
    const uint32_t multiplier = 0x931e8875u;
    for (int i = 0; i < POOL_WORDS; i++) {
        pool[i] = hash_word(i < count ? words[i] : 0, &constant, multiplier);
    }
    for (int from = 0; from < POOL_WORDS; from++) {
        for (int to = 0; to < POOL_WORDS; to++) {
            if (from != to) {
                pool[to] = mix_words(pool[to], hash_word(pool[from], &constant, multiplier));
            }
        }
    }
    for (int from = POOL_WORDS; from < count; from++) {
        for (int to = 0; to < POOL_WORDS; to++) {
            pool[to] = mix_words(pool[to], hash_word(words[from], &constant, multiplier));
        }
    }
}

/* SeedSequence(entropy, spawn_key=key).generate_state(count) */
static void seed_words(uint32_t *out, int count, uint64_t entropy, const uint32_t *key, int key_count) {
    CHECK(key_count >= 0 && key_count <= KEY_WORDS);
    uint32_t words[POOL_WORDS + KEY_WORDS] = {(uint32_t)entropy, (uint32_t)(entropy >> 32)};
    int used = words[1] != 0 ? ENTROPY_WORDS : 1;
    if (key_count > 0) {
        memcpy(words + POOL_WORDS, key, (size_t)key_count * sizeof *key);
        used = POOL_WORDS + key_count;
    }
    uint32_t pool[POOL_WORDS];
    seed_pool(pool, words, used);
    uint32_t constant = 0x8b51f9ddu;
    for (int i = 0; i < count; i++) {
        out[i] = hash_word(pool[i % POOL_WORDS], &constant, 0x58f38dedu);
    }
}

/* ---- PCG64 ---- */

static inline uint128 pair(uint64_t high, uint64_t low) {
    return (uint128)high << 64 | low;
}

static inline void pcg_advance(a3c_rng *rng) {
    const uint128 multiplier = pair(2549297995355413924u, 4865540595714422341u);
    uint128 state = pair(rng->state_high, rng->state_low) * multiplier + pair(rng->increment_high, rng->increment_low);
    rng->state_low = (uint64_t)state;
    rng->state_high = (uint64_t)(state >> 64);
}

static void pcg_seed(a3c_rng *rng, const uint32_t words[8]) {
    uint64_t w[4];
    for (int i = 0; i < 4; i++) {
        w[i] = (uint64_t)words[2 * i + 1] << 32 | words[2 * i];
    }
    uint128 increment = pair(w[2], w[3]) << 1 | 1;
    rng->increment_low = (uint64_t)increment;
    rng->increment_high = (uint64_t)(increment >> 64);
    pcg_advance(rng);
    uint128 state = pair(rng->state_high, rng->state_low) + pair(w[0], w[1]);
    rng->state_low = (uint64_t)state;
    rng->state_high = (uint64_t)(state >> 64);
    pcg_advance(rng);
}

static inline uint64_t next64(a3c_rng *rng) {
    if (rng->kind == A3C_RNG_SOURCE) {
        return rng->source(rng->context);
    }
    pcg_advance(rng);
    uint64_t folded = rng->state_high ^ rng->state_low;
    unsigned rotation = (unsigned)(rng->state_high >> 58);
    return folded >> rotation | folded << (-rotation & 63);
}

/* The low half of a fresh draw, then its high half. */
static inline uint32_t next32(a3c_rng *rng) {
    if (rng->has_half) {
        rng->has_half = 0;
        return rng->half;
    }
    uint64_t word = next64(rng);
    rng->half = (uint32_t)(word >> 32);
    rng->has_half = 1;
    return (uint32_t)word;
}

/* ---- MT19937 ---- */

static void mt_seed(a3c_rng *rng, uint32_t seed) {
    rng->words[0] = seed;
    for (uint32_t i = 1; i < MT_WORDS; i++) {
        uint32_t before = rng->words[i - 1];
        rng->words[i] = 1812433253u * (before ^ (before >> 30)) + i;
    }
    rng->position = MT_WORDS;
}

static void mt_seed_array(a3c_rng *rng, const uint32_t *key, uint32_t count) {
    uint32_t *words = rng->words;
    mt_seed(rng, 19650218u);
    uint32_t i = 1, j = 0;
    for (uint32_t k = MT_WORDS; k > 0; k--) {
        words[i] = (words[i] ^ ((words[i - 1] ^ (words[i - 1] >> 30)) * 1664525u)) + key[j] + j;
        i++;
        j = (j + 1) % count;
        if (i == MT_WORDS) {
            words[0] = words[MT_WORDS - 1];
            i = 1;
        }
    }
    for (uint32_t k = MT_WORDS - 1; k > 0; k--) {
        words[i] = (words[i] ^ ((words[i - 1] ^ (words[i - 1] >> 30)) * 1566083941u)) - i;
        if (++i == MT_WORDS) {
            words[0] = words[MT_WORDS - 1];
            i = 1;
        }
    }
    words[0] = 0x80000000u;
}

static inline uint32_t mt_twist(uint32_t high, uint32_t low, uint32_t far) {
    uint32_t joined = (high & 0x80000000u) | (low & 0x7fffffffu);
    return far ^ (joined >> 1) ^ (-(low & 1u) & 0x9908b0dfu);
}

static void mt_refill(uint32_t *words) {
    for (int i = 0; i < MT_WORDS - MT_SHIFT; i++) {
        words[i] = mt_twist(words[i], words[i + 1], words[i + MT_SHIFT]);
    }
    for (int i = MT_WORDS - MT_SHIFT; i < MT_WORDS - 1; i++) {
        words[i] = mt_twist(words[i], words[i + 1], words[i + MT_SHIFT - MT_WORDS]);
    }
    words[MT_WORDS - 1] = mt_twist(words[MT_WORDS - 1], words[0], words[MT_SHIFT - 1]);
}

static inline uint32_t mt_next32(a3c_rng *rng) {
    if (rng->position == MT_WORDS) {
        mt_refill(rng->words);
        rng->position = 0;
    }
    uint32_t y = rng->words[rng->position++];
    y ^= y >> 11;
    y ^= y << 7 & 0x9d2c5680u;
    y ^= y << 15 & 0xefc60000u;
    return y ^ (y >> 18);
}

/* ---- Draws ---- */

static double uniform01(a3c_rng *rng) {
    if (rng->kind == A3C_RNG_MT19937) {
        uint32_t high = mt_next32(rng) >> 5, low = mt_next32(rng) >> 6;
        return (high * 67108864.0 + low) / 9007199254740992.0;
    }
    return (double)(next64(rng) >> 11) * 0x1p-53;
}

static uint32_t below(a3c_rng *rng, uint32_t n) {
    if (n <= 1) {
        return 0;
    }
    if (rng->kind == A3C_RNG_MT19937) {
        uint32_t mask = UINT32_MAX >> __builtin_clz(n - 1), draw;
        do {
            draw = mt_next32(rng) & mask;
        } while (draw > n - 1);
        return draw;
    }
    uint64_t product = (uint64_t)next32(rng) * n;
    if ((uint32_t)product < n) {
        uint32_t threshold = -n % n;
        while ((uint32_t)product < threshold) {
            product = (uint64_t)next32(rng) * n;
        }
    }
    return (uint32_t)(product >> 32);
}

/* Marsaglia's polar method, in the order of NumPy's legacy generator. */
static double normal(a3c_rng *rng) {
    if (rng->has_gauss) {
        rng->has_gauss = 0;
        return rng->gauss;
    }
    double x, y, square;
    do {
        x = 2.0 * uniform01(rng) - 1.0;
        y = 2.0 * uniform01(rng) - 1.0;
        square = x * x + y * y;
    } while (square >= 1.0 || square == 0.0);
    double factor = sqrt(-2.0 * log(square) / square);
    rng->gauss = factor * x;
    rng->has_gauss = 1;
    return factor * y;
}

const a3c_random env_random = {uniform01, below, normal};

void env_rng_seed(a3c_rng *rng, uint32_t kind, uint64_t entropy, const uint32_t *key, int key_count) {
    memset(rng, 0, env_rng_size(kind));
    rng->kind = (uint8_t)kind;
    uint32_t words[8];
    if (kind == A3C_RNG_PCG64) {
        seed_words(words, 8, entropy, key, key_count);
        pcg_seed(rng, words);
    } else if (key_count > 0) {
        seed_words(words, 1, entropy, key, key_count);
        mt_seed(rng, words[0]);
    } else if (entropy <= UINT32_MAX) {
        mt_seed(rng, (uint32_t)entropy);
    } else {
        mt_seed_array(rng, (const uint32_t[]){(uint32_t)entropy, (uint32_t)(entropy >> 32)}, 2);
    }
}

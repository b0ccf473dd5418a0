/* SPDX-License-Identifier: MIT
 * The time to move cache lines between two cores, the lower bound of a push. */
#include "bench/bench_transfer.h"

#include "base/background.h"
#include "base/clock.h"
#include "base/cpus.h"
#include "base/flag.h"
#include "base/memory.h"
#include "global/race.h"
#include "statistics/statistics.h"

#include <math.h>

enum { PLAYERS = 2, WARM_UP = 50, ROUNDS = 400, TRIALS = 9, PART = 256 };

/* On a line of its own: which player has the lines. */
typedef struct token {
    _Alignas(CACHE_LINE) flag holder;
} token;

typedef struct player {
    token *token;
    float *lines;
    size_t floats;
    int index;
    double ns; /* of one player's move, with the passing of the token */
} player;

static size_t part_at(const player *p, size_t at) {
    return p->floats - at < PART ? p->floats - at : PART;
}

static void move_lines(const player *p) {
    _Alignas(CACHE_LINE) float copy[PART];
    for (size_t at = 0; at < p->floats; at += PART) {
        size_t n = part_at(p, at);
        if (at + n < p->floats) block_prefetch(p->lines + at + n, part_at(p, at + n));
        block_read(copy, p->lines + at, n);
        block_write(p->lines + at, copy, n);
    }
}

static void play(void *context) {
    player *p = context;
    int64_t began = 0;
    cpus_pin(p->index, PLAYERS);
    for (int round = 0; round < ROUNDS; round++) {
        while (flag_read(&p->token->holder) != p->index) {}
        if (round == WARM_UP) began = clock_ns();
        move_lines(p);
        flag_raise(&p->token->holder, !p->index);
    }
    p->ns = (double)(clock_ns() - began) / (PLAYERS * (ROUNDS - WARM_UP));
}

double bench_transfer(size_t floats) {
    if (cpus_allowed() < PLAYERS) return NAN;
    double ns[TRIALS];
    float *lines = memory_array(float, floats);
    token *t = memory_new(sizeof *t);
    cpus_prepare(PLAYERS);
    for (int trial = 0; trial < TRIALS; trial++) {
        player players[PLAYERS];
        background *hands[PLAYERS];
        flag_raise(&t->holder, 0);
        for (int i = 0; i < PLAYERS; i++) {
            players[i] = (player){t, lines, floats, i, 0};
            hands[i] = background_new();
            background_do(hands[i], play, &players[i]);
        }
        for (int i = 0; i < PLAYERS; i++) background_free(hands[i]);
        ns[trial] = players[0].ns;
    }
    memory_free(t);
    memory_free(lines);
    return statistics_median(TRIALS, ns);
}

/* SPDX-License-Identifier: MIT
 * Blackjack-v1 as in Gymnasium (Sutton and Barto, example 5.1): cards from an endless deck; actions 0 stick, 1 hit. The
 * observation is the player's sum, the dealer's first card and whether the player has a usable ace. */
#include "env/definition.h"
#include "env/draw/draw.h"
#include "env/games.h"
#include "env/toy_text/toy_text.h"

#include <math.h>

enum { NATURAL, SAB, OPTIONS };
enum { STICK, HIT, ACTIONS };
enum { BUST = 21, DEALER_STANDS = 17, SUITS = 4, FACES = 3, RANKS = 13 };

static const char *const action_names[ACTIONS] = {"stick", "hit"};
static const char *const observation_names[] = {"player_sum", "dealer_card", "usable_ace"};

static const a3c_env_option options[OPTIONS] = {
    [NATURAL] = {"natural", A3C_OPTION_BOOL, 0, 0, 1, NULL, "whether winning with a natural pays 1.5 (not with sab)"},
    [SAB] = {"sab", A3C_OPTION_BOOL, 1, 0, 1, NULL,
             "Sutton and Barto's rules: a natural wins against anything but a natural"},
};

static int describe(a3c_env_values values, a3c_env_spec *spec, char *message, size_t message_size) {
    (void)message, (void)message_size;
    *spec = (a3c_env_spec){
        .observation = A3C_OBSERVATION_DISCRETE,
        .observation_dims = 3,
        .observation_shape = {32, 11, 2},
        .observation_names = observation_names,
        .action = A3C_ACTION_DISCRETE,
        .action_dims = 1,
        .action_n = {ACTIONS},
        .action_names = action_names,
        .solved_return = NAN,
        .random_return = values[SAB] != 0 ? -0.3947 : NAN,
        .return_low = -1,
        .return_high = values[NATURAL] != 0 && values[SAB] == 0 ? 1.5 : 1,
        .instance_size = sizeof(blackjack),
        .render_width = 384,
        .render_height = 376,
        .render_fps = 4,
    };
    return 0;
}

static void init(void *instance, a3c_env_values values, const a3c_random *random, a3c_rng *rng) {
    (void)random, (void)rng;
    blackjack *game = instance;
    game->natural = values[NATURAL] != 0;
    game->sab = values[SAB] != 0;
}

/* ---- Hands ---- */

static bool usable_ace(const blackjack_hand *hand) {
    return hand->aces > 0 && hand->total + 10 <= BUST;
}

int32_t blackjack_sum(const blackjack_hand *hand) {
    return hand->total + (usable_ace(hand) ? 10 : 0);
}

/* What a hand counts against the other: nothing when bust. */
static int32_t score(const blackjack_hand *hand) {
    int32_t sum = blackjack_sum(hand);
    return sum > BUST ? 0 : sum;
}

/* An ace and a ten in two cards */
static bool natural(const blackjack_hand *hand) {
    return hand->count == 2 && blackjack_sum(hand) == BUST;
}

static void draw_card(blackjack_hand *hand, const a3c_random *random, a3c_rng *rng) {
    int32_t rank = (int32_t)random->below(rng, RANKS) + 1;
    int32_t card = rank > 10 ? 10 : rank;
    if (hand->count < BLACKJACK_CARDS) { /* 21 aces make 21: only steps after the end come here with more */
        hand->cards[hand->count++] = (uint8_t)card;
    }
    hand->total += card;
    hand->aces += card == 1;
}

/* ---- The environment ---- */

static void observe(const blackjack *game, int32_t *observation) {
    int32_t sum = blackjack_sum(&game->player);
    observation[0] = sum < 31 ? sum : 31;
    observation[1] = game->dealer.cards[0];
    observation[2] = usable_ace(&game->player);
}

static void reset(void *instance, const a3c_random *random, a3c_rng *rng, void *observation) {
    blackjack *game = instance;
    game->dealer = game->player = (blackjack_hand){0};
    draw_card(&game->dealer, random, rng);
    draw_card(&game->dealer, random, rng);
    draw_card(&game->player, random, rng);
    draw_card(&game->player, random, rng);
    (void)random->below(rng, SUITS); /* the original draws how the dealer's card looks from the same stream */
    if (game->dealer.cards[0] == 10) {
        (void)random->below(rng, FACES);
    }
    observe(game, observation);
}

/* The dealer plays; the player's reward. */
static double stick(blackjack *game, const a3c_random *random, a3c_rng *rng) {
    while (blackjack_sum(&game->dealer) < DEALER_STANDS) {
        draw_card(&game->dealer, random, rng);
    }
    int32_t player = score(&game->player), dealer = score(&game->dealer);
    double reward = (player > dealer) - (player < dealer);
    if (game->sab) {
        return natural(&game->player) && !natural(&game->dealer) ? 1 : reward;
    }
    return game->natural && natural(&game->player) && reward == 1 ? 1.5 : reward;
}

static unsigned step(void *instance, const a3c_random *random, a3c_rng *rng, const void *action, void *observation,
                     double *reward) {
    blackjack *game = instance;
    bool over = true;
    if (*(const int32_t *)action == HIT) {
        draw_card(&game->player, random, rng);
        over = blackjack_sum(&game->player) > BUST;
        *reward = over ? -1 : 0;
    } else {
        *reward = stick(game, random, rng);
    }
    observe(game, observation);
    return over ? A3C_TERMINATED : 0;
}

const a3c_env_def env_blackjack =
    ENV_DEFINITION("Blackjack-v1", "beat the dealer without going over 21", options, .render = draw_blackjack);

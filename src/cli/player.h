/* SPDX-License-Identifier: MIT
 * A trained policy at play, one step at a time: what `a3c watch` shows. Episode k is the one that `a3c eval` with the
 * same seed plays as its k-th. */
#ifndef CLI_PLAYER_H
#define CLI_PLAYER_H

#include "policy/actor.h"
#include "policy/saved.h"

typedef struct player {
    saved *saved;
    const env_config *kind; /* of the present episode: of several tasks, one after the other */
    actor *actor;
    void *instance;
    bool greedy;
    uint64_t seed;     /* episode k starts from reset(seed + k); of several tasks, each task's k-th */
    int episode_limit; /* steps after which an episode is left; 0: none */
    random_stream stream;
    /* The present: an observation, what the policy says of it, and what led to it. */
    int episode, step;
    double total, reward;            /* of the episode so far; of the last step */
    unsigned flags;                  /* how the episode ended, 0 while it goes on */
    bool left;                       /* it came to episode_limit */
    char failure[256];               /* the environment broke: why; nothing more is played. Else "" */
    float value;                     /* of the observation */
    action_word action[ACTION_DIMS]; /* the one that player_step will take */
} player;

/* Reads the policy and starts episode 0. 0, or -1 with the error; player_free gives back. */
int player_make(player *p, const char *checkpoint, const char *env, bool greedy, uint64_t seed, int episode_limit,
                error *e);
void player_free(player *p);

/* Starts episode p->episode from its beginning. */
void player_start(player *p);

/* Takes the action, and chooses the next one unless the episode has ended. */
void player_step(player *p);
static inline bool player_ended(const player *p) {
    return p->flags != 0 || p->left || p->failure[0];
}

/* How the policy sees action `choice` of component `component`: its probability. Discrete actions. */
float player_probability(const player *p, int component, int choice);
/* Mean and standard deviation of a component. Continuous actions. */
void player_gaussian(const player *p, int component, float *mean, float *deviation);
static inline bool player_continuous(const player *p) {
    return p->kind->spec.action == A3C_ACTION_BOX;
}

/* A name for a choice of a component: the environment's, or its number. */
void player_action_name(const player *p, int choice, char *name, size_t size);

/* The present as one line of text, without a line end. */
void player_line(const player *p, char *line, size_t size);

#endif

/* SPDX-License-Identifier: MIT
 *
 * Load a policy that a3c trained, and act with it, in any C or C++ program: link liba3c_policy.
 *
 *     char message[256];
 *     a3c_policy *policy = a3c_policy_load("runs/mine/checkpoint.safetensors", message, sizeof message);
 *     a3c_actor *actor = a3c_actor_new(policy, 1);
 *     a3c_answer answer;
 *     a3c_actor_act(actor, observation, A3C_GREEDY, &answer);      // answer.action[0].index
 *
 * No thread is started and nothing is kept between calls but an actor's recurrent state and random stream. A policy is
 * read-only: any number of actors, on any number of threads, may share it; an actor belongs to one thread at a time. */
#ifndef A3C_POLICY_H
#define A3C_POLICY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct a3c_policy a3c_policy;
typedef struct a3c_actor a3c_actor;

enum { A3C_POLICY_ACTION_DIMS = 8, A3C_POLICY_OBSERVATIONS = 8 };
typedef enum a3c_choice { A3C_GREEDY = 0, A3C_SAMPLE = 1 } a3c_choice;

typedef struct a3c_policy_info {
    const char *env;      /* the environment it was trained in */
    int observation_size; /* floats of an observation: a vector, planes C*H*W, or one index a component; frame-stacked
                             ones oldest first; what env.mask hid in training is hidden here too */
    int continuous;       /* 1: actions are numbers with mean and std; 0: indices with probabilities */
    int action_dims;      /* components of an action */
    int action_n[A3C_POLICY_ACTION_DIMS]; /* choices of each component when not continuous */
    int masked;                           /* 1: its environment forbids actions, see a3c_actor_allow */
    int indices;                          /* 1: an observation is indices, component i of 0 .. observation_n[i] - 1 */
    int observation_n[A3C_POLICY_OBSERVATIONS]; /* of the first components of an observation of indices, else 0 */
} a3c_policy_info;

typedef struct a3c_answer {
    union {
        int32_t index;
        float number;
    } action[A3C_POLICY_ACTION_DIMS]; /* what the environment is given: clipped or rescaled as in training */
    float value;                      /* of the observation, in the learner's reward scale */
    const float *probabilities; /* components one after the other; NULL when continuous; valid until the next call */
    const float *mean, *std;    /* [action_dims] when continuous, else NULL; the distribution's own, before clipping */
} a3c_answer;

/* Loads a checkpoint (.safetensors). NULL with a message when it cannot be read or is no policy. Free with
 * a3c_policy_free, after its actors. */
a3c_policy *a3c_policy_load(const char *path, char *message, size_t message_size);
/* The same in another environment of equal spaces, or one that lies in a plugin ("./mine.so"), which is loaded. */
a3c_policy *a3c_policy_load_env(const char *path, const char *env, char *message, size_t message_size);
void a3c_policy_free(a3c_policy *policy);
a3c_policy_info a3c_policy_describe(const a3c_policy *policy);

/* An actor with its own recurrent state (zero: an episode starts) and random stream. */
a3c_actor *a3c_actor_new(const a3c_policy *policy, uint64_t seed);
void a3c_actor_free(a3c_actor *actor);
/* A new episode: the recurrent state is zero again; the random stream goes on. */
void a3c_actor_reset(a3c_actor *actor);
/* Which choices the next a3c_actor_act has: uint8_t[sum of action_n], 1 or 0, components one after the other; all, when
 * it is not called. Returns 0, or -1 when a component has no choice left or the policy's environment forbids nothing.
 */
int a3c_actor_allow(a3c_actor *actor, const uint8_t *allowed);
/* Acts on one observation, float[observation_size]. Returns 0, or -1 when an index of a discrete observation is out of
 * range or a number is not finite (the answer is then untouched). */
int a3c_actor_act(a3c_actor *actor, const float *observation, a3c_choice choice, a3c_answer *answer);

#ifdef __cplusplus
}
#endif

#endif

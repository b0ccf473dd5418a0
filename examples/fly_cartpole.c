/* SPDX-License-Identifier: MIT
 * Flies a trained policy in a simulation of its own: no trainer, no thread, no file but the checkpoint.
 *
 *     cc -O2 -I include examples/fly_cartpole.c build/release/liba3c_policy.a -lyaml -ljansson -lm -o fly
 *     a3c --out fly-run && ./fly fly-run/checkpoint.safetensors
 *
 * With an installed a3c, anywhere:
 *
 *     cc -O2 fly_cartpole.c $(pkg-config --cflags --libs a3c) -o fly */
#include <a3c/policy.h>

#include <math.h>
#include <stdio.h>

/* One step of 0.02 s of a cart of 1 kg with a pole of 0.1 kg and 1 m, pushed by 10 N to the left (0) or right (1): s is
 * position, velocity, angle, angular velocity (Barto, Sutton, Anderson 1983). Returns whether the pole is still up. */
static int step(double s[4], int action) {
    double sine = sin(s[2]), cosine = cos(s[2]);
    double push = ((action ? 10 : -10) + 0.05 * s[3] * s[3] * sine) / 1.1;
    double turn = (9.8 * sine - cosine * push) / (0.5 * (4.0 / 3 - 0.1 * cosine * cosine / 1.1));
    double rate[] = {s[1], push - 0.05 * turn * cosine / 1.1, s[3], turn};
    for (int i = 0; i < 4; i++) s[i] += 0.02 * rate[i];
    return fabs(s[0]) <= 2.4 && fabs(s[2]) <= 12 * 2 * 3.141592653589793 / 360;
}

int main(int argc, char **argv) {
    char message[256];
    a3c_policy *policy = argc == 2 ? a3c_policy_load(argv[1], message, sizeof message) : NULL;
    if (!policy) return fprintf(stderr, "%s\n", argc == 2 ? message : "usage: fly CHECKPOINT"), 2;
    a3c_policy_info info = a3c_policy_describe(policy);
    if (info.observation_size != 4 || info.continuous || info.action_dims != 1 || info.action_n[0] != 2) {
        fprintf(stderr, "%s: a policy of %s, not of a cart and pole\n", argv[1], info.env);
        a3c_policy_free(policy);
        return 2;
    }
    a3c_actor *actor = a3c_actor_new(policy, 1);
    double state[4] = {0.3, 0.1, -0.05, 0.2}; /* a start that training never saw: it begins within 0.05 of upright */
    int steps = 0, up = 1;
    while (up && steps < 500) {
        float seen[4] = {(float)state[0], (float)state[1], (float)state[2], (float)state[3]};
        a3c_answer answer;
        up = a3c_actor_act(actor, seen, A3C_GREEDY, &answer) == 0 && step(state, answer.action[0].index);
        steps++;
    }
    printf("%d steps of 500; the cart ends %+.2f m from the middle, the pole %+.2f degrees from upright\n", steps,
           state[0], state[2] * 180 / 3.141592653589793);
    a3c_actor_free(actor);
    a3c_policy_free(policy);
    return up ? 0 : 1;
}

/* SPDX-License-Identifier: MIT
 * Pictures of environments. Dynamics know nothing of drawing: an environment's table points at one of these functions,
 * or at a line that hands its state to one. Every function fills the whole picture, rgb uint8_t[height][width][3], in
 * any size. */
#ifndef ENV_DRAW_DRAW_H
#define ENV_DRAW_DRAW_H

#include <stdint.h>

/* Classic control, from the state as the environment keeps it. */
/* CartPole: x, dx/dt, angle, ...; MountainCar: position, ...; Acrobot: angle 1, angle 2, ...; Pendulum: angle, ... */
void draw_cartpole(const double *state, int32_t width, int32_t height, uint8_t *rgb);
void draw_mountain_car(const double *state, double goal, int32_t width, int32_t height, uint8_t *rgb);
void draw_acrobot(const double *state, int32_t width, int32_t height, uint8_t *rgb);
void draw_pendulum(const double *state, double torque, int32_t width, int32_t height, uint8_t *rgb);

/* The rest, from an instance: a3c_env_def.render. */
void draw_frozen_lake(const void *instance, int32_t width, int32_t height, uint8_t *rgb);
void draw_cliff_walking(const void *instance, int32_t width, int32_t height, uint8_t *rgb);
void draw_taxi(const void *instance, int32_t width, int32_t height, uint8_t *rgb);
void draw_blackjack(const void *instance, int32_t width, int32_t height, uint8_t *rgb);

void draw_breakout(const void *instance, int32_t width, int32_t height, uint8_t *rgb);
void draw_asterix(const void *instance, int32_t width, int32_t height, uint8_t *rgb);
void draw_freeway(const void *instance, int32_t width, int32_t height, uint8_t *rgb);
void draw_seaquest(const void *instance, int32_t width, int32_t height, uint8_t *rgb);
void draw_space_invaders(const void *instance, int32_t width, int32_t height, uint8_t *rgb);

void draw_bandit(const void *instance, int32_t width, int32_t height, uint8_t *rgb);
void draw_catch(const void *instance, int32_t width, int32_t height, uint8_t *rgb);
void draw_deep_sea(const void *instance, int32_t width, int32_t height, uint8_t *rgb);
void draw_memory_chain(const void *instance, int32_t width, int32_t height, uint8_t *rgb);
void draw_umbrella_chain(const void *instance, int32_t width, int32_t height, uint8_t *rgb);
void draw_discounting_chain(const void *instance, int32_t width, int32_t height, uint8_t *rgb);

void draw_probe(const void *instance, int32_t width, int32_t height, uint8_t *rgb);
void draw_identity(const void *instance, int32_t width, int32_t height, uint8_t *rgb);
void draw_identity_box(const void *instance, int32_t width, int32_t height, uint8_t *rgb);
void draw_stochastic(const void *instance, int32_t width, int32_t height, uint8_t *rgb);
void draw_password(const void *instance, int32_t width, int32_t height, uint8_t *rgb);
void draw_multi_discrete(const void *instance, int32_t width, int32_t height, uint8_t *rgb);

#endif

/* SPDX-License-Identifier: MIT
 * The physics of LunarLander as flat memory: one function of C++ builds a Box2D world from it, steps it and takes the
 * result out again, so that a copy of the bytes is a copy of the world. What a world that lives on would carry from
 * step to step is kept here too: impulses of joints and contacts, which contacts touch, how long a body has been still.
 */
#ifndef ENV_BOX2D_LUNAR_WORLD_H
#define ENV_BOX2D_LUNAR_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The lander, the leg at its right (x + 20/30) and the leg at its left: in the original's order, i = -1 and then +1. */
enum { LUNAR_LANDER, LUNAR_LEG_A, LUNAR_LEG_B, LUNAR_BODIES };
enum { LUNAR_HEIGHTS = 11, LUNAR_EDGES = LUNAR_HEIGHTS, LUNAR_POINTS = 2 };

typedef struct lunar_contact {
    uint32_t touching;
    uint32_t key[LUNAR_POINTS];                        /* which features of the shapes meet */
    float normal[LUNAR_POINTS], tangent[LUNAR_POINTS]; /* impulses, for a warm start */
} lunar_contact;

typedef struct lunar_body {
    float x, y, angle;                /* of its origin: m, m, rad */
    float x_rate, y_rate, angle_rate; /* of its center of mass: m/s, m/s, rad/s */
    float still;                      /* s */
    float unused;
    lunar_contact contacts[LUNAR_EDGES]; /* with the floor and the ten pieces of the ground */
} lunar_body;

/* Impulses of a leg's joint, for a warm start: without it the light legs give way under the heavy lander. */
typedef struct lunar_joint {
    float x, y, motor, lower, upper;
} lunar_joint;

typedef struct lunar_world {
    float gravity;                /* m/s^2, negative */
    float heights[LUNAR_HEIGHTS]; /* of the ground at x = 2 i m */
    lunar_body bodies[LUNAR_BODIES];
    lunar_joint joints[2];
    int32_t stepped; /* whether there are impulses of a step before */
    int32_t leg_contact[2];
    int32_t crashed, asleep;
} lunar_world;

/* What acts on the lander in one step: a force and a torque, and two impulses of its engines at points of the world. */
typedef struct lunar_push {
    float force_x, force_y, torque;
    struct {
        float x, y, at_x, at_y;
        int32_t on;
    } engines[2];
} lunar_push;

enum { LUNAR_SCALE = 30, LUNAR_FPS = 50 };
#define LUNAR_WIDTH 20.0
#define LUNAR_HEIGHT (400.0 / 30)

/* Puts lander and legs where an episode starts; heights, gravity and everything else are set by the caller. */
void lunar_world_place(lunar_world *world);

/* Box2D's World.Step(1/50, 180, 60). */
void lunar_world_step(lunar_world *world, const lunar_push *push);

#ifdef __cplusplus
}
#endif

#endif

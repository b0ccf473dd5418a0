/* SPDX-License-Identifier: MIT
 * Pictures of classic control, with the proportions of Gymnasium's. */
#include "env/draw/draw.h"
#include "env/draw/raster.h"

#include <math.h>

/* The point at `length` from (x, y) in direction `angle`, measured from straight up, clockwise */
static raster_point reach(double x, double y, double angle, double length) {
    return (raster_point){x + length * sin(angle), y + length * cos(angle)};
}

void draw_cartpole(const double *state, int32_t width, int32_t height, uint8_t *rgb) {
    const double half_width = 0.2, half_height = 0.12, pole = 1.0;
    raster r = raster_view(rgb, width, height, -2.4, 2.4, -0.8, 2.4, COLOR_PAPER);
    double x = state[0];
    raster_rectangle(&r, -10, -0.02, 10, 0.02, COLOR_GRAY);
    for (int side = -1; side <= 1; side += 2) { /* where the track ends */
        raster_rectangle(&r, side * 2.4 - 0.03, -0.15, side * 2.4 + 0.03, 0.15, COLOR_RED);
    }
    raster_rectangle(&r, x - half_width, -half_height, x + half_width, half_height, COLOR_INK);
    raster_point tip = reach(x, half_height / 2, state[2], pole);
    raster_line(&r, x, half_height / 2, tip.x, tip.y, 0.09, COLOR_SAND);
    raster_circle(&r, x, half_height / 2, 0.05, COLOR_VIOLET);
}

/* The valley of MountainCar: height over position */
static double hill(double position) {
    return 0.45 * sin(3 * position) + 0.55;
}

void draw_mountain_car(const double *state, double goal, int32_t width, int32_t height, uint8_t *rgb) {
    enum { PIECES = 60 };
    const double low = -1.2, high = 0.6, step = (high - low) / PIECES;
    raster r = raster_view(rgb, width, height, low, high, -0.05, 1.2, COLOR_PAPER);
    for (int i = 0; i < PIECES; i++) {
        double x = low + i * step;
        raster_line(&r, x, hill(x), x + step, hill(x + step), 0.015, COLOR_INK);
    }
    raster_line(&r, goal, hill(goal), goal, hill(goal) + 0.17, 0.012, COLOR_INK);
    const raster_point flag[] = {
        {goal, hill(goal) + 0.17}, {goal, hill(goal) + 0.1}, {goal + 0.08, hill(goal) + 0.135}};
    raster_polygon(&r, flag, 3, COLOR_ORANGE);
    double x = state[0], slope = atan(1.35 * cos(3 * x)), c = cos(slope), s = sin(slope);
    raster_point body[4];
    const raster_point corners[4] = {{-0.06, 0.025}, {0.06, 0.025}, {0.045, 0.085}, {-0.045, 0.085}};
    for (int i = 0; i < 4; i++) {
        double across = corners[i].x, up = corners[i].y;
        body[i] = (raster_point){x + across * c - up * s, hill(x) + across * s + up * c};
    }
    raster_polygon(&r, body, 4, COLOR_BLUE);
    for (int side = -1; side <= 1; side += 2) {
        raster_circle(&r, x + side * 0.035 * c - 0.022 * s, hill(x) + side * 0.035 * s + 0.022 * c, 0.022, COLOR_INK);
    }
}

void draw_acrobot(const double *state, int32_t width, int32_t height, uint8_t *rgb) {
    raster r = raster_view(rgb, width, height, -2.2, 2.2, -2.2, 2.2, COLOR_PAPER);
    raster_point elbow = reach(0, 0, M_PI - state[0], 1), hand = reach(elbow.x, elbow.y, M_PI - state[0] - state[1], 1);
    raster_line(&r, -2.2, 1, 2.2, 1, 0.02, COLOR_GRAY); /* the height to reach */
    raster_line(&r, 0, 0, elbow.x, elbow.y, 0.2, COLOR_BLUE);
    raster_line(&r, elbow.x, elbow.y, hand.x, hand.y, 0.2, COLOR_SKY);
    raster_circle(&r, 0, 0, 0.1, COLOR_ORANGE);
    raster_circle(&r, elbow.x, elbow.y, 0.1, COLOR_ORANGE);
}

void draw_pendulum(const double *state, double torque, int32_t width, int32_t height, uint8_t *rgb) {
    enum { PIECES = 16 };
    raster r = raster_view(rgb, width, height, -1.5, 1.5, -1.5, 1.5, COLOR_PAPER);
    raster_point tip = reach(0, 0, -state[0], 1); /* the angle is counted counterclockwise from straight up */
    raster_line(&r, 0, 0, tip.x, tip.y, 0.2, COLOR_RED);
    raster_circle(&r, 0, 0, 0.05, COLOR_INK);
    /* An arc as long as the torque is strong, counterclockwise where it is positive */
    for (int i = 0; i < PIECES && torque != 0; i++) {
        raster_point a = reach(0, 0, -torque * i / PIECES, 0.35), b = reach(0, 0, -torque * (i + 1) / PIECES, 0.35);
        raster_line(&r, a.x, a.y, b.x, b.y, 0.03, COLOR_BLUE);
    }
}

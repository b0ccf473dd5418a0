/* SPDX-License-Identifier: MIT
 * The picture of LunarLander: moon, pad with its flags, lander and legs. */
#include "env/box2d/lunar_lander.h"

#include "env/draw/raster.h"

#include <math.h>

/* A polygon of a body's own coordinates [pixels of the original], turned and moved to where the body is. */
static void draw_body(const raster *r, const lunar_body *body, const raster_point *points, int count, uint32_t color) {
    raster_point placed[8];
    double sine = sin(body->angle), cosine = cos(body->angle);
    for (int i = 0; i < count; i++) {
        double x = points[i].x / LUNAR_SCALE, y = points[i].y / LUNAR_SCALE;
        placed[i] = (raster_point){body->x + x * cosine - y * sine, body->y + x * sine + y * cosine};
    }
    raster_polygon(r, placed, count, color);
}

void draw_lunar_lander(const lunar_world *world, int32_t width, int32_t height, uint8_t *rgb) {
    static const raster_point hull[] = {{-14, 17}, {-17, 0}, {-17, -10}, {17, -10}, {17, 0}, {14, 17}};
    static const raster_point leg[] = {{-2, -8}, {2, -8}, {2, 8}, {-2, 8}};
    raster r = raster_view(rgb, width, height, 0, LUNAR_WIDTH, 0, LUNAR_HEIGHT, COLOR_INK);
    const double step = LUNAR_WIDTH / (LUNAR_HEIGHTS - 1), pad = LUNAR_HEIGHT / 4;
    for (int i = 0; i + 1 < LUNAR_HEIGHTS; i++) {
        double x = i * step, left = world->heights[i], right = world->heights[i + 1];
        const raster_point ground[] = {{x, 0}, {x + step, 0}, {x + step, right}, {x, left}};
        raster_polygon(&r, ground, 4, COLOR_PALE);
    }
    for (int side = -1; side <= 1; side += 2) {
        double x = LUNAR_WIDTH / 2 + side * step;
        raster_line(&r, x, pad, x, pad + 50.0 / LUNAR_SCALE, 0.08, COLOR_WHITE);
        const raster_point flag[] = {
            {x, pad + 50.0 / LUNAR_SCALE}, {x, pad + 40.0 / LUNAR_SCALE}, {x + 0.8, pad + 1.5}};
        raster_polygon(&r, flag, 3, COLOR_ORANGE);
    }
    for (int i = LUNAR_LEG_A; i <= LUNAR_LEG_B; i++) {
        draw_body(&r, &world->bodies[i], leg, 4, world->leg_contact[i - LUNAR_LEG_A] ? COLOR_GREEN : COLOR_VIOLET);
    }
    draw_body(&r, &world->bodies[LUNAR_LANDER], hull, 6, COLOR_VIOLET);
}

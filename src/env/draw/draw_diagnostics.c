/* SPDX-License-Identifier: MIT
 * Pictures of the diagnostic environments: what the agent sees. */
#include "env/diagnostics/diagnostics.h"
#include "env/draw/draw.h"
#include "env/draw/raster.h"

#include <stdbool.h>

static const uint32_t class_colors[IDENTITY_CLASSES] = {COLOR_BLUE, COLOR_ORANGE, COLOR_GREEN, COLOR_RED};

void draw_probe(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    const probe *p = instance;
    raster r = raster_view(rgb, width, height, -2, 2, -1, 1, COLOR_PAPER);
    raster_circle(&r, 0, 0, 0.6, p->seen > 0 ? COLOR_ORANGE : p->seen < 0 ? COLOR_BLUE : COLOR_PALE);
}

/* A row of classes, the one that is seen in color */
static void draw_classes(const raster *r, int32_t seen, int32_t classes, double y) {
    for (int32_t i = 0; i < classes; i++) {
        double x = 2 * (i - (classes - 1) / 2.0) / classes * 1.8;
        raster_circle(r, x, y, 0.3, i == seen ? class_colors[i] : COLOR_PALE);
    }
}

void draw_identity(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    const identity *it = instance;
    raster r = raster_view(rgb, width, height, -2, 2, -1, 1, COLOR_PAPER);
    draw_classes(&r, it->seen, IDENTITY_CLASSES, 0);
}

void draw_multi_discrete(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    const multi_discrete *it = instance;
    raster r = raster_view(rgb, width, height, -2, 2, -1, 1, COLOR_PAPER);
    draw_classes(&r, it->seen[0], 3, 0.45);
    draw_classes(&r, it->seen[1], 2, -0.45);
}

void draw_identity_box(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    const identity_box *it = instance;
    raster r = raster_view(rgb, width, height, -2, 2, -1, 1, COLOR_PAPER);
    double x = 1.6 * it->seen;
    raster_line(&r, -1.6, 0, 1.6, 0, 0.05, COLOR_PALE);
    raster_line(&r, x - 1.6 * it->tolerance, 0, x + 1.6 * it->tolerance, 0, 0.12, COLOR_SKY);
    raster_circle(&r, x, 0, 0.18, COLOR_BLUE);
}

/* The share of action 0 so far, and the one that is asked for */
void draw_stochastic(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    const stochastic *s = instance;
    raster r = raster_view(rgb, width, height, -0.1, 1.1, -0.3, 0.3, COLOR_PAPER);
    double share = s->step > 0 ? (double)s->zeros / s->step : 0;
    raster_rectangle(&r, 0, -0.1, 1, 0.1, COLOR_PALE);
    raster_rectangle(&r, 0, -0.1, share, 0.1, COLOR_BLUE);
    raster_rectangle(&r, s->share - 0.01, -0.2, s->share + 0.01, 0.2, COLOR_RED);
}

/* What was entered, right or wrong */
void draw_password(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    const password *p = instance;
    raster r = raster_view(rgb, width, height, 0, p->length, -p->length / 4.0, p->length / 4.0, COLOR_PAPER);
    for (int32_t i = 0; i < p->length; i++) {
        bool entered = i < p->step, right = entered && p->entered[i] == (float)password_digit(i);
        raster_circle(&r, i + 0.5, 0, 0.4, right ? COLOR_GREEN : entered ? COLOR_RED : COLOR_PALE);
        if (entered) {
            raster_number(&r, (int32_t)p->entered[i], i + 0.5, 0, 0.4, COLOR_WHITE);
        }
    }
}

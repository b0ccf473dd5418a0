/* SPDX-License-Identifier: MIT
 * Pictures of bsuite's environments. */
#include "env/bsuite/bsuite.h"
#include "env/draw/draw.h"
#include "env/draw/raster.h"

/* Bars as high as the rewards, the arm that was chosen in another color */
void draw_bandit(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    const bandit *b = instance;
    raster r = raster_view(rgb, width, height, 0, 2, -0.05, 1.05, COLOR_PAPER);
    double step = 2.0 / b->actions;
    for (int32_t a = 0; a < b->actions; a++) {
        uint32_t color = a == b->last_action ? COLOR_ORANGE : COLOR_BLUE;
        raster_rectangle(&r, step * (a + 0.1), 0, step * (a + 0.9), 0.02 + 0.98 * b->rewards[a], color);
    }
}

void draw_catch(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    const catch_game *game = instance;
    raster r = raster_grid(rgb, width, height, game->rows, game->columns, COLOR_BLACK);
    for (int32_t row = 0; row < game->rows; row++) {
        for (int32_t column = 0; column < game->columns; column++) {
            raster_cell(&r, row, column, 0x16181d);
        }
    }
    raster_cell(&r, game->rows - 1, game->paddle_x, COLOR_BLUE);
    raster_cell(&r, game->ball_y, game->ball_x, COLOR_WHITE);
}

void draw_deep_sea(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    const deep_sea *sea = instance;
    raster r = raster_grid(rgb, width, height, sea->size, sea->size, 0x0b2a38);
    for (int32_t row = 0; row < sea->size; row++) {
        for (int32_t column = 0; column <= row; column++) {
            raster_cell(&r, row, column, COLOR_BLUE);
        }
    }
    raster_cell(&r, sea->size - 1, sea->size - 1, COLOR_GREEN);
    if (sea->row < sea->size) {
        raster_cell(&r, sea->row, sea->column, COLOR_ORANGE);
    }
}

/* A bar for the time that is left, from 1 to 0 */
static void draw_time(const raster *r, double left) {
    raster_rectangle(r, 0.1, 0.1, 1.9, 0.2, COLOR_PALE);
    raster_rectangle(r, 0.1, 0.1, 0.1 + 1.8 * (left < 0 ? 0 : left), 0.2, COLOR_BLUE);
}

/* The bits of the context (the one that is asked for with a frame), and the last answer below */
void draw_memory_chain(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    const memory_chain *chain = instance;
    raster r = raster_view(rgb, width, height, 0, 2, 0, 1, COLOR_PAPER);
    draw_time(&r, 1 - (double)chain->step / chain->length);
    double step = 1.8 / chain->bits, size = step < 0.3 ? step : 0.3;
    for (int32_t i = 0; i < chain->bits; i++) {
        double x = 0.1 + step * (i + 0.5);
        if (i == chain->query) {
            raster_circle(&r, x, 0.7, 0.5 * size, COLOR_INK);
        }
        raster_circle(&r, x, 0.7, 0.4 * size, chain->context[i] ? COLOR_ORANGE : COLOR_SKY);
    }
    if (chain->last_action >= 0) {
        raster_circle(&r, 1, 0.38, 0.1, chain->last_action ? COLOR_ORANGE : COLOR_SKY);
    }
}

static void draw_umbrella(const raster *r, double x, uint32_t color) {
    const raster_point canopy[] = {{x - 0.3, 0.55}, {x - 0.2, 0.75}, {x, 0.83}, {x + 0.2, 0.75}, {x + 0.3, 0.55}};
    raster_polygon(r, canopy, 5, color);
    raster_line(r, x, 0.55, x, 0.3, 0.04, color);
}

/* Left: whether it will rain (a cloud is dark); right: whether the umbrella was taken */
void draw_umbrella_chain(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    const umbrella_chain *chain = instance;
    raster r = raster_view(rgb, width, height, 0, 2, 0, 1, COLOR_PAPER);
    draw_time(&r, 1 - (double)chain->step / chain->length);
    uint32_t cloud = chain->need ? COLOR_INK : COLOR_SKY;
    raster_circle(&r, 0.4, 0.6, 0.15, cloud);
    raster_circle(&r, 0.6, 0.6, 0.15, cloud);
    raster_circle(&r, 0.5, 0.7, 0.16, cloud);
    draw_umbrella(&r, 1.4, chain->have ? COLOR_RED : COLOR_PALE);
}

/* Five chains of different lengths; the chosen one in color, with the place that was reached */
void draw_discounting_chain(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    const discounting_chain *chain = instance;
    raster r = raster_view(rgb, width, height, 0, 2, 0, 1, COLOR_PAPER);
    for (int32_t i = 0; i < DISCOUNTING_CHAINS; i++) {
        double y = 0.9 - 0.2 * i, length = 0.1 + 1.7 * discounting_chain_time(i) / DISCOUNTING_STEPS;
        raster_line(&r, 0.1, y, length, y, 0.03, i == chain->context ? COLOR_BLUE : COLOR_PALE);
        raster_circle(&r, length, y, 0.05, i == chain->bonus ? COLOR_ORANGE : COLOR_GRAY);
        if (i == chain->context) {
            raster_circle(&r, 0.1 + 1.7 * chain->step / DISCOUNTING_STEPS, y, 0.04, COLOR_INK);
        }
    }
}

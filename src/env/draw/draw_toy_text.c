/* SPDX-License-Identifier: MIT
 * Pictures of the toy-text environments. */
#include "env/draw/draw.h"
#include "env/draw/raster.h"
#include "env/toy_text/toy_text.h"

static void draw_agent(const raster *r, int32_t row, int32_t column, uint32_t color) {
    raster_circle(r, column + 0.5, row + 0.5, 0.3, COLOR_INK);
    raster_circle(r, column + 0.5, row + 0.5, 0.24, color);
}

static void draw_flag(const raster *r, int32_t row, int32_t column) {
    const raster_point cloth[] = {{column + 0.35, row + 0.15}, {column + 0.8, row + 0.32}, {column + 0.35, row + 0.5}};
    raster_line(r, column + 0.33, row + 0.15, column + 0.33, row + 0.85, 0.06, COLOR_INK);
    raster_polygon(r, cloth, 3, COLOR_RED);
}

void draw_frozen_lake(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    const frozen_lake *lake = instance;
    raster r = raster_grid(rgb, width, height, lake->size, lake->size, COLOR_WHITE);
    for (int32_t s = 0; s < lake->size * lake->size; s++) {
        int32_t row = s / lake->size, column = s % lake->size;
        char cell = frozen_lake_cell(lake, s);
        raster_cell(&r, row, column, cell == 'S' ? COLOR_PALE : COLOR_SKY);
        if (cell == 'H') {
            raster_circle(&r, column + 0.5, row + 0.5, 0.36, COLOR_BLUE);
            raster_circle(&r, column + 0.5, row + 0.55, 0.28, 0x14445a);
        } else if (cell == 'G') {
            draw_flag(&r, row, column);
        }
    }
    draw_agent(&r, lake->state / lake->size, lake->state % lake->size, COLOR_ORANGE);
}

void draw_cliff_walking(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    const cliff_walking *walk = instance;
    raster r = raster_grid(rgb, width, height, CLIFF_ROWS, CLIFF_COLUMNS, COLOR_WHITE);
    for (int32_t row = 0; row < CLIFF_ROWS; row++) {
        for (int32_t column = 0; column < CLIFF_COLUMNS; column++) {
            bool bottom = row == CLIFF_ROWS - 1, cliff = bottom && column > 0 && column < CLIFF_COLUMNS - 1;
            raster_cell(&r, row, column, cliff ? 0x4a3f38 : bottom ? COLOR_PALE : 0x9cc78a);
        }
    }
    draw_flag(&r, CLIFF_ROWS - 1, CLIFF_COLUMNS - 1);
    draw_agent(&r, walk->state / CLIFF_COLUMNS, walk->state % CLIFF_COLUMNS, COLOR_ORANGE);
}

void draw_taxi(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    static const uint32_t colors[TAXI_STOPS] = {COLOR_RED, COLOR_GREEN, COLOR_ORANGE, COLOR_BLUE};
    const taxi *t = instance;
    taxi_place at = taxi_decode(t->state);
    raster r = raster_view(rgb, width, height, -0.15, TAXI_SIZE + 0.15, TAXI_SIZE + 0.15, -0.15, COLOR_INK);
    for (int32_t row = 0; row < TAXI_SIZE; row++) {
        for (int32_t column = 0; column < TAXI_SIZE; column++) {
            raster_cell(&r, row, column, COLOR_PALE);
        }
    }
    for (int32_t stop = 0; stop < TAXI_STOPS; stop++) {
        int32_t row = taxi_stop_row(stop), column = taxi_stop_column(stop);
        raster_cell(&r, row, column, colors[stop]);
        if (stop == at.destination) {
            raster_circle(&r, column + 0.5, row + 0.5, 0.42, COLOR_WHITE);
            raster_circle(&r, column + 0.5, row + 0.5, 0.34, colors[stop]);
        }
    }
    for (int32_t row = 0; row < TAXI_SIZE; row++) {
        for (int32_t column = 0; column < TAXI_SIZE - 1; column++) {
            if (taxi_wall_east(row, column)) {
                raster_rectangle(&r, column + 0.94, row, column + 1.06, row + 1, COLOR_INK);
            }
        }
    }
    raster_rectangle(&r, at.column + 0.18, at.row + 0.28, at.column + 0.82, at.row + 0.72, COLOR_INK);
    raster_rectangle(&r, at.column + 0.22, at.row + 0.32, at.column + 0.78, at.row + 0.68, 0xf2d03c);
    bool aboard = at.passenger == TAXI_ABOARD;
    double x = aboard ? at.column + 0.5 : taxi_stop_column(at.passenger) + 0.5;
    double y = aboard ? at.row + 0.5 : taxi_stop_row(at.passenger) + 0.5;
    raster_circle(&r, x, y, 0.13, COLOR_INK);
    raster_circle(&r, x, y, 0.1, COLOR_VIOLET);
}

/* A hand as cards with numbers, an ace shown as 1; only the first `shown` face up */
static void draw_hand(const raster *r, const blackjack_hand *hand, int32_t shown, double y) {
    double step = hand->count > 5 ? 5.0 / hand->count : 1;
    for (int32_t i = 0; i < hand->count; i++) {
        double x = 0.3 + step * i;
        raster_rectangle(r, x, y, x + 0.9, y + 1.3, COLOR_INK);
        raster_rectangle(r, x + 0.04, y + 0.04, x + 0.86, y + 1.26, i < shown ? COLOR_WHITE : COLOR_BLUE);
        if (i < shown) {
            raster_number(r, hand->cards[i], x + 0.45, y + 0.65, 0.5, hand->cards[i] == 1 ? COLOR_RED : COLOR_INK);
        }
    }
}

void draw_blackjack(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    const blackjack *game = instance;
    raster r = raster_view(rgb, width, height, 0, 6, 6, 0, 0xc4d89e);
    bool open = game->dealer.count > 2 || game->player.total > 21;
    draw_hand(&r, &game->dealer, open ? game->dealer.count : 1, 0.4);
    draw_hand(&r, &game->player, game->player.count, 2.4);
    raster_number(&r, blackjack_sum(&game->player), 3, 4.8, 1, COLOR_INK);
}

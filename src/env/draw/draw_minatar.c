/* SPDX-License-Identifier: MIT
 * Pictures of MinAtar: each cell in the color of the last of its planes that is set there, as the original shows it. */
#include "env/draw/draw.h"
#include "env/draw/raster.h"
#include "env/minatar/minatar.h"

static void draw_planes(const uint8_t *planes, const uint32_t *colors, int channels, int32_t width, int32_t height,
                        uint8_t *rgb) {
    raster r = raster_grid(rgb, width, height, MINATAR_SIZE, MINATAR_SIZE, COLOR_BLACK);
    for (int cell = 0; cell < MINATAR_CELLS; cell++) {
        uint32_t color = 0x16181d;
        for (int c = 0; c < channels; c++) {
            if (planes[c * MINATAR_CELLS + cell]) {
                color = colors[c];
            }
        }
        raster_cell(&r, cell / MINATAR_SIZE, cell % MINATAR_SIZE, color);
    }
}

void draw_breakout(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    static const uint32_t colors[BREAKOUT_CHANNELS] = {[BREAKOUT_PADDLE] = COLOR_BLUE,
                                                       [BREAKOUT_BALL] = COLOR_WHITE,
                                                       [BREAKOUT_TRAIL] = 0x50545c,
                                                       [BREAKOUT_BRICK] = COLOR_RED};
    uint8_t planes[BREAKOUT_CHANNELS * MINATAR_CELLS];
    breakout_observe(instance, planes);
    draw_planes(planes, colors, BREAKOUT_CHANNELS, width, height, rgb);
}

void draw_asterix(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    static const uint32_t colors[ASTERIX_CHANNELS] = {[ASTERIX_PLAYER] = COLOR_BLUE,
                                                      [ASTERIX_ENEMY] = COLOR_RED,
                                                      [ASTERIX_TRAIL] = 0x50545c,
                                                      [ASTERIX_GOLD] = COLOR_ORANGE};
    uint8_t planes[ASTERIX_CHANNELS * MINATAR_CELLS];
    asterix_observe(instance, planes);
    draw_planes(planes, colors, ASTERIX_CHANNELS, width, height, rgb);
}

void draw_freeway(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    static const uint32_t colors[FREEWAY_CHANNELS] = {
        [FREEWAY_CHICKEN] = COLOR_ORANGE, [FREEWAY_CAR] = COLOR_RED,       [FREEWAY_SPEED1] = 0x6d4048, /* fast */
        [FREEWAY_SPEED1 + 1] = 0x5f3c43,  [FREEWAY_SPEED1 + 2] = 0x51383e, [FREEWAY_SPEED1 + 3] = 0x433438,
        [FREEWAY_SPEED1 + 4] = 0x363033}; /* slow */
    uint8_t planes[FREEWAY_CHANNELS * MINATAR_CELLS];
    freeway_observe(instance, planes);
    draw_planes(planes, colors, FREEWAY_CHANNELS, width, height, rgb);
}

void draw_seaquest(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    static const uint32_t colors[SEAQUEST_CHANNELS] = {
        [SEAQUEST_FRONT] = COLOR_ORANGE, [SEAQUEST_BACK] = 0x9c7430,         [SEAQUEST_FRIENDLY_BULLET] = COLOR_WHITE,
        [SEAQUEST_TRAIL] = 0x50545c,     [SEAQUEST_ENEMY_BULLET] = 0xf08a98, [SEAQUEST_FISH] = COLOR_GREEN,
        [SEAQUEST_SUB] = COLOR_RED,      [SEAQUEST_OXYGEN] = COLOR_SKY,      [SEAQUEST_DIVERS_ABOARD] = COLOR_VIOLET,
        [SEAQUEST_DIVER] = COLOR_BLUE};
    uint8_t planes[SEAQUEST_CHANNELS * MINATAR_CELLS];
    seaquest_observe(instance, planes);
    draw_planes(planes, colors, SEAQUEST_CHANNELS, width, height, rgb);
}

void draw_space_invaders(const void *instance, int32_t width, int32_t height, uint8_t *rgb) {
    static const uint32_t colors[INVADERS_CHANNELS] = {
        [INVADERS_CANNON] = COLOR_BLUE,           [INVADERS_ALIEN] = COLOR_GREEN,
        [INVADERS_ALIEN_LEFT] = COLOR_GREEN,      [INVADERS_ALIEN_RIGHT] = 0x6fbf8f,
        [INVADERS_FRIENDLY_BULLET] = COLOR_WHITE, [INVADERS_ENEMY_BULLET] = COLOR_RED};
    uint8_t planes[INVADERS_CHANNELS * MINATAR_CELLS];
    space_invaders_observe(instance, planes);
    draw_planes(planes, colors, INVADERS_CHANNELS, width, height, rgb);
}

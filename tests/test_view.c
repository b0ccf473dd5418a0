/* SPDX-License-Identifier: MIT
 * GIF files, read back by a decoder of the test's own, and screens, painted by a small terminal of the test's own. */
#include "view/gif.h"
#include "view/screen.h"

#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- A GIF decoder ---- */

enum { SIDE = 96, PIXELS = SIDE * SIDE, FRAMES = 8 };

typedef struct decoded {
    int width, height, frames, repeats;
    int delays[FRAMES];
    uint8_t rgb[FRAMES][PIXELS * 3]; /* the whole picture after each frame */
    const uint8_t *at, *end;
} decoded;

static int take(decoded *d) {
    assert_true(d->at < d->end);
    return *d->at++;
}

static int take_short(decoded *d) {
    int low = take(d);
    return low | take(d) << 8;
}

/* The bytes of a chain of blocks, joined. */
static size_t take_blocks(decoded *d, uint8_t *out, size_t room) {
    size_t count = 0;
    for (int size = take(d); size > 0; size = take(d)) {
        for (int i = 0; i < size; i++) {
            assert_true(count < room);
            out[count++] = (uint8_t)take(d);
        }
    }
    return count;
}

/* Welch's decoder: `count` pixels come out, then the end code. */
static void unpack(const uint8_t *bytes, size_t size, int root, uint8_t *pixels, int count) {
    static int prefix[4096], last[4096], length[4096];
    const int clear = 1 << root;
    int next = clear + 2, bits = root + 1, before = -1, written = 0;
    size_t bit = 0;
    for (int i = 0; i < clear; i++) {
        prefix[i] = -1, last[i] = i, length[i] = 1;
    }
    for (;;) {
        int code = 0;
        assert_true(bit + (size_t)bits <= size * 8);
        for (int i = 0; i < bits; i++, bit++) {
            code |= (bytes[bit / 8] >> (bit % 8) & 1) << i;
        }
        if (code == clear) {
            next = clear + 2, bits = root + 1, before = -1;
            continue;
        }
        if (code == clear + 1) break;
        assert_true(code < next || (code == next && before >= 0));
        int shown = code < next ? code : before, first = shown;
        while (prefix[first] >= 0) first = prefix[first];
        if (before >= 0 && next < 4096) {
            prefix[next] = before, last[next] = last[first], length[next] = length[before] + 1;
            next++;
            bits += next == 1 << bits && bits < 12;
        }
        assert_true(written + length[code] <= count);
        for (int i = length[code] - 1, walk = code; i >= 0; i--, walk = prefix[walk]) {
            pixels[written + i] = (uint8_t)last[walk];
        }
        written += length[code];
        before = code;
    }
    assert_int_equal(written, count);
}

static void take_image(decoded *d) {
    static uint8_t packed[1 << 20], indexed[PIXELS];
    uint8_t palette[256 * 3];
    int x = take_short(d), y = take_short(d), width = take_short(d), height = take_short(d), flags = take(d);
    assert_true(x + width <= d->width && y + height <= d->height && d->frames < FRAMES);
    assert_int_equal(flags & 0xf8, 0x80); /* a palette, not interlaced */
    for (int i = 0; i < 3 * (2 << (flags & 7)); i++) {
        palette[i] = (uint8_t)take(d);
    }
    int root = take(d);
    size_t size = take_blocks(d, packed, sizeof packed);
    unpack(packed, size, root, indexed, width * height);
    uint8_t *rgb = d->rgb[d->frames];
    if (d->frames > 0) {
        memcpy(rgb, d->rgb[d->frames - 1], sizeof d->rgb[0]);
    }
    for (int i = 0; i < width * height; i++) {
        memcpy(rgb + 3 * ((y + i / width) * d->width + x + i % width), palette + 3 * indexed[i], 3);
    }
    d->frames++;
}

static void decode(const char *path, decoded *d) {
    char *bytes;
    size_t count;
    error e = {0};
    memset(d, 0, sizeof *d);
    assert_int_equal(file_read(path, 1 << 22, &bytes, &count, &e), 0);
    d->at = (uint8_t *)bytes + 6;
    d->end = (uint8_t *)bytes + count;
    assert_memory_equal(bytes, "GIF89a", 6);
    d->width = take_short(d), d->height = take_short(d);
    assert_int_equal(take(d) & 0x80, 0);
    d->at += 2;
    for (int kind = take(d); kind != 0x3b; kind = take(d)) {
        if (kind == 0x2c) {
            take_image(d);
            continue;
        }
        assert_int_equal(kind, 0x21);
        uint8_t block[64];
        int label = take(d);
        size_t size = take_blocks(d, block, sizeof block);
        if (label == 0xf9) {
            assert_int_equal(size, 4);
            d->delays[d->frames] = block[1] | block[2] << 8;
        } else {
            assert_int_equal(label, 0xff);
            assert_memory_equal(block, "NETSCAPE2.0", 11);
            d->repeats = block[11] == 1 && block[12] == 0 && block[13] == 0;
        }
    }
    assert_ptr_equal(d->at, d->end);
    memory_free(bytes);
}

static void temporary(char *path) {
    strcpy(path, "/tmp/a3c_view_XXXXXX");
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
}

static uint32_t noise(uint32_t *state) {
    return *state = *state * 1664525u + 1013904223u;
}

/* Writes frames of a size whose pixels are one of `colors` colors, and reads them back. */
static void expect_round_trip(int width, int height, int colors, int frames) {
    static uint8_t rgb[FRAMES][PIXELS * 3];
    static decoded d;
    char path[64];
    error e = {0};
    gif g;
    uint32_t state = 1;
    temporary(path);
    assert_int_equal(gif_open(&g, path, width, height, 20, &e), 0);
    for (int k = 0; k < frames; k++) {
        for (int i = 0; i < width * height; i++) {
            uint32_t color = (noise(&state) >> 8) % (uint32_t)colors;
            rgb[k][3 * i] = (uint8_t)(color * 37);
            rgb[k][3 * i + 1] = (uint8_t)color;
            rgb[k][3 * i + 2] = (uint8_t)(255 - color);
        }
        assert_int_equal(gif_frame(&g, rgb[k], &e), 0);
    }
    assert_int_equal(gif_close(&g, &e), 0);
    decode(path, &d);
    unlink(path);
    assert_true(d.width == width && d.height == height && d.frames == frames && d.repeats);
    for (int k = 0; k < frames; k++) {
        assert_int_equal(d.delays[k], 5);
        assert_memory_equal(d.rgb[k], rgb[k], (size_t)(3 * width * height));
    }
}

static void test_gif_round_trip(void **state) {
    (void)state;
    expect_round_trip(1, 1, 1, 1);
    expect_round_trip(2, 1, 2, 3);
    expect_round_trip(7, 5, 1, 2);
    expect_round_trip(31, 17, 3, 4);
    expect_round_trip(96, 96, 2, 2);   /* long runs: codes of 12 bits */
    expect_round_trip(96, 96, 256, 4); /* no runs: the dictionary fills and is begun anew */
    expect_round_trip(96, 96, 129, 3);
}

/* Only what changed is written, and nothing but a pixel when nothing did. */
static void test_gif_changes(void **state) {
    (void)state;
    static uint8_t rgb[PIXELS * 3];
    static decoded d;
    char path[64];
    error e = {0};
    gif g;
    size_t sizes[3];
    char *bytes;
    temporary(path);
    uint32_t seed = 3;
    for (int i = 0; i < PIXELS * 3; i++) {
        rgb[i] = (uint8_t)((noise(&seed) >> 16) % 2 * 255);
    }
    for (int k = 1; k <= 3; k++) { /* one frame; the same twice; and one that differs in a corner */
        assert_int_equal(gif_open(&g, path, SIDE, SIDE, 10, &e), 0);
        for (int i = 0; i < k; i++) {
            rgb[0] = i == 2 ? 7 : 0;
            assert_int_equal(gif_frame(&g, rgb, &e), 0);
        }
        assert_int_equal(gif_hold(&g, 150, &e), 0);
        assert_int_equal(gif_close(&g, &e), 0);
        assert_int_equal(file_read(path, 1 << 22, &bytes, &sizes[k - 1], &e), 0);
        memory_free(bytes);
    }
    assert_true(sizes[1] - sizes[0] < 64 && sizes[2] - sizes[1] < 64);
    decode(path, &d);
    unlink(path);
    assert_int_equal(d.frames, 4);
    assert_int_equal(d.delays[3], 150);
    assert_true(d.rgb[1][0] == 0 && d.rgb[2][0] == 7);
    assert_memory_equal(d.rgb[3], rgb, sizeof rgb);
}

/* A picture of more than 256 colors comes near. */
static void test_gif_many_colors(void **state) {
    (void)state;
    static uint8_t rgb[PIXELS * 3];
    static decoded d;
    char path[64];
    error e = {0};
    gif g;
    uint32_t seed = 5;
    for (int i = 0; i < PIXELS * 3; i++) {
        rgb[i] = (uint8_t)(noise(&seed) >> 20);
    }
    temporary(path);
    assert_int_equal(gif_open(&g, path, SIDE, SIDE, 1000, &e), 0);
    assert_int_equal(gif_frame(&g, rgb, &e), 0);
    assert_int_equal(gif_close(&g, &e), 0);
    decode(path, &d);
    unlink(path);
    assert_int_equal(d.delays[0], 2); /* never faster than browsers play */
    for (int i = 0; i < PIXELS * 3; i++) {
        assert_in_range(d.rgb[0][i] + 26 - rgb[i], 0, 52);
    }
}

static void test_gif_failures(void **state) {
    (void)state;
    gif g;
    error e = {0};
    assert_int_equal(gif_open(&g, "/nowhere/at/all.gif", 4, 4, 10, &e), -1);
    assert_non_null(strstr(e.text, "/nowhere/at/all.gif"));
    char path[64];
    temporary(path);
    unlink(path);
    assert_int_equal(gif_open(&g, path, 4, 4, 10, &e), 0);
    gif_discard(&g);
    assert_int_not_equal(access(path, F_OK), 0);
}

/* ---- A terminal ---- */

enum { COLUMNS = 20, ROWS = 6 };

typedef struct painted {
    screen_cell cells[ROWS][COLUMNS];
    int row, column, foreground, background, changed;
    bool synchronized_output;
} painted;

/* ESC [ ... m: the colors that screen_update may send */
static void set_colors(painted *p, const int *numbers, int count) {
    int *color = numbers[0] / 10 == 3 ? &p->foreground : &p->background;
    if (count == 1 && numbers[0] == 0) {
        p->foreground = p->background = SCREEN_DEFAULT;
    } else if (count == 1) {
        assert_true(numbers[0] == 39 || numbers[0] == 49);
        *color = SCREEN_DEFAULT;
    } else if (count == 3) {
        assert_int_equal(numbers[1], 5);
        *color = -numbers[2]; /* an index of the palette */
    } else {
        assert_true(count == 5 && numbers[1] == 2);
        *color = numbers[2] << 16 | numbers[3] << 8 | numbers[4];
    }
}

static const char *sequence(painted *p, const char *at) {
    int numbers[8] = {0}, count = 0;
    bool private = *at == '?';
    at += private;
    for (;; at++) {
        assert_true(count < 8);
        numbers[count++] = (int)strtol(at, (char **)&at, 10);
        if (*at != ';') break;
    }
    if (private) {
        assert_int_equal(numbers[0], 2026);
        p->synchronized_output = *at == 'h';
    } else if (*at == 'H') {
        p->row = numbers[0] - 1, p->column = numbers[1] - 1;
    } else {
        assert_int_equal(*at, 'm');
        set_colors(p, numbers, count);
    }
    return at + 1;
}

static void paint(painted *p, const text_buffer *bytes) {
    p->changed = 0;
    for (const char *at = text_string(bytes); *at != 0;) {
        if (*at == '\033') {
            assert_int_equal(at[1], '[');
            at = sequence(p, at + 2);
            continue;
        }
        assert_true(p->synchronized_output && p->row < ROWS && p->column < COLUMNS);
        const uint8_t *b = (const uint8_t *)at;
        uint32_t glyph = b[0] < 0x80   ? b[0]
                         : b[0] < 0xe0 ? (b[0] & 0x1fu) << 6 | (b[1] & 0x3f)
                                       : (b[0] & 0xfu) << 12 | (b[1] & 0x3fu) << 6 | (b[2] & 0x3f);
        at += b[0] < 0x80 ? 1 : b[0] < 0xe0 ? 2 : 3;
        p->cells[p->row][p->column++] = (screen_cell){glyph, p->foreground, p->background};
        p->changed++;
    }
    assert_false(p->synchronized_output);
}

static void expect_painted(const painted *p, const screen *s) {
    for (int row = 0; row < ROWS; row++) {
        for (int column = 0; column < COLUMNS; column++) {
            const screen_cell *want = &s->drawn[row * COLUMNS + column], *is = &p->cells[row][column];
            assert_int_equal(is->glyph, want->glyph);
            assert_int_equal(is->foreground, want->foreground);
            assert_int_equal(is->background, want->background);
        }
    }
}

static void test_screen(void **state) {
    (void)state;
    screen s;
    painted p = {.foreground = SCREEN_DEFAULT, .background = SCREEN_DEFAULT};
    uint8_t rgb[8 * 4 * 3];
    uint32_t seed = 9;
    screen_make(&s, COLUMNS, ROWS, true);
    paint(&p, screen_update(&s));
    assert_int_equal(p.changed, COLUMNS * ROWS);
    assert_true(s.out.length < COLUMNS * ROWS + ROWS * 8 + 40); /* the cursor is placed once a row */
    expect_painted(&p, &s);
    assert_int_equal(screen_update(&s)->length, 0);

    for (int i = 0; i < (int)sizeof rgb; i++) {
        rgb[i] = (uint8_t)(noise(&seed) >> 16);
    }
    screen_picture(&s, 1, 2, rgb, 8, 4);
    assert_int_equal(screen_text(&s, 4, 0, 0x00ff00, "V = 1.5 \xce\xb2 \xe2\x96\x88\x07"), 12);
    paint(&p, screen_update(&s));
    expect_painted(&p, &s);
    assert_true(p.changed <= 8 * 2 + 12);
    assert_int_equal(p.cells[1][2].glyph, 0x2580);
    assert_int_equal(p.cells[1][2].foreground, rgb[0] << 16 | rgb[1] << 8 | rgb[2]);
    assert_int_equal(p.cells[1][2].background, rgb[24] << 16 | rgb[25] << 8 | rgb[26]);
    assert_int_equal(p.cells[2][9].background, rgb[93] << 16 | rgb[94] << 8 | rgb[95]);
    assert_int_equal(p.cells[4][8].glyph, 0x3b2);
    assert_int_equal(p.cells[4][11].glyph, '?'); /* a control character never reaches the terminal */

    rgb[0] ^= 1;
    screen_picture(&s, 1, 2, rgb, 8, 4);
    paint(&p, screen_update(&s));
    expect_painted(&p, &s);
    assert_int_equal(p.changed, 1);

    screen_picture(&s, 5, 18, rgb, 8, 4); /* cut at the edges */
    screen_picture(&s, -1, -3, rgb, 8, 4);
    screen_text(&s, 0, 15, 0, "beyond the edge");
    paint(&p, screen_update(&s));
    expect_painted(&p, &s);
    screen_forget(&s);
    paint(&p, screen_update(&s));
    assert_int_equal(p.changed, COLUMNS * ROWS);
    screen_free(&s);
}

static void test_palette(void **state) {
    (void)state;
    assert_int_equal(screen_palette(0x000000), 16);
    assert_int_equal(screen_palette(0xffffff), 231);
    assert_int_equal(screen_palette(0xff0000), 196);
    assert_int_equal(screen_palette(0x5f87af), 67);
    assert_int_equal(screen_palette(0x808080), 244);
    for (int i = 16; i < 256; i++) { /* each color of the palette is nearest to itself */
        static const int levels[6] = {0, 95, 135, 175, 215, 255};
        int gray = 8 + 10 * (i - 232);
        int color = i >= 232 ? gray << 16 | gray << 8 | gray
                             : levels[(i - 16) / 36] << 16 | levels[(i - 16) / 6 % 6] << 8 | levels[(i - 16) % 6];
        assert_int_equal(screen_palette(color), i);
    }
    screen s;
    painted p = {.foreground = SCREEN_DEFAULT, .background = SCREEN_DEFAULT};
    const uint8_t rgb[] = {255, 0, 0, 128, 128, 128};
    screen_make(&s, COLUMNS, ROWS, false);
    screen_picture(&s, 0, 0, rgb, 1, 2);
    paint(&p, screen_update(&s));
    assert_int_equal(p.cells[0][0].foreground, -196);
    assert_int_equal(p.cells[0][0].background, -244);
    screen_free(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gif_round_trip),  cmocka_unit_test(test_gif_changes),
        cmocka_unit_test(test_gif_many_colors), cmocka_unit_test(test_gif_failures),
        cmocka_unit_test(test_screen),          cmocka_unit_test(test_palette),
    };
    return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT
 * GIF89a: a header, a loop extension, and for every frame a control extension, an image descriptor, a palette and
 * pixels as LZW codes of 3 to 12 bits (Welch 1984; CompuServe's specification of 1990). */
#include "view/gif.h"

#include "base/memory.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { LZW_BITS = 12, LZW_CODES = 1 << LZW_BITS, BLOCK = 255, SLOTS = 1024 /* of the palette's hash table */ };

/* ---- Bytes ---- */

static void put_byte(gif *g, int value) {
    uint8_t byte = (uint8_t)value;
    text_append_bytes(&g->out, &byte, 1);
}

static void put_short(gif *g, int value) {
    put_byte(g, value & 0xff);
    put_byte(g, value >> 8);
}

/* Hands what has gathered to the file. */
static int flush(gif *g, error *e) {
    int failed = file_draft_write(&g->draft, g->out.data, g->out.length, e);
    text_clear(&g->out);
    return failed;
}

/* ---- LZW ---- */

/* Codes gather in `bits` and leave as bytes, bytes in blocks of at most 255. */
typedef struct code_writer {
    gif *g;
    uint32_t bits;
    int count; /* of `bits` */
    uint8_t block[BLOCK];
    int filled;
} code_writer;

static void put_block(code_writer *w) {
    if (w->filled > 0) {
        put_byte(w->g, w->filled);
        text_append_bytes(&w->g->out, w->block, (size_t)w->filled);
        w->filled = 0;
    }
}

static void put_code(code_writer *w, uint32_t code, int size) {
    w->bits |= code << w->count;
    w->count += size;
    while (w->count >= 8) {
        w->block[w->filled++] = (uint8_t)w->bits;
        w->bits >>= 8;
        w->count -= 8;
        if (w->filled == BLOCK) {
            put_block(w);
        }
    }
}

/* codes[prefix * 256 + pixel] is the code of prefix followed by pixel, 0 where there is none: 0 is never the code of
 * two. */
static void put_pixels(gif *g, size_t count, int root_bits) {
    code_writer w = {.g = g};
    const uint32_t clear = 1u << root_bits, end = clear + 1;
    uint32_t next = end + 1, prefix = g->indexed[0];
    int size = root_bits + 1;
    put_byte(g, root_bits);
    put_code(&w, clear, size);
    memset(g->codes, 0, (size_t)LZW_CODES * GIF_COLORS * sizeof g->codes[0]);
    for (size_t i = 1; i < count; i++) {
        uint16_t *entry = &g->codes[prefix * GIF_COLORS + g->indexed[i]];
        if (*entry != 0) {
            prefix = *entry;
            continue;
        }
        put_code(&w, prefix, size);
        prefix = g->indexed[i];
        if (next == LZW_CODES) { /* full: begin anew */
            put_code(&w, clear, size);
            memset(g->codes, 0, (size_t)LZW_CODES * GIF_COLORS * sizeof g->codes[0]);
            next = end + 1;
            size = root_bits + 1;
            continue;
        }
        *entry = (uint16_t)next;
        size += next == 1u << size;
        next++;
    }
    put_code(&w, prefix, size);
    put_code(&w, end, size);
    put_code(&w, 0, 7); /* fills the last byte */
    put_block(&w);
    put_byte(g, 0);
}

/* ---- Palettes ---- */

typedef struct palette {
    uint32_t colors[GIF_COLORS];
    int count;
    struct {
        uint32_t color;
        int index; /* + 1; 0: free */
    } slots[SLOTS];
} palette;

/* The index of a color, entered when it is new; -1 when the palette is full. */
static int palette_index(palette *p, uint32_t color) {
    uint32_t slot = (color * 2654435761u) >> 22;
    while (p->slots[slot].index != 0 && p->slots[slot].color != color) {
        slot = (slot + 1) % SLOTS;
    }
    if (p->slots[slot].index == 0) {
        if (p->count == GIF_COLORS) {
            return -1;
        }
        p->slots[slot].color = color;
        p->slots[slot].index = p->count + 1;
        p->colors[p->count++] = color;
    }
    return p->slots[slot].index - 1;
}

static uint32_t color_at(const uint8_t *pixel) {
    return (uint32_t)pixel[0] << 16 | (uint32_t)pixel[1] << 8 | pixel[2];
}

/* The nearest color of a cube of 6 x 7 x 6 */
static uint32_t rounded(uint32_t color) {
    static const uint32_t steps[3] = {5, 6, 5};
    uint32_t result = 0;
    for (int i = 0; i < 3; i++) {
        uint32_t part = color >> (16 - 8 * i) & 0xff;
        uint32_t level = (part * steps[i] + 127) / 255;
        result = result << 8 | level * 255 / steps[i];
    }
    return result;
}

typedef struct rectangle {
    int32_t x, y, width, height;
} rectangle;

/* Writes the palette indices of a part of the picture; false when it has more colors than a palette. */
static bool index_part(gif *g, const uint8_t *rgb, rectangle part, bool round, palette *p) {
    memset(p, 0, sizeof *p);
    uint8_t *indexed = g->indexed;
    for (int32_t y = part.y; y < part.y + part.height; y++) {
        const uint8_t *pixel = rgb + 3 * ((size_t)y * (size_t)g->width + (size_t)part.x);
        for (int32_t x = 0; x < part.width; x++, pixel += 3) {
            int index = palette_index(p, round ? rounded(color_at(pixel)) : color_at(pixel));
            if (index < 0) return false;
            *indexed++ = (uint8_t)index;
        }
    }
    return true;
}

/* ---- Frames ---- */

/* The smallest rectangle outside which nothing changed; one pixel when nothing did. */
static rectangle changed_part(const gif *g, const uint8_t *rgb) {
    int32_t left = g->width, right = -1, top = g->height, bottom = -1;
    for (int32_t y = 0; y < g->height; y++) {
        size_t row = 3 * (size_t)y * (size_t)g->width;
        if (memcmp(rgb + row, g->shown + row, 3 * (size_t)g->width) == 0) {
            continue;
        }
        top = y < top ? y : top;
        bottom = y;
        for (int32_t x = 0; x < g->width; x++) {
            if (memcmp(rgb + row + 3 * (size_t)x, g->shown + row + 3 * (size_t)x, 3) != 0) {
                left = x < left ? x : left;
                right = x > right ? x : right;
            }
        }
    }
    if (bottom < 0) {
        return (rectangle){0, 0, 1, 1};
    }
    return (rectangle){left, top, right - left + 1, bottom - top + 1};
}

static void put_control(gif *g, int32_t delay) {
    put_short(g, 0xf921); /* graphic control extension */
    put_byte(g, 4);
    put_byte(g, 1 << 2); /* leave the frame where it is */
    put_short(g, delay);
    put_short(g, 0);
}

static void put_part(gif *g, rectangle part, const palette *p) {
    int bits = 1;
    while (1 << bits < p->count) bits++;
    put_byte(g, 0x2c);
    put_short(g, part.x);
    put_short(g, part.y);
    put_short(g, part.width);
    put_short(g, part.height);
    put_byte(g, 0x80 | (bits - 1)); /* a palette of its own, of 2^bits colors */
    for (int i = 0; i < 1 << bits; i++) {
        uint32_t color = i < p->count ? p->colors[i] : 0;
        put_byte(g, (int)(color >> 16));
        put_byte(g, (int)(color >> 8 & 0xff));
        put_byte(g, (int)(color & 0xff));
    }
    put_pixels(g, (size_t)part.width * (size_t)part.height, bits < 2 ? 2 : bits);
}

/* Appends the part of a picture that differs from what is shown, for `delay`. */
static int put_frame(gif *g, const uint8_t *rgb, int32_t delay, error *e) {
    palette p;
    rectangle part = g->frames == 0 ? (rectangle){0, 0, g->width, g->height} : changed_part(g, rgb);
    if (!index_part(g, rgb, part, false, &p)) {
        (void)index_part(g, rgb, part, true, &p);
    }
    put_control(g, delay);
    put_part(g, part, &p);
    g->frames++;
    if (flush(g, e) != 0) {
        gif_discard(g);
        return -1;
    }
    return 0;
}

int gif_open(gif *g, const char *path, int32_t width, int32_t height, double fps, error *e) {
    CHECK(width > 0 && width <= GIF_SIDE && height > 0 && height <= GIF_SIDE && fps > 0);
    *g = (gif){.width = width, .height = height};
    if (file_draft_open(&g->draft, path, e) != 0) {
        return -1;
    }
    long delay = lrint(100 / fps);
    g->delay = delay < 2 ? 2 : delay > GIF_SIDE ? GIF_SIDE : (int32_t)delay;
    size_t pixels = memory_product((size_t)width, (size_t)height);
    g->shown = memory_array(uint8_t, memory_product(pixels, 3));
    g->indexed = memory_array(uint8_t, pixels);
    g->codes = memory_array(uint16_t, (size_t)LZW_CODES * GIF_COLORS);
    text_append(&g->out, "GIF89a");
    put_short(g, width);
    put_short(g, height);
    put_byte(g, 0x70); /* no palette for all; eight bits a color */
    put_short(g, 0);
    put_short(g, 0xff21); /* application extension: repeat for ever */
    put_byte(g, 11);
    text_append(&g->out, "NETSCAPE2.0");
    put_short(g, 0x0103);
    put_short(g, 0);
    put_byte(g, 0);
    return 0;
}

int gif_frame(gif *g, const uint8_t *rgb, error *e) {
    if (put_frame(g, rgb, g->delay, e) != 0) {
        return -1;
    }
    memcpy(g->shown, rgb, 3 * (size_t)g->width * (size_t)g->height);
    return 0;
}

int gif_hold(gif *g, int32_t hundredths, error *e) {
    CHECK(g->frames > 0 && hundredths >= 0 && hundredths <= GIF_SIDE);
    return put_frame(g, g->shown, hundredths, e);
}

static void give_back(gif *g) {
    memory_free(g->shown);
    memory_free(g->indexed);
    memory_free(g->codes);
    text_free(&g->out);
    g->shown = g->indexed = NULL;
    g->codes = NULL;
}

int gif_close(gif *g, error *e) {
    put_byte(g, 0x3b);
    int failed = flush(g, e) != 0 || file_draft_commit(&g->draft, e) != 0 ? -1 : 0;
    give_back(g);
    return failed;
}

void gif_discard(gif *g) {
    file_draft_discard(&g->draft);
    give_back(g);
}

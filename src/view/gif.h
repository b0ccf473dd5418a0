/* SPDX-License-Identifier: MIT
 * Animated GIF files (GIF89a) with an LZW coder of our own. A frame holds only the rectangle that changed, with a
 * palette of its own; a frame of more than 256 colors is rounded to a cube of 6 x 7 x 6. */
#ifndef VIEW_GIF_H
#define VIEW_GIF_H

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

#include <stdint.h>

enum { GIF_SIDE = 65535, GIF_COLORS = 256 };

/* A file that is being written: it appears under its name when it is closed. */
typedef struct gif {
    file_draft draft;
    int32_t width, height, delay; /* pixels; hundredths of a second */
    int64_t frames;
    uint8_t *shown;   /* uint8_t[height][width][3]: the frame before */
    uint8_t *indexed; /* uint8_t[height * width]: palette indices of what is being written */
    uint16_t *codes;  /* the coder's dictionary */
    text_buffer out;
} gif;

/* Begins a file that repeats for ever; `fps` frames per second, at most 50 (browsers slow down what is faster). The width
 * and height are 1 .. GIF_SIDE. 0, or -1 with the error. */
int gif_open(gif *g, const char *path, int32_t width, int32_t height, double fps, error *e);

/* Appends a frame, uint8_t[height][width][3]. 0, or -1 with the error; the file is gone then. */
int gif_frame(gif *g, const uint8_t *rgb, error *e);

/* Shows the last frame for so many hundredths of a second more. 0, or -1 as gif_frame. */
int gif_hold(gif *g, int32_t hundredths, error *e);

/* Ends the file and gives everything back. 0, or -1 with the error. */
int gif_close(gif *g, error *e);

/* Gives everything back and drops what was written. */
void gif_discard(gif *g);

#endif

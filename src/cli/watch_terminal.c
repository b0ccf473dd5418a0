/* SPDX-License-Identifier: MIT
 * a3c watch in the terminal: the picture in half blocks, beside it what the policy thinks, and the keys. */
#include "cli/watch.h"

#include "base/clock.h"
#include "base/memory.h"
#include "view/screen.h"
#include "view/terminal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PANEL = 34 /* columns of the text beside the picture */, NAME = 10, BAR = 14, TEXT = 256 };
enum { GREEN = 0x4c9f70, GRAY = 0x9a9da3, ORANGE = 0xedae49 };

static const double end_seconds = 0.7, slowest = 1.0 / 16, fastest = 16;
static const int signal_status = 128; /* a shell's status of a process that a signal ended is this plus its number */

typedef struct stage {
    player *player;
    const watch_options *options;
    screen screen;
    uint8_t *rgb;          /* uint8_t[height][width][3] */
    int32_t width, height; /* of the picture in pixels; 0: nothing is drawn */
    int32_t panel_row, panel_column;
    double speed;
    bool paused, quit;
    int64_t due; /* when the next step is, in the clock's nanoseconds */
} stage;

/* ---- Layout ---- */

/* The largest picture of the environment's proportions that fits, its height even; whole pixels a cell where it is
 * cells. */
static void fit_picture(stage *s, int32_t most_width, int32_t most_height) {
    const a3c_env_spec *spec = &s->player->kind->spec;
    double scale = fmin((double)most_width / spec->render_width, (double)most_height / spec->render_height);
    s->width = (int32_t)(spec->render_width * scale);
    s->height = (int32_t)(spec->render_height * scale);
    if (spec->observation == A3C_OBSERVATION_PLANES) {
        int32_t rows = spec->observation_shape[1], columns = spec->observation_shape[2];
        int32_t cell = s->width / columns < s->height / rows ? s->width / columns : s->height / rows;
        if (cell > 0) {
            s->width = cell * columns;
            s->height = cell * rows;
        }
    }
    s->height += s->height % 2;
    s->width = s->width < 1 ? 1 : s->width;
    s->height = s->height < 2 ? 2 : s->height;
}

/* Text beside the picture where the terminal is wide enough, else below it. The terminal is empty then. */
static int lay_out(stage *s, error *e) {
    static const char erase[] = "\033[0m\033[2J";
    int32_t columns, rows;
    terminal_size(&columns, &rows);
    screen_free(&s->screen);
    memory_free(s->rgb);
    s->rgb = NULL;
    s->width = s->height = 0;
    screen_make(&s->screen, columns, rows, terminal_true_color());
    const env_config *kind = s->player->kind;
    bool draws = kind->def->render != NULL && kind->spec.render_width > 0 && kind->spec.render_height > 0;
    bool beside = columns >= 2 * PANEL;
    if (draws) {
        fit_picture(s, beside ? columns - PANEL : columns, beside ? 2 * rows : 2 * (rows - 6));
        s->rgb = memory_array(uint8_t, memory_product((size_t)s->width * (size_t)s->height, 3));
    }
    s->panel_row = beside || !draws ? 0 : s->height / 2;
    s->panel_column = beside && draws ? s->width + 2 : 0;
    return terminal_write(erase, sizeof erase - 1, e);
}

/* ---- The panel ---- */

static void put_line(stage *s, int32_t *row, int32_t color, const char *text) {
    screen_text(&s->screen, (*row)++, s->panel_column, color, text);
}

/* NAME  0.93 ########## : one choice of a component, the one that is taken in another color */
static void put_choice(stage *s, int32_t *row, int component, int choice) {
    const player *p = s->player;
    char name[64], text[TEXT];
    player_action_name(p, choice, name, sizeof name);
    double probability = (double)player_probability(p, component, choice);
    int used = snprintf(text, sizeof text, "%-*.*s %5.3f ", NAME, NAME, name, probability);
    for (int i = 0; i < (int)lrint(BAR * probability) && (size_t)used + 4 < sizeof text; i++) {
        used += snprintf(text + used, sizeof text - (size_t)used, "\xe2\x96\x88");
    }
    put_line(s, row, choice == p->action[component].index ? ORANGE : GRAY, text);
}

static void put_number(stage *s, int32_t *row, int component) {
    const player *p = s->player;
    char text[TEXT];
    float mean, deviation;
    player_gaussian(p, component, &mean, &deviation);
    snprintf(text, sizeof text, "%-*.4g  %.4g \xc2\xb1 %.3g", NAME, (double)p->action[component].number, (double)mean,
             (double)deviation);
    put_line(s, row, ORANGE, text);
}

static void put_policy(stage *s, int32_t *row) {
    const player *p = s->player;
    for (int i = 0; i < p->kind->action_size; i++) {
        if (player_continuous(p)) {
            put_number(s, row, i);
            continue;
        }
        for (int choice = 0; choice < p->kind->spec.action_n[i] && *row < s->screen.rows - 4; choice++) {
            put_choice(s, row, i, choice);
        }
    }
}

static void put_panel(stage *s) {
    const player *p = s->player;
    char text[TEXT];
    int32_t row = s->panel_row;
    put_line(s, &row, SCREEN_DEFAULT, p->kind->def->name);
    snprintf(text, sizeof text, "episode %d   step %d", p->episode + 1, p->step);
    put_line(s, &row, SCREEN_DEFAULT, text);
    snprintf(text, sizeof text, "return %.6g   reward %.4g", p->total, p->reward);
    put_line(s, &row, GREEN, text);
    if (player_ended(p)) {
        const char *how = p->flags & A3C_TERMINATED ? "terminated" : p->flags & A3C_TRUNCATED ? "time limit" : "left";
        put_line(s, &row, ORANGE, how);
    } else {
        snprintf(text, sizeof text, "value %.4g   (%s)", (double)p->value, p->greedy ? "greedy" : "sampled");
        put_line(s, &row, GREEN, text);
        put_policy(s, &row);
    }
    row = s->screen.rows - 2 > row ? s->screen.rows - 2 : row;
    snprintf(text, sizeof text, "%s   speed %.4g", s->paused ? "paused" : "playing", s->speed);
    put_line(s, &row, GRAY, text);
    put_line(s, &row, GRAY, "space n:step +/- r:reset q:quit");
}

static int draw(stage *s, error *e) {
    const player *p = s->player;
    screen_clear(&s->screen);
    if (s->rgb != NULL) {
        p->kind->def->render(env_state(p->kind, p->instance), s->width, s->height, s->rgb);
        screen_picture(&s->screen, 0, 0, s->rgb, s->width, s->height);
    }
    put_panel(s);
    const text_buffer *bytes = screen_update(&s->screen);
    return bytes->length > 0 ? terminal_write(bytes->data, bytes->length, e) : 0;
}

/* ---- Playing ---- */

static int64_t frame_ns(const stage *s) {
    double seconds = player_ended(s->player) ? end_seconds : 1 / (s->options->fps * s->speed);
    return (int64_t)(1e9 * seconds);
}

/* One step on: of the episode, or to the next one. */
static void advance(stage *s) {
    player *p = s->player;
    if (p->failure[0]) {
        s->quit = true; /* told of when the screen is back */
    } else if (!player_ended(p)) {
        player_step(p);
    } else if (s->options->episodes > 0 && p->episode + 1 >= s->options->episodes) {
        s->quit = true;
    } else {
        p->episode++;
        player_start(p);
    }
    s->due = clock_ns() + frame_ns(s);
}

static void obey(stage *s, int key) {
    switch (key) {
    case ' ':
        s->paused = !s->paused;
        break;
    case 'n':
        s->paused = true;
        advance(s);
        break;
    case '+':
    case '=':
        s->speed = fmin(fastest, s->speed * 2);
        break;
    case '-':
        s->speed = fmax(slowest, s->speed / 2);
        break;
    case 'r':
        player_start(s->player);
        break;
    case 'q':
    case TERMINAL_CLOSED:
        s->quit = true;
        break;
    default:
        break;
    }
}

static int play(stage *s, error *e) {
    s->due = clock_ns() + frame_ns(s);
    while (!s->quit && terminal_signal() == 0) {
        if ((terminal_changed() && lay_out(s, e) != 0) || draw(s, e) != 0) {
            return -1;
        }
        double wait = s->paused ? 3600 : 1e-9 * (double)(s->due - clock_ns());
        obey(s, terminal_key(fmax(wait, 0)));
        if (!s->paused && clock_ns() >= s->due) {
            advance(s);
        }
    }
    return terminal_signal() != 0 ? signal_status + terminal_signal() : 0;
}

int watch_terminal(player *p, const watch_options *options, error *e) {
    stage s = {.player = p, .options = options, .speed = 1};
    if (terminal_enter(e) != 0) {
        return -1;
    }
    int status = play(&s, e);
    terminal_leave();
    screen_free(&s.screen);
    memory_free(s.rgb);
    return status;
}

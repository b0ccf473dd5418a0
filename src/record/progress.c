/* SPDX-License-Identifier: MIT
 * Progress on a terminal or in plain lines, warnings, and the closing summary. */
#include "record/progress.h"

#include "base/clock.h"
#include "record/format.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { USUAL_WIDTH = 80, LINE_CAPACITY = 1024, CURVE_WIDTH = 60, CURVE_HEIGHT = 6, LEAST_CURVE_WIDTH = 10 };

static const int64_t terminal_interval_ns = 100000000, plain_interval_ns = 5000000000;
static const char yellow[] = "\033[33m", green[] = "\033[32m", plain[] = "\033[0m", wipe[] = "\r\033[K";

FILE *progress_stream(bool quiet, bool json) {
    return quiet ? NULL : json ? stderr : stdout;
}

void progress_open(progress *p, FILE *stream, int64_t total_steps) {
    const char *terminal = getenv("TERM"), *no_color = getenv("NO_COLOR");
    *p = (progress){.stream = stream, .total_steps = total_steps, .last_ns = clock_ns()};
    p->terminal = stream && isatty(fileno(stream)) && terminal && strcmp(terminal, "dumb") != 0;
    p->color = p->terminal && !(no_color && no_color[0]);
    p->utf8 = words_utf8();
    p->interval_ns = p->terminal ? terminal_interval_ns : plain_interval_ns;
    text_reserve(&p->line, LINE_CAPACITY);
}

static int width_of(const progress *p) {
    struct winsize size;
    if (!p->terminal || ioctl(fileno(p->stream), TIOCGWINSZ, &size) || size.ws_col == 0) return USUAL_WIDTH;
    return size.ws_col;
}

/* ---- The line ---- */

/* What a line says, in the order of reading. On a narrow terminal the pieces of the highest rank are left out first. */
enum { PIECES = 7, PIECE_SIZE = 64 };
static const int ranks[PIECES] = {0, 2, 3, 1, 5, 6, 4};

static double seconds_left(const progress *p, const metrics *row) {
    return (double)(p->total_steps - row->step) / row->steps_per_second;
}

/* A piece that is not known stays empty. */
static void make_pieces(const progress *p, const metrics *row, char pieces[PIECES][PIECE_SIZE]) {
    char words[WORDS_SIZE];
    double left = seconds_left(p, row);
    if (p->total_steps > 0)
        snprintf(pieces[0], PIECE_SIZE, "%3.0f %%", floor(100 * fmin((double)row->step / (double)p->total_steps, 1)));
    snprintf(pieces[1], PIECE_SIZE, "%s steps", words_count(words, row->step));
    if (isfinite(row->steps_per_second))
        snprintf(pieces[2], PIECE_SIZE, "%s steps/s", words_rate(words, row->steps_per_second));
    if (isfinite(row->return_mean)) snprintf(pieces[3], PIECE_SIZE, "return %s", words_value(words, row->return_mean));
    if (isfinite(row->policy_entropy)) snprintf(pieces[4], PIECE_SIZE, "entropy %.2f", row->policy_entropy);
    if (isfinite(row->staleness_mean)) snprintf(pieces[5], PIECE_SIZE, "staleness %.1f", row->staleness_mean);
    if (isfinite(left) && left > 0) snprintf(pieces[6], PIECE_SIZE, "%s left", words_duration(words, left));
}

/* Appends the pieces of rank up to `rank`. */
static void join_pieces(text_buffer *line, char pieces[PIECES][PIECE_SIZE], int rank) {
    text_clear(line);
    for (int i = 0; i < PIECES; i++) {
        if (ranks[i] > rank || !pieces[i][0]) continue;
        if (line->length) text_append(line, "  ");
        text_append(line, pieces[i]);
    }
}

static void make_line(progress *p, const metrics *row, size_t width) {
    char pieces[PIECES][PIECE_SIZE] = {{0}};
    make_pieces(p, row, pieces);
    int rank = PIECES - 1;
    do join_pieces(&p->line, pieces, rank);
    while (p->line.length > width && rank-- > 0);
}

static void wipe_line(progress *p) {
    if (p->drawn) fputs(wipe, p->stream);
    p->drawn = false;
}

void progress_update(progress *p, const metrics *row) {
    curve_add(&p->returns, (double)row->step, row->return_mean);
    int64_t now = clock_ns();
    if (!p->stream || now - p->last_ns < p->interval_ns) return;
    p->last_ns = now;
    if (p->terminal) {
        make_line(p, row, (size_t)width_of(p) - 1);
        wipe_line(p);
        p->drawn = true;
        fputs(text_string(&p->line), p->stream);
    } else {
        make_line(p, row, LINE_CAPACITY);
        fprintf(p->stream, "%s\n", text_string(&p->line));
    }
    fflush(p->stream);
}

/* ---- Lines that stay ---- */

static void say(progress *p, const char *before, const char *after, const char *format, va_list arguments) {
    if (!p->stream) return;
    wipe_line(p);
    fputs(before, p->stream);
    vfprintf(p->stream, format, arguments);
    fprintf(p->stream, "%s\n", after);
    fflush(p->stream);
}

void progress_say(progress *p, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    say(p, "", "", format, arguments);
    va_end(arguments);
}

void progress_warn(progress *p, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    if (p->color && p->stream) {
        wipe_line(p);
        fputs(yellow, p->stream);
    }
    say(p, "warning: ", p->color ? plain : "", format, arguments);
    va_end(arguments);
}

/* ---- The end ---- */

static void put_spread(text_buffer *t, const char *what, double mean, double deviation, bool utf8) {
    char words[WORDS_SIZE];
    text_printf(t, "  %-12s%s", what, words_value(words, mean));
    if (isfinite(deviation)) text_printf(t, " %s %s", utf8 ? "\302\261" : "+-", words_value(words, deviation));
}

static void put_heading(bool color, text_buffer *t, const summary *s) {
    char words[WORDS_SIZE];
    text_printf(t, "%s, %s, %lld worker%s on %lld thread%s, seed %llu: ", s->env, s->mode, (long long)s->workers,
                s->workers == 1 ? "" : "s", (long long)s->threads, s->threads == 1 ? "" : "s",
                (unsigned long long)s->seed);
    if (!s->solved) {
        text_append(t, "not solved");
        return;
    }
    text_printf(t, "%ssolved%s at step %s", color ? green : "", color ? plain : "",
                words_count(words, s->solved_at_step));
    text_printf(t, ", after %s", words_duration(words, s->solved_at_seconds));
}

static void put_work(text_buffer *t, const summary *s) {
    char words[WORDS_SIZE];
    text_printf(t, "  %-12s%s in ", "steps", words_count(words, s->steps));
    text_printf(t, "%s: ", words_duration(words, s->wall_seconds));
    text_printf(t, "%s steps/s, ", words_rate(words, s->steps_per_second));
    text_printf(t, "%s update%s, ", words_count(words, s->updates), s->updates == 1 ? "" : "s");
    text_printf(t, "%s episode%s\n", words_count(words, s->episodes), s->episodes == 1 ? "" : "s");
}

static void put_results(const progress *p, text_buffer *t, const summary *s) {
    char words[WORDS_SIZE];
    if (isfinite(s->return_mean)) {
        put_spread(t, "training", s->return_mean, s->return_std, p->utf8);
        text_append(t, " over the last episodes\n");
    }
    if (isfinite(s->eval_return_mean) && s->eval_episodes > 0) {
        put_spread(t, "evaluation", s->eval_return_mean, s->eval_return_std, p->utf8);
        text_printf(t, " over %lld episode%s, from %s", (long long)s->eval_episodes, s->eval_episodes == 1 ? "" : "s",
                    words_value(words, s->eval_return_min));
        text_printf(t, " to %s\n", words_value(words, s->eval_return_max));
    }
    if (isfinite(s->staleness.mean) && s->staleness.max > 0)
        text_printf(t, "  %-12s%.2f on average, 99 %% up to %.0f\n", "staleness", s->staleness.mean, s->staleness.p99);
    if (s->asynchrony[0]) text_printf(t, "  %-12s%s\n", "threads", s->asynchrony);
    if (strcmp(s->stopped_by, "total_steps") != 0) text_printf(t, "  %-12s%s\n", "stopped by", s->stopped_by);
}

void progress_finish(progress *p, const summary *s) {
    if (!p->stream) return;
    text_buffer t = {0};
    wipe_line(p);
    put_heading(p->color, &t, s);
    text_append(&t, "\n");
    put_work(&t, s);
    put_results(p, &t, s);
    int width = width_of(p) - 20;
    width = width > CURVE_WIDTH ? CURVE_WIDTH : width;
    if (width >= LEAST_CURVE_WIDTH) curve_draw(&p->returns, &t, width, CURVE_HEIGHT, p->utf8, "  ");
    fputs(text_string(&t), p->stream);
    fflush(p->stream);
    text_free(&t);
}

void progress_result(FILE *stream, const summary *s) {
    char words[WORDS_SIZE];
    text_buffer t = {0};
    put_heading(false, &t, s);
    bool evaluated = isfinite(s->eval_return_mean) && s->eval_episodes > 0;
    double value = evaluated ? s->eval_return_mean : s->return_mean;
    if (isfinite(value))
        text_printf(&t, "; %s return %s", evaluated ? "evaluation" : "training", words_value(words, value));
    if (strcmp(s->stopped_by, "total_steps") != 0) text_printf(&t, "; stopped by %s", s->stopped_by);
    fprintf(stream, "%s\n", text_string(&t));
    fflush(stream);
    text_free(&t);
}

void progress_close(progress *p) {
    if (p->stream) {
        wipe_line(p);
        fflush(p->stream);
    }
    text_free(&p->line);
}

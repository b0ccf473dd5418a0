/* SPDX-License-Identifier: MIT
 * a3c watch: a trained policy at play, in the terminal, as lines of text, or as an animated GIF. */
#include "cli/watch.h"

#include "base/memory.h"
#include "base/number.h"
#include "cli/cli.h"
#include "policy/evaluate.h"
#include "view/gif.h"
#include "view/terminal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPTION_BEST = 0x100,
    OPTION_GIF,
    OPTION_EPISODES,
    OPTION_STEPS,
    OPTION_POLICY,
    OPTION_SEED,
    OPTION_FPS,
    OPTION_ENV,
    OPTION_PLAIN
};
enum { EPISODE_STEPS = 100000, GIF_STEPS = 2000, END_HOLD = 100 /* hundredths of a second */, LINE = 1024 };

typedef struct arguments {
    const char *run, *env, *gif;
    bool best, plain;
    int policy; /* settings_policy */
    uint64_t seed;
    int64_t steps;
    watch_options options;
    error *e;
} arguments;

static const struct argp_option options[] = {
    {"best", OPTION_BEST, 0, 0, "the best policy by evaluation, instead of the last", 0},
    {"gif", OPTION_GIF, "FILE", 0, "write an animated GIF, - to standard output, instead of playing", 0},
    {"episodes", OPTION_EPISODES, "N", 0, "episodes to play [until quit; 1 for text and GIF]", 0},
    {"steps", OPTION_STEPS, "N", 0, "leave an episode after N steps [100000; 2000 for a GIF]", 0},
    {"policy", OPTION_POLICY, "greedy|sample", 0, "the most probable action, or one drawn [greedy]", 0},
    {"seed", OPTION_SEED, "S", 0, "episode k starts from reset(S + k), as in eval [1]", 0},
    {"fps", OPTION_FPS, "F", 0, "steps per second [the environment's]", 0},
    {"env", OPTION_ENV, "ID", 0, "another environment of the same spaces, or a plugin's path", 0},
    {"plain", OPTION_PLAIN, 0, 0, "lines of text, as when standard output is not a terminal", 0},
    {0, 0, 0, 0, 0, 0},
};

static error_t parse_fps(const char *text, double *fps, error *e) {
    char *end;
    *fps = number_parse(text, &end);
    if (end == text || *end != 0 || !(*fps >= 0.01 && *fps <= 1000)) {
        error_set(e, STATUS_USAGE, "--fps: expected a number from 0.01 to 1000, found '%s'", text);
        return EINVAL;
    }
    return 0;
}

static error_t parse(int key, char *text, struct argp_state *state) {
    arguments *a = state->input;
    int64_t number = 0;
    error_t result;
    switch (key) {
    case OPTION_BEST:
        a->best = true;
        return 0;
    case OPTION_GIF:
        a->gif = text;
        return 0;
    case OPTION_EPISODES:
        result = cli_integer("--episodes", text, 1, 1000000, &number, a->e);
        a->options.episodes = (int)number;
        return result;
    case OPTION_STEPS:
        return cli_integer("--steps", text, 1, 1000000000, &a->steps, a->e);
    case OPTION_POLICY:
        return cli_policy(text, &a->policy, a->e);
    case OPTION_SEED:
        return cli_seed("--seed", text, &a->seed, a->e);
    case OPTION_FPS:
        return parse_fps(text, &a->options.fps, a->e);
    case OPTION_ENV:
        a->env = text;
        return 0;
    case OPTION_PLAIN:
        a->plain = true;
        return 0;
    case ARGP_KEY_ARG:
        if (a->run) return cli_extra(text, a->e);
        a->run = text;
        return 0;
    case ARGP_KEY_NO_ARGS:
        return cli_missing("RUN, a run's folder or a .safetensors file,", a->e);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* ---- Text ---- */

static void print_present(const player *p) {
    char text[LINE];
    const a3c_env_def *def = p->kind->def;
    if (def->render_text != NULL) {
        text[0] = 0;
        def->render_text(env_state(p->kind, p->instance), text, sizeof text);
        size_t length = strlen(text);
        printf("%s%s", text, length > 0 && text[length - 1] != '\n' ? "\n" : "");
    }
    player_line(p, text, sizeof text);
    puts(text);
}

static int watch_plain(player *p, int episodes) {
    for (; p->episode < episodes && !p->failure[0]; p->episode++) {
        player_start(p);
        print_present(p);
        while (!player_ended(p) && !ferror(stdout)) {
            player_step(p);
            print_present(p);
        }
    }
    return cli_finish();
}

/* ---- GIF ---- */

static int gif_present(const player *p, gif *g, uint8_t *rgb, error *e) {
    p->kind->def->render(env_state(p->kind, p->instance), g->width, g->height, rgb);
    return gif_frame(g, rgb, e);
}

/* Every step is a frame, the last one of an episode is held for a while. The episodes' results go to `results`. */
static int gif_episodes(player *p, int episodes, gif *g, uint8_t *rgb, FILE *results, error *e) {
    char line[LINE];
    for (; p->episode < episodes && !p->failure[0]; p->episode++) {
        player_start(p);
        if (gif_present(p, g, rgb, e) != 0) return -1;
        while (!player_ended(p)) {
            player_step(p);
            if (gif_present(p, g, rgb, e) != 0) return -1;
        }
        if (gif_hold(g, END_HOLD, e) != 0) return -1;
        player_line(p, line, sizeof line);
        fprintf(results, "%s\n", line);
    }
    return gif_close(g, e);
}

static int watch_gif(player *p, const char *path, const watch_options *w, error *e) {
    const a3c_env_spec *spec = &p->kind->spec;
    if (p->kind->def->render == NULL || spec->render_width < 1 || spec->render_height < 1) {
        return error_set(e, STATUS_USAGE, "--gif: %s does not draw itself", p->kind->def->name);
    }
    gif g;
    if (gif_open(&g, path, spec->render_width, spec->render_height, w->fps, e) != 0) {
        return -1;
    }
    uint8_t *rgb = memory_array(uint8_t, memory_product((size_t)g.width * (size_t)g.height, 3));
    FILE *results = strcmp(path, "-") == 0 ? stderr : stdout;
    int status = gif_episodes(p, w->episodes > 0 ? w->episodes : 1, &g, rgb, results, e);
    memory_free(rgb);
    return status;
}

int command_watch(int argc, char **argv) {
    static const struct argp argp = {options,
                                     parse,
                                     "RUN",
                                     "Plays episodes with a trained policy for a person to see.\vRUN is a run's folder "
                                     "or a .safetensors file. Keys in the terminal: space pauses, n makes one step, + "
                                     "and - change the speed, r starts the episode anew, q quits.",
                                     NULL,
                                     NULL,
                                     NULL};
    error e = {0};
    arguments a = {.policy = SETTINGS_GREEDY, .seed = 1, .e = &e};
    char path[FILE_PATH_SIZE];
    player p;
    if (cli_parse(&argp, argc, argv, &a, &e)) return cli_fail(&e);
    int limit = a.steps > 0 ? (int)a.steps : a.gif != NULL ? GIF_STEPS : EPISODE_STEPS;
    if (saved_path(a.run, a.best, path, &e) ||
        player_make(&p, path, a.env, a.policy == SETTINGS_GREEDY, a.seed, limit, &e)) {
        return cli_fail(&e);
    }
    if (!(a.options.fps > 0)) {
        a.options.fps = p.kind->spec.render_fps > 0 ? p.kind->spec.render_fps : 30;
    }
    const char *no_color = getenv("NO_COLOR");
    bool plain = a.plain || !terminal_possible() || (no_color != NULL && no_color[0] != 0);
    int status = a.gif != NULL ? watch_gif(&p, a.gif, &a.options, &e)
                 : plain       ? watch_plain(&p, a.options.episodes > 0 ? a.options.episodes : 1)
                               : watch_terminal(&p, &a.options, &e);
    if (p.failure[0] && status == 0) status = error_set(&e, STATUS_FAILED, "%s", p.failure);
    player_free(&p);
    return status < 0 ? cli_fail(&e) : status > 0 ? status : cli_finish();
}

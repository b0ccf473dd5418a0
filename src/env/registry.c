/* SPDX-License-Identifier: MIT
 * Finds environments by their ids. */
#include "env/env.h"

#include "base/text.h"
#include "env/classic/classic.h"
#include "env/games.h"
#include "env/plugin.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const a3c_env_def *const classic[] = {
    &env_cartpole_v0, &env_cartpole_v1, &env_acrobot_v1, &env_mountain_car_v0, &env_mountain_car_continuous_v0,
    &env_pendulum_v1,
};

enum { CLASSIC_COUNT = sizeof classic / sizeof classic[0], LARGEST_COUNT = 128 };

/* All built-in definitions, put together before main and only read afterwards. */
static const a3c_env_def *builtins[LARGEST_COUNT];
static size_t builtin_count;

static void collect_builtins(void) {
    if (builtin_count) return;
    CHECK(CLASSIC_COUNT + env_games_count <= LARGEST_COUNT);
    for (size_t i = 0; i < CLASSIC_COUNT; i++) {
        builtins[builtin_count++] = classic[i];
    }
    for (size_t i = 0; i < env_games_count; i++) {
        builtins[builtin_count++] = env_games[i];
    }
}

__attribute__((constructor)) static void begin(void) {
    collect_builtins();
}

void env_register(const a3c_env_def *def) {
    collect_builtins();
    CHECK(builtin_count < LARGEST_COUNT);
    builtins[builtin_count++] = def;
}

const a3c_env_def *const *env_builtins(size_t *count) {
    *count = builtin_count;
    return builtins;
}

static const a3c_env_def *find_known(const char *id) {
    for (size_t i = 0; i < builtin_count; i++) {
        if (strcmp(builtins[i]->name, id) == 0) {
            return builtins[i];
        }
    }
    const a3c_env_def *def;
    for (size_t k = 0; (def = env_plugin(k, NULL)) != NULL; k++) {
        if (strcmp(def->name, id) == 0) {
            return def;
        }
    }
    return NULL;
}

static void not_found(const char *id, error *e) {
    const char *names[LARGEST_COUNT + 1] = {NULL};
    size_t count = 0;
    for (size_t i = 0; i < builtin_count; i++) {
        names[count++] = builtins[i]->name;
    }
    const char *close = text_closest(id, names);
    bool lander = strncmp(id, "LunarLander", strlen("LunarLander")) == 0;
    if (lander && (close == NULL || strncmp(close, "LunarLander", strlen("LunarLander")) != 0)) {
        error_set(e, STATUS_USAGE,
                  "there is no environment '%s' in this build, which did not find Box2D: install libbox2d-dev and a "
                  "C++ compiler and build anew in an empty folder",
                  id);
        return;
    }
    if (close != NULL) {
        error_set(e, STATUS_USAGE, "there is no environment '%s'; did you mean %s?", id, close);
    } else {
        error_set(e, STATUS_USAGE, "there is no environment '%s'; `a3c env list` shows them all", id);
    }
}

/* A path to a shared object, perhaps with a name behind it: "./mine.so", "dir/mine.so:name". */
static bool is_plugin_path(const char *id) {
    const char *end = strstr(id, ".so");
    return end != NULL && (end[3] == 0 || end[3] == ':');
}

/* The definition of a plugin's file that A3C_ENV_PATH has: the same file, whatever way its path was written. */
static const a3c_env_def *find_by_file(const char *id) {
    char file[ENV_ID_SIZE];
    snprintf(file, sizeof file, "%s", id);
    char *name = strstr(file, ".so") + 3;
    if (*name == ':') *name++ = 0;
    struct stat wanted, has;
    const a3c_env_def *def;
    const char *path;
    for (size_t k = 0; (def = env_plugin(k, &path)) != NULL; k++) {
        bool same = stat(file, &wanted) == 0 && stat(path, &has) == 0 && wanted.st_dev == has.st_dev &&
                    wanted.st_ino == has.st_ino;
        if (same && (*name == 0 || strcmp(def->name, name) == 0)) return def;
    }
    return NULL;
}

const a3c_env_def *env_find(const char *id, bool load, error *e) {
    const a3c_env_def *def = find_known(id);
    if (def != NULL) {
        return def;
    }
    if (is_plugin_path(id)) {
        if (load) return plugin_open(id, e);
        env_plugins_load();
        def = find_by_file(id);
        if (def == NULL)
            error_set(e, STATUS_USAGE,
                      "'%s' is a plugin's file: it is loaded only when the command line names it (--env %s) or "
                      "A3C_ENV_PATH has its folder",
                      id, id);
        return def;
    }
    env_plugins_load();
    def = find_known(id);
    if (def == NULL) {
        not_found(id, e);
    }
    return def;
}

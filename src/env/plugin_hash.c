/* SPDX-License-Identifier: MIT
 * The hash of the plugin that an environment came from. */
#include "env/plugin_hash.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PLUGIN_LIMIT = 1 << 30 };

int plugin_hash(const a3c_env_def *of, char text[PLUGIN_HASH_SIZE], error *e) {
    const a3c_env_def *def;
    const char *path;
    text[0] = 0;
    for (size_t k = 0; (def = env_plugin(k, &path)); k++) {
        char *bytes;
        size_t count;
        if (def != of) continue;
        if (file_read(path, PLUGIN_LIMIT, &bytes, &count, e)) return -1;
        snprintf(text, PLUGIN_HASH_SIZE, "%016" PRIx64, hash_bytes(HASH_START, bytes, count));
        memory_free(bytes);
    }
    return 0;
}

int plugin_hash_check(const a3c_env_def *def, const char *id, const char *stored, error *e) {
    char now[PLUGIN_HASH_SIZE];
    if (!stored || !stored[0]) return 0;
    if (plugin_hash(def, now, e)) return -1;
    if (strcmp(now, stored) == 0) return 0;
    return error_set(e, STATUS_FAILED, "env.id: the plugin of %s is another than the run's (hash %s, was %s)", id,
                     now[0] ? now : "none", stored);
}

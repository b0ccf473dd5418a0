/* SPDX-License-Identifier: MIT
 * Loads environments from shared objects. A loaded object stays for the life of the process. Called while a command
 * starts, by one thread; the one file of env/ that meets the file system. */
#include "env/plugin.h"

#include "base/number.h"
#include "env/env.h"
#include "env/config.h"

#include <dirent.h>
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLUGIN_FILES = 64, PLUGIN_DEFS = 256, PLUGIN_DEFS_A_FILE = 64 };

typedef struct plugin_def {
    a3c_env_def def; /* the plugin's table, completed with NULL where it is shorter than ours */
    const char *path;
} plugin_def;

static plugin_def loaded[PLUGIN_DEFS];
static size_t loaded_count;
static char files[PLUGIN_FILES][PATH_MAX]; /* real paths */
static size_t file_count;

const a3c_env_def *env_plugin(size_t k, const char **path) {
    if (k >= loaded_count) {
        return NULL;
    }
    if (path != NULL) {
        *path = loaded[k].path;
    }
    return &loaded[k].def;
}

/* ---- One file ---- */

/* The smallest table there ever was: everything up to step. */
static const size_t smallest_def = offsetof(a3c_env_def, step_batch);

/* Checks one definition with its default options and copies it. 0, or -1 with the error. */
static int accept_def(const a3c_env_def *given, const char *path, error *e) {
    if (given->abi != A3C_ENV_ABI) {
        return error_set(e, STATUS_USAGE, "%s: a definition is of interface version %u, this program's is %u", path,
                         given->abi, A3C_ENV_ABI);
    }
    if (given->struct_size < smallest_def || given->struct_size > 16 * sizeof *given) {
        return error_set(e, STATUS_USAGE, "%s: a definition says that it has %u bytes, which cannot be", path,
                         given->struct_size);
    }
    if (loaded_count == PLUGIN_DEFS) {
        return error_set(e, STATUS_USAGE, "%s: more than %d environments in plugins", path, PLUGIN_DEFS);
    }
    plugin_def *slot = &loaded[loaded_count];
    memset(slot, 0, sizeof *slot);
    memcpy(&slot->def, given, given->struct_size < sizeof slot->def ? given->struct_size : sizeof slot->def);
    slot->path = path;
    const char *fault = env_def_fault(&slot->def);
    if (fault != NULL) {
        return error_set(e, STATUS_USAGE, "%s: %s: %s", path, slot->def.name != NULL ? slot->def.name : "a definition",
                         fault);
    }
    size_t count;
    const a3c_env_def *const *builtins = env_builtins(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(builtins[i]->name, slot->def.name) == 0) {
            return error_set(e, STATUS_USAGE, "%s: %s is the name of a built-in environment", path, slot->def.name);
        }
    }
    env_config kind;
    if (env_config_make(&kind, &slot->def, NULL, 0, NULL, e) != 0) {
        error_prefix(e, "%s: ", path);
        return -1;
    }
    loaded_count++;
    return 0;
}

static int accept_table(void *library, const char *path, error *e) {
    void *symbol = dlsym(library, "a3c_env_plugin");
    if (symbol == NULL) {
        return error_set(e, STATUS_USAGE, "%s: not an environment plugin: it has no symbol a3c_env_plugin", path);
    }
    a3c_env_plugin_function function;
    memcpy(&function, &symbol, sizeof function);
    size_t count = 0;
    const a3c_env_def *defs = function(A3C_ENV_ABI, &count);
    if (defs == NULL || count == 0) {
        return error_set(e, STATUS_USAGE, "%s: gives no environment for interface version %u", path, A3C_ENV_ABI);
    }
    if (count > PLUGIN_DEFS_A_FILE) {
        return error_set(e, STATUS_USAGE, "%s: says that it has %zu environments, which cannot be", path, count);
    }
    size_t before = loaded_count, size = defs[0].struct_size;
    for (size_t i = 0; i < count; i++) {
        /* The plugin's table has the stride of the header it was compiled with. */
        const a3c_env_def *def = (const a3c_env_def *)(const void *)((const char *)defs + i * size);
        if (accept_def(def, path, e) != 0) {
            loaded_count = before;
            return -1;
        }
    }
    return 0;
}

/* Loads a file once, by its real path. */
static int load_file(const char *path, const char **real, error *e) {
    char resolved[PATH_MAX];
    if (realpath(path, resolved) == NULL) {
        return error_set(e, STATUS_USAGE, "%s: there is no such file", path);
    }
    for (size_t i = 0; i < file_count; i++) {
        if (strcmp(files[i], resolved) == 0) {
            *real = files[i];
            return 0;
        }
    }
    if (file_count == PLUGIN_FILES) {
        return error_set(e, STATUS_USAGE, "%s: more than %d plugins", path, PLUGIN_FILES);
    }
    locale_t before = number_enter();
    void *library = dlopen(resolved, RTLD_NOW | RTLD_LOCAL);
    number_leave(before); /* a library's constructors may have changed the thread's locale */
    if (library == NULL) {
        return error_set(e, STATUS_USAGE, "%s: cannot be loaded: %s", path, dlerror());
    }
    memcpy(files[file_count], resolved, sizeof resolved);
    *real = files[file_count];
    if (accept_table(library, *real, e) != 0) {
        dlclose(library);
        return -1;
    }
    file_count++;
    return 0;
}

/* ---- By path, and the folders of A3C_ENV_PATH ---- */

static const a3c_env_def *find_in_file(const char *real, const char *name, error *e) {
    const a3c_env_def *found = NULL;
    size_t count = 0;
    for (size_t i = 0; i < loaded_count; i++) {
        if (loaded[i].path == real && (name == NULL || strcmp(loaded[i].def.name, name) == 0)) {
            found = &loaded[i].def;
            count++;
        }
    }
    if (count == 0) {
        error_set(e, STATUS_USAGE, "%s: has no environment '%s'", real, name);
        return NULL;
    }
    if (count > 1) {
        error_set(e, STATUS_USAGE, "%s: has %zu environments of that name; say which as FILE.so:NAME", real, count);
        return NULL;
    }
    return found;
}

const a3c_env_def *plugin_open(const char *path_and_name, error *e) {
    char path[PATH_MAX];
    if (strlen(path_and_name) >= sizeof path) {
        error_set(e, STATUS_USAGE, "a plugin's path is longer than %d bytes", PATH_MAX);
        return NULL;
    }
    strcpy(path, path_and_name);
    char *name = strstr(path, ".so:");
    if (name != NULL) {
        name += strlen(".so");
        *name++ = 0;
    }
    const char *real;
    return load_file(path, &real, e) == 0 ? find_in_file(real, name, e) : NULL;
}

static int is_shared_object(const struct dirent *entry) {
    size_t length = strlen(entry->d_name);
    return length > 3 && strcmp(entry->d_name + length - 3, ".so") == 0;
}

/* What cannot be loaded is warned of; the others are there all the same. */
static void load_folder(const char *folder) {
    struct dirent **entries;
    int count = scandir(folder, &entries, is_shared_object, alphasort), said = 0;
    if (count < 0) {
        error_warn_once(&said, "A3C_ENV_PATH: %s: not a readable folder", folder);
        return;
    }
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];
        const char *real;
        error e = {0};
        int length = snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        said = 0;
        if (length < (int)sizeof path && load_file(path, &real, &e) != 0)
            error_warn_once(&said, "A3C_ENV_PATH: %s; left out", e.text);
        free(entries[i]);
    }
    free(entries);
}

void env_plugins_load(void) {
    static bool done;
    const char *folders = getenv("A3C_ENV_PATH");
    if (done || folders == NULL) {
        return;
    }
    while (*folders != 0) {
        size_t length = strcspn(folders, ":");
        char folder[PATH_MAX];
        if (length > 0 && length < sizeof folder) {
            memcpy(folder, folders, length);
            folder[length] = 0;
            load_folder(folder);
        }
        folders += length + (folders[length] == ':');
    }
    done = true;
}

/* SPDX-License-Identifier: MIT
 * A group's folder is its path of /proc/self/cgroup under the mount point of /proc/self/mountinfo; every folder from there up
 * to the mount point may have a limit. */
#include "base/cpu_quota.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { PATH_SIZE = 4096, FOLDER_SIZE = 2 * PATH_SIZE, LINE_SIZE = 8192 };

static FILE *open_under(const char *root, const char *path) {
    char whole[2 * FOLDER_SIZE];
    if (snprintf(whole, sizeof whole, "%s%s", root, path) >= (int)sizeof whole) return NULL;
    return fopen(whole, "re");
}

/* Whether `word` is one of a list with commas. */
static bool lists(const char *list, const char *word) {
    size_t length = strlen(word);
    for (const char *at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, word, length) == 0 && (at[length] == ',' || at[length] == '\0')) return true;
    return false;
}

/* The path of the process's group, of the cpu controller of version 1, or of version 2. */
static bool find_group(const char *root, bool version2, char path[PATH_SIZE]) {
    char line[LINE_SIZE];
    bool found = false;
    FILE *f = open_under(root, "/proc/self/cgroup");
    while (f && !found && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        char *controllers = strchr(line, ':'), *group = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!group) continue;
        *group = '\0';
        found = version2 ? strncmp(line, "0:", 2) == 0 && controllers[1] == '\0' : lists(controllers + 1, "cpu");
        if (found) snprintf(path, PATH_SIZE, "%s", group + 1);
    }
    if (f) fclose(f);
    return found;
}

/* Where that hierarchy is mounted, and which of its folders is seen there. */
static bool find_mount(const char *root, bool version2, char mount[PATH_SIZE], char top[PATH_SIZE]) {
    char line[LINE_SIZE], kind[64], options[1024];
    bool found = false;
    FILE *f = open_under(root, "/proc/self/mountinfo");
    while (f && !found && fgets(line, sizeof line, f)) {
        const char *rest = strstr(line, " - ");
        if (!rest || sscanf(rest, " - %63s %*s %1023s", kind, options) != 2) continue;
        if (sscanf(line, "%*s %*s %*s %4095s %4095s", top, mount) != 2) continue;
        found = version2 ? strcmp(kind, "cgroup2") == 0 : strcmp(kind, "cgroup") == 0 && lists(options, "cpu");
    }
    if (f) fclose(f);
    return found;
}

/* The limit of one folder in CPUs, rounded up; 0: none. */
static int read_limit(const char *root, const char *folder, bool version2) {
    char path[FOLDER_SIZE + 32];
    long long limit = 0, period = 0;
    snprintf(path, sizeof path, "%s%s", folder, version2 ? "/cpu.max" : "/cpu.cfs_quota_us");
    FILE *f = open_under(root, path);
    if (!f) return 0;
    bool known =
        fscanf(f, version2 ? "%lld %lld" : "%lld", &limit, &period) == (version2 ? 2 : 1); /* "max" is no number */
    fclose(f);
    snprintf(path, sizeof path, "%s/cpu.cfs_period_us", folder);
    if (known && !version2 && (f = open_under(root, path))) {
        known = fscanf(f, "%lld", &period) == 1;
        fclose(f);
    }
    if (!known || limit <= 0 || period <= 0 || limit / period >= INT_MAX) return 0;
    return (int)((limit + period - 1) / period);
}

static int least_limit(const char *root, bool version2) {
    char group[PATH_SIZE], mount[PATH_SIZE], top[PATH_SIZE], folder[FOLDER_SIZE];
    if (!find_group(root, version2, group) || !find_mount(root, version2, mount, top)) return 0;
    size_t shown = strcmp(top, "/") == 0 ? 0 : strlen(top); /* a container sees its own part alone */
    bool inside = strncmp(group, top, shown) == 0 && (group[shown] == '/' || group[shown] == '\0');
    snprintf(folder, sizeof folder, "%s%s", mount, inside ? group + shown : "");
    size_t stem = strlen(mount);
    for (int least = 0;;) {
        int limit = read_limit(root, folder, version2);
        if (limit > 0 && (least == 0 || limit < least)) least = limit;
        char *slash = strrchr(folder, '/');
        if (strlen(folder) <= stem || !slash) return least;
        *slash = '\0';
    }
}

int cpu_quota(const char *root) {
    int one = least_limit(root, false), two = least_limit(root, true);
    return one == 0 || (two > 0 && two < one) ? two : one;
}

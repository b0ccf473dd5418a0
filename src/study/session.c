/* SPDX-License-Identifier: MIT
 * From a command line to a written report, for compare, scale and sweep. */
#include "study/session.h"

#include "base/file.h"
#include "base/number.h"
#include "study/groups.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(const error *e) {
    fprintf(stderr, "%s\n", e->text);
    return e->status;
}

/* runs.csv and the report, in a folder that exists. */
static int write_all(const char *folder, table *runs, const char *base, size_t total, session_report report, error *e) {
    char path[FILE_PATH_SIZE];
    if (file_join(path, folder, "runs.csv", e) || table_write(runs, path, e) || report(folder, runs, base, total, e))
        return -1;
    if (file_join(path, folder, "report.html", e)) return -1;
    printf("%s\n", path);
    return 0;
}

static void default_folder(char *folder, const char *kind, const char *name) {
    snprintf(folder, STUDY_PATH, "studies/%s-%.100s", kind, name);
    for (char *c = folder + strlen("studies/"); *c; c++)
        if (*c == '/') *c = '-';
}

int session_run(study *s, const char *out, const char *name, session_report report, bool failures_count) {
    char folder[STUDY_PATH];
    error e = {0};
    if (out)
        snprintf(folder, sizeof folder, "%s", out);
    else
        default_folder(folder, s->kind, name);
    if (study_open(s, folder, &e) || study_run(s, &e)) return fail(&e);
    table runs = {0};
    study_collect(s, &runs);
    int status = 0;
    if (s->interrupted)
        fprintf(stderr, "interrupted with %zu of %zu runs done; the same command continues\n", s->done, s->total);
    if (runs.rows == 0 && s->interrupted)
        status = 0;
    else if (write_all(folder, &runs, folder, s->total, report, &e))
        status = fail(&e);
    else if (s->failed > 0 && (failures_count || s->done == 0)) {
        fprintf(stderr, "%zu of %zu runs failed; what they said is in %s/logs, and the same command tries them again\n",
                s->failed, s->total, folder);
        status = STATUS_FAILED;
    }
    table_free(&runs);
    return s->interrupted ? 128 + s->interrupted : status;
}

int session_from(const char *kind, const char *csv, const char *out, session_report report) {
    char folder[STUDY_PATH], path[FILE_PATH_SIZE], base[FILE_PATH_SIZE];
    error e = {0};
    table runs = {0};
    groups g;
    if (out)
        snprintf(folder, sizeof folder, "%s", out);
    else
        default_folder(folder, kind, "from");
    snprintf(base, sizeof base, "%s", csv);
    char *slash = strrchr(base, '/');
    if (slash)
        *slash = 0;
    else
        strcpy(base, ".");
    if (table_read(&runs, csv, &e) || file_join(path, folder, "study.json", &e)) return fail(&e);
    int status = groups_make(&g, &runs, csv, &e); /* refuses what is no table of runs before anything is written */
    if (!status) groups_free(&g);
    if (!status && runs.rows == 0) status = error_set(&e, STATUS_USAGE, "%s: has no run", csv);
    if (!status && file_exists(path))
        status = error_set(&e, STATUS_USAGE, "%s: is a study's own folder; choose another --out for the tables of %s",
                           folder, csv);
    if (!status) status = file_make_folders(folder, &e) || write_all(folder, &runs, base, 0, report, &e);
    table_free(&runs);
    return status ? fail(&e) : 0;
}

/* ---- Words of a command line ---- */

int session_number(const char *option, const char *text, long long most, long long *number, error *e) {
    char *end;
    errno = 0;
    double real = number_parse(text, &end);
    if (end == text || *end || !(real >= 1) || real > (double)most || real != (double)(long long)real)
        return error_set(e, STATUS_USAGE, "%s: '%.60s': expected a whole number 1 .. %lld", option, text, most);
    *number = (long long)real;
    return 0;
}

int session_words(const char *option, char *text, const char **words, size_t *count, error *e) {
    *count = 0;
    for (char *rest = text, *word; (word = strsep(&rest, ","));) {
        if (!*word) return error_set(e, STATUS_USAGE, "%s: an empty entry in the list", option);
        if (*count == SESSION_LIST)
            return error_set(e, STATUS_USAGE, "%s: more than %d entries", option, (int)SESSION_LIST);
        words[(*count)++] = word;
    }
    return 0;
}

static int add_number(const char *option, long long number, int *numbers, size_t *count, error *e) {
    for (size_t i = 0; i < *count; i++)
        if (numbers[i] == number) return error_set(e, STATUS_USAGE, "%s: %lld stands twice", option, number);
    if (*count == SESSION_LIST)
        return error_set(e, STATUS_USAGE, "%s: more than %d entries", option, (int)SESSION_LIST);
    numbers[(*count)++] = (int)number;
    return 0;
}

int session_numbers(const char *option, const char *text, int most, int *numbers, size_t *count, error *e) {
    char copy[512];
    const char *words[SESSION_LIST];
    size_t n;
    if (snprintf(copy, sizeof copy, "%s", text) >= (int)sizeof copy)
        return error_set(e, STATUS_USAGE, "%s: the list is too long", option);
    if (session_words(option, copy, words, &n, e)) return -1;
    *count = 0;
    for (size_t i = 0; i < n; i++) {
        char word[64];
        snprintf(word, sizeof word, "%.60s", words[i]);
        char *range = strstr(word, "..");
        long long first = 0, last = 0;
        if (range) *range = 0;
        if (session_number(option, word, most, &first, e) ||
            session_number(option, range ? range + 2 : word, most, &last, e))
            return -1;
        if (last < first) return error_set(e, STATUS_USAGE, "%s: %lld..%lld goes down", option, first, last);
        for (long long k = first; k <= last; k++)
            if (add_number(option, k, numbers, count, e)) return -1;
    }
    return 0;
}

int session_modes(const char *text, bool *async, bool *sync, error *e) {
    char copy[64];
    const char *words[SESSION_LIST];
    size_t n;
    *async = *sync = false;
    snprintf(copy, sizeof copy, "%s", text);
    if (session_words("--modes", copy, words, &n, e)) return -1;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(words[i], "async") == 0)
            *async = true;
        else if (strcmp(words[i], "sync") == 0)
            *sync = true;
        else
            return error_set(e, STATUS_USAGE, "--modes: '%.40s': expected async, sync or both with a comma", words[i]);
    }
    return 0;
}

int session_override(char *text, settings_override *override, error *e) {
    char *equals = strchr(text, '=');
    if (!equals || equals == text) return error_set(e, STATUS_USAGE, "--set: '%.100s': expected KEY=VALUE", text);
    *equals = 0;
    *override = (settings_override){"--set", text, equals + 1, false};
    return 0;
}

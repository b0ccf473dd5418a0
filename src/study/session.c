/* SPDX-License-Identifier: MIT
 * From a command line to a written report, for compare, scale and sweep. */
#include "study/session.h"

#include "base/file.h"
#include "base/text.h"
#include "base/to_json.h"
#include "study/groups.h"

#include <stdio.h>
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

/* What says that the tables in a folder were made by session_from. */
static const char marker[] = "tables.json";

/* Takes a folder for the tables: a vacant one, or one that this program made for tables before. Anyone else's files
 * stay as they are. */
static int take_folder(const char *folder, const char *kind, const char *csv, error *e) {
    char path[FILE_PATH_SIZE];
    bool vacant;
    if (file_join(path, folder, "study.json", e)) return -1;
    if (file_exists(path))
        return error_set(e, STATUS_USAGE, "%s: is a study's own folder; choose another --out for the tables of %s",
                         folder, csv);
    if (file_join(path, folder, marker, e) || file_is_vacant(folder, &vacant, e)) return -1;
    if (!vacant && !file_exists(path))
        return error_set(e, STATUS_USAGE,
                         "%s: neither empty nor a folder that --from made (it has no %s); choose another --out", folder,
                         marker);
    text_buffer t = {0};
    text_append(&t, "{");
    to_json_key(&t, "kind");
    to_json_string(&t, kind);
    to_json_key(&t, "from");
    to_json_string(&t, csv);
    text_append(&t, "}\n");
    int failed = file_make_folders(folder, e) || file_replace(path, text_string(&t), t.length, e);
    text_free(&t);
    return failed;
}

int session_from(const char *kind, const char *csv, const char *out, session_report report) {
    char folder[STUDY_PATH], base[FILE_PATH_SIZE];
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
    if (table_read(&runs, csv, &e)) return fail(&e);
    int status = groups_make(&g, &runs, csv, &e); /* refuses what is no table of runs before anything is written */
    if (!status) groups_free(&g);
    if (!status && runs.rows == 0) status = error_set(&e, STATUS_USAGE, "%s: has no run", csv);
    if (!status) status = take_folder(folder, kind, csv, &e) || write_all(folder, &runs, base, 0, report, &e);
    table_free(&runs);
    return status ? fail(&e) : 0;
}

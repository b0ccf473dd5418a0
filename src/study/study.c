/* SPDX-License-Identifier: MIT
 * A study: runs its cells as child processes and collects what they left. */
#include "study/study.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "report/summary_row.h"
#include "study/study_files.h"
#include "study/study_progress.h"
#include "base/runner.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void study_new(study *s, const char *kind) {
    *s = (study){.jobs = 1, .lock = -1};
    snprintf(s->kind, sizeof s->kind, "%s", kind);
    ssize_t n = readlink("/proc/self/exe", s->program, sizeof s->program - 1);
    if (n < 0)
        snprintf(s->program, sizeof s->program, "/proc/self/exe");
    else
        s->program[n] = 0;
}

void study_free(study *s) {
    if (s->lock >= 0) file_unlock(s->lock);
    memory_free(s->cells);
    table_free(&s->plan);
    memory_free(s->changes);
    *s = (study){.lock = -1};
}

void study_returns(const settings *s, double *solved, double *random) {
    *solved = s->env.solved_return;
    *random = NAN;
    error ignored;
    const a3c_env_def *def = env_find(s->env.id[0], s->env.on_command_line, &ignored);
    env_option_text options[A3C_ENV_OPTIONS];
    for (int i = 0; i < s->env.option_count; i++)
        options[i] = (env_option_text){s->env.options[i].key, s->env.options[i].value};
    const env_wrapping plain = {.max_episode_steps = -1, .frame_stack = 1, .frame_skip = 1};
    env_config kind;
    if (!def || env_config_make(&kind, def, options, (size_t)s->env.option_count, &plain, &ignored)) return;
    if (isnan(*solved)) *solved = kind.spec.solved_return;
    *random = kind.spec.random_return;
}

/* The plan's columns that every kind of study has. */
static void describe(table *plan, size_t row, const study_cell *cell) {
    static const char *const keys[] = {
        "mode",         "workers",      "threads",        "envs_per_worker",         "rollout_steps", "async.schedule",
        "async.update", "sync.barrier", "optimizer.kind", "optimizer.learning_rate", "total_steps"};
    double solved, random;
    study_returns(&cell->settings, &solved, &random);
    table_set(plan, row, "cell", cell->name);
    table_set(plan, row, "preset", cell->settings.preset);
    table_set(plan, row, "env", cell->settings.env.id[0]);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        for (size_t k = 0; k < settings_keys(); k++)
            if (strcmp(settings_key(k), keys[i]) == 0) {
                char *value = settings_value(&cell->settings, k);
                const char *dot = strchr(keys[i], '.');
                table_set(plan, row,
                          strcmp(keys[i], "optimizer.kind") == 0 ? "optimizer"
                          : dot                                  ? dot + 1
                                                                 : keys[i],
                          strcmp(value, "auto") == 0 ? "n/a" : value); /* the run's summary will tell */
                memory_free(value);
            }
    table_set_number(plan, row, "solved_return", solved);
    table_set_number(plan, row, "random_return", random);
}

size_t study_add(study *s, const char *name, const settings *settings, int runs, uint64_t first_seed) {
    if (s->cell_count == s->cell_capacity) {
        size_t capacity = s->cell_capacity ? 2 * s->cell_capacity : 16;
        study_cell *cells = memory_array(study_cell, capacity);
        if (s->cells) memcpy(cells, s->cells, s->cell_count * sizeof *cells);
        memory_free(s->cells);
        s->cells = cells;
        s->cell_capacity = capacity;
    }
    study_cell *cell = &s->cells[s->cell_count];
    snprintf(cell->name, sizeof cell->name, "%s", name);
    for (char *c = cell->name; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr(".-_+=", *c)) *c = '-';
    cell->settings = *settings;
    cell->settings.seed = first_seed;
    cell->runs = runs;
    cell->first_seed = first_seed;
    size_t row = table_row(&s->plan);
    CHECK(row == s->cell_count);
    describe(&s->plan, row, cell);
    return s->cell_count++;
}

static int check_names(const study *s, error *e) {
    for (size_t c = 0; c < s->cell_count; c++)
        for (size_t i = 0; i < c; i++)
            if (strcmp(s->cells[i].name, s->cells[c].name) == 0)
                return error_set(e, STATUS_USAGE, "two cells would be called %s; give their files other names",
                                 s->cells[c].name);
    return 0;
}

int study_open(study *s, const char *folder, error *e) {
    bool vacant;
    char path[STUDY_PATH];
    snprintf(s->folder, sizeof s->folder, "%s", folder);
    if (file_join(path, folder, "study.json", e) || file_is_vacant(folder, &vacant, e)) return -1;
    if (!vacant && !file_exists(path))
        return error_set(e, STATUS_USAGE,
                         "%s: neither empty nor a study's folder (it has no study.json); choose another --out", folder);
    error why = {0};
    if (file_make_folders(folder, &why)) return error_set(e, why.status, "%s; --out names another place", why.text);
    if (file_lock(folder, &s->lock, e)) return -1;
    bool grown = false;
    if (check_names(s, e) || (!vacant && study_file_compare(s, path, &grown, e)) ||
        ((vacant || grown) && study_file_write(s, path, e)))
        return -1;
    return study_write_cells(s, e);
}

/* ---- Running ---- */

/* One run of the study, in the order in which they are started. */
typedef struct turn {
    size_t cell;
    int run;
    double started; /* seconds of the clock */
    bool late;      /* ended by the timeout */
} turn;

static int start(const study *s, runner *r, const turn *t, error *e) {
    const study_cell *cell = &s->cells[t->cell];
    char folder[STUDY_PATH], log[STUDY_PATH], yaml[STUDY_PATH], seed[24];
    if (study_path(folder, s, "runs", t->cell, t->run, "", e) ||
        study_path(log, s, "logs", t->cell, t->run, ".txt", e) || study_cell_path(yaml, s, t->cell, e) ||
        file_remove_folder(folder, e))
        return -1;
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)(cell->first_seed + (uint64_t)t->run));
    const char *argv[16] = {s->program, "train", yaml, "--seed", seed, "--out", folder, "--quiet", "--json"};
    if (cell->settings.env.on_command_line) { /* a plugin is loaded only where the command line names it */
        argv[9] = "--env";
        argv[10] = cell->settings.env.id[0];
    }
    return runner_start(r, argv, log, e);
}

/* Why a run is gone that could not say so itself: the last line of its log. */
static void write_reason(const study *s, const turn *t, int status) {
    char log[STUDY_PATH];
    struct stat about;
    if (study_path(log, s, "logs", t->cell, t->run, ".txt", NULL)) return;
    bool silent = stat(log, &about) != 0 || about.st_size == 0;
    FILE *f = t->late || status > 128 || silent ? fopen(log, "a") : NULL;
    if (!f) return;
    if (t->late)
        fprintf(f, "ended after %.6g seconds, the --timeout of a run\n", s->timeout);
    else if (status > 128)
        fprintf(f, "ended by signal %d (%s)\n", status - 128, strsignal(status - 128));
    else
        fprintf(f, "ended with status %d and said nothing\n", status);
    fclose(f);
}

/* Counts a run that ended, and drops its log when there is nothing to tell. */
static void finish(study *s, const turn *t, int status, study_progress *progress) {
    char log[STUDY_PATH];
    bool done = study_is_done(s, t->cell, t->run);
    if (!done && !s->interrupted) write_reason(s, t, status);
    if (done)
        s->done++;
    else if (!s->interrupted)
        s->failed++;
    if (!study_path(log, s, "logs", t->cell, t->run, ".txt", NULL) && done) unlink(log);
    study_progress_end(progress, t->cell);
}

/* Ends the runs that have lasted too long. SIGKILL, since one that hangs may hear nothing else. */
static void end_late(const study *s, const runner *r, turn *running) {
    for (size_t slot = 0; slot < r->slots && s->timeout > 0; slot++) {
        if (!r->children[slot] || running[slot].late || clock_process_seconds() - running[slot].started < s->timeout)
            continue;
        running[slot].late = true;
        runner_kill(r, (int)slot);
    }
}

int study_run(study *s, error *e) {
    size_t total = 0, next = 0;
    int most = 0, failed = 0;
    for (size_t c = 0; c < s->cell_count; c++) {
        total += (size_t)s->cells[c].runs;
        if (s->cells[c].runs > most) most = s->cells[c].runs;
    }
    turn *turns = memory_array(turn, total), running[RUNNER_JOBS];
    size_t count = 0;
    s->done = s->failed = 0;
    s->total = total;
    for (int run = 0; run < most; run++)
        for (size_t c = 0; c < s->cell_count; c++) {
            if (run >= s->cells[c].runs) continue;
            if (study_is_done(s, c, run))
                s->done++;
            else
                turns[count++] = (turn){.cell = c, .run = run};
        }
    study_progress progress;
    study_progress_begin(&progress, s, count);
    runner r;
    runner_open(&r, (size_t)s->jobs);
    while (r.running > 0 || (next < count && !r.interrupted && !failed)) {
        while (r.running < r.slots && next < count && !r.interrupted && !failed) {
            int slot = start(s, &r, &turns[next], e);
            if (slot < 0)
                failed = -1;
            else {
                study_progress_start(&progress, turns[next].cell, turns[next].run);
                turns[next].started = clock_process_seconds();
                running[slot] = turns[next++];
            }
        }
        int status, slot = r.running > 0 ? runner_wait(&r, 0.5, &status) : -1;
        s->interrupted = r.interrupted;
        if (slot >= 0) finish(s, &running[slot], status, &progress);
        end_late(s, &r, running);
        study_progress_show(&progress);
    }
    runner_close(&r);
    study_progress_finish(&progress);
    memory_free(turns);
    return failed;
}

/* What was asked for, in the last columns. */
static void add_request(const study *s, const study_cell *cell, table *runs, size_t row) {
    for (size_t k = 0; k < settings_keys(); k++)
        if (strcmp(settings_key(k), "network.layers") == 0) {
            char *layers = settings_value(&cell->settings, k);
            table_set(runs, row, "network", layers);
            memory_free(layers);
        }
    table_set(runs, row, "changes", s->changes && *s->changes ? s->changes : "none");
    if (s->command) table_set(runs, row, "command", s->command);
}

void study_collect(const study *s, table *runs) {
    size_t most = 1;
    for (size_t c = 0; c < s->cell_count; c++) most += (size_t)s->cells[c].runs;
    size_t *cells = memory_array(size_t, most); /* of the rows */
    static const char *const first[] = {"run", "state", "message"};
    for (size_t c = 0; c < s->plan.columns; c++) table_column(runs, s->plan.names[c]);
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) table_column(runs, first[i]);
    for (size_t c = 0; c < s->cell_count; c++)
        for (int run = 0; run < s->cells[c].runs; run++) {
            char folder[STUDY_PATH];
            if (study_path(folder, s, "runs", c, run, "", NULL)) continue;
            bool done = study_is_done(s, c, run), tried = done || study_was_tried(s, c, run);
            if (!tried) continue;
            size_t row = table_row(runs);
            for (size_t k = 0; k < s->plan.columns; k++)
                table_set(runs, row, s->plan.names[k], table_text(&s->plan, c, s->plan.names[k]));
            table_set(runs, row, "run", strrchr(folder, '/') + 1);
            table_set(runs, row, "state", done ? "done" : "failed");
            char seed[24];
            snprintf(seed, sizeof seed, "%llu", (unsigned long long)(s->cells[c].first_seed + (uint64_t)run));
            table_set(runs, row, "seed", "n/a"); /* keeps its column's place */
            summary_row_read(folder, runs, row);
            table_set(runs, row, "seed", seed); /* with all of its digits */
            if (!done) study_read_message(s, c, run, runs, row);
            cells[row] = c;
        }
    for (size_t row = 0; row < runs->rows; row++) add_request(s, &s->cells[cells[row]], runs, row);
    memory_free(cells);
}

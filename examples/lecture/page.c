/* SPDX-License-Identifier: MIT
 * Puts the experiments' parts together: report.md and report.html, every figure beside the lecture's at the top.
 *
 * usage: page FOLDER NAME...      the names of experiments that have run */
#include "lecture.h"

#include "base/file.h"
#include "base/memory.h"

#include <stdio.h>
#include <string.h>

enum { LARGEST_PART = 16 << 20 };

static void append_part(text_buffer *to, const char *folder, const char *name, const char *suffix) {
    error e = {0};
    char path[LECTURE_PATH], *bytes;
    size_t count;
    if (file_join(path, folder, words("parts/%s.%s", name, suffix), &e) ||
        file_read(path, LARGEST_PART, &bytes, &count, &e))
        lecture_give_up(&e);
    text_append_bytes(to, bytes, count);
    memory_free(bytes);
}

/* Adds an experiment's figures to the table of all. */
static void append_figures(table *all, const char *folder, const char *name) {
    error e = {0};
    char path[LECTURE_PATH];
    table own = {0};
    if (file_join(path, folder, words("%s.csv", name), &e) || table_read(&own, path, &e)) lecture_give_up(&e);
    for (size_t r = 0; r < own.rows; r++) {
        size_t row = table_row(all);
        table_set(all, row, "experiment", name);
        for (size_t c = 0; c < own.columns; c++) table_set(all, row, own.names[c], table_text(&own, r, own.names[c]));
    }
    table_free(&own);
}

static int count(const table *t, const char *verdict) {
    int n = 0;
    for (size_t r = 0; r < t->rows; r++) n += strncmp(table_text(t, r, "agreement"), verdict, strlen(verdict)) == 0;
    return n;
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: page FOLDER NAME...\n");
        return STATUS_USAGE;
    }
    const char *folder = argv[1];
    table all = {0};
    for (int i = 2; i < argc; i++) append_figures(&all, folder, argv[i]);
    int wrong = count(&all, "WRONG");

    report page;
    report_open(&page, folder, "The lecture's experiments, run by a3c");
    report_text(&page,
                "Taehoon Kim's lecture on actor-critic methods (Sogang University, fall 2025) has nine experiments in "
                "Python. Here each is a short C program on a3c's library, with the lecture's settings; the tables put "
                "the lecture's figures beside ours.");
    report_text(&page,
                "**exact** figures do not depend on chance. The others do: the lecture's is one draw, and ours is "
                "`mean [2.5 %%, 97.5 %%]` over draws with other random numbers. A figure **agrees** when it lies in "
                "that range; p is the share of draws at least as far out, two-sided; how many draws, each experiment "
                "says. Of %zu figures %d are exact, "
                "%d agree, %d differ (why is said where they stand), %d are given without comparison%s.",
                all.rows, count(&all, "exact"), count(&all, "agrees"), count(&all, "differs"),
                count(&all, "not compared"), wrong ? words(" and **%d are WRONG**", wrong) : "");
    report_table(&page, &all);
    for (int i = 2; i < argc; i++) {
        append_part(&page.markdown, folder, argv[i], "md");
        append_part(&page.html, folder, argv[i], "html");
    }
    table_free(&all);
    error e = {0};
    if (report_close(&page, &e)) lecture_give_up(&e);
    return wrong ? STATUS_FAILED : STATUS_OK;
}

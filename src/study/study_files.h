/* SPDX-License-Identifier: MIT
 * The files of a study's folder: study.json, the cells' settings, and what the runs left. */
#ifndef STUDY_STUDY_FILES_H
#define STUDY_STUDY_FILES_H

#include "study/study.h"

/* Writes study.json: kind, cells, seeds, and each cell's settings. */
int study_file_write(const study *s, const char *path, error *e);

/* Whether study.json says what `s` does; if not, -1 with STATUS_USAGE and the first key that differs. It may have fewer
 * runs of its cells: then *grown is set. */
int study_file_compare(const study *s, const char *path, bool *grown, error *e);

/* Makes the folders and writes cells/NAME.yaml. */
int study_write_cells(const study *s, error *e);

/* FOLDER/kind/CELL-sSEED + ending, and FOLDER/cells/CELL.yaml, to path[STUDY_PATH]. */
int study_path(char *path, const study *s, const char *kind, size_t cell, int run, const char *ending, error *e);
int study_cell_path(char *path, const study *s, size_t cell, error *e);

/* Its summary.json is there and stopped_by is neither signal nor error. */
bool study_is_done(const study *s, size_t cell, int run);

/* It was started and came to an end of its own: it has a log, and no summary.json that says it was interrupted. */
bool study_was_tried(const study *s, size_t cell, int run);

/* The last line that a failed run wrote on standard error, as the row's `message`. */
void study_read_message(const study *s, size_t cell, int run, table *runs, size_t row);

#endif

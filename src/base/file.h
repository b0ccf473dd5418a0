/* SPDX-License-Identifier: MIT
 * Files and folders as the rest of the program needs them: read whole, replaced whole, grown line by line, cut, locked.
 *
 * Every function that takes an error returns 0, or -1 with the error filled: a message that names the path and says in
 * the system's words what went wrong. A full disk is such an error. A file system that cannot flush or lock at all is
 * not: that is warned of once. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FILE_PATH_SIZE = 4096 };

/* ---- Paths and folders ---- */

/* Writes folder/name to `path` [FILE_PATH_SIZE]; an absolute name stands alone. -1: the path is too long. */
int file_join(char *path, const char *folder, const char *name, error *e);

bool file_exists(const char *path);

/* Makes the folder and its parents; it may exist already. */
int file_make_folders(const char *path, error *e);

/* Makes a folder that was not there, and its parents; *made false: something of that name is there already. */
int file_make_new_folder(const char *path, bool *made, error *e);

/* *vacant: whether `path` is absent or a folder that holds nothing but a lock, so that a run may be written there. A file is
 * not vacant. */
int file_is_vacant(const char *path, bool *vacant, error *e);

/* Removes a folder and what is in it; it may be absent. */
int file_remove_folder(const char *path, error *e);

/* ---- Reading ---- */

/* Reads a whole file, a pipe too, of at most `limit` bytes. *bytes [*count] is followed by a 0 byte and belongs to the
 * caller (memory_free); on failure it is NULL. */
int file_read(const char *path, size_t limit, char **bytes, size_t *count, error *e);

/* ---- Replacing: the old file or the new one, never a part ---- */

/* A new file on its way to `path`: bytes go to `path`.tmp beside it until file_draft_commit. */
typedef struct file_draft {
    int descriptor;
    char path[FILE_PATH_SIZE];      /* the file itself, symbolic links followed */
    char temporary[FILE_PATH_SIZE]; /* "" where bytes go straight to a device, a pipe or standard output */
} file_draft;

/* Opens, fills and commits a draft. Commit flushes the file to the disk, renames it and flushes the folder. When any of
 * them fails the draft is gone and the old file is as it was. A symbolic link is followed; a device or a pipe is
 * written to as it is, and "-" is standard output. */
int file_draft_open(file_draft *draft, const char *path, error *e);
int file_draft_write(file_draft *draft, const void *bytes, size_t count, error *e);
int file_draft_commit(file_draft *draft, error *e);

/* Drops an open draft. */
void file_draft_discard(file_draft *draft);

/* All of that for bytes at hand. */
int file_replace(const char *path, const void *bytes, size_t count, error *e);

/* ---- Growing ---- */

/* A file that only grows at its end. */
typedef struct file_log {
    int descriptor; /* -1: closed */
    char path[FILE_PATH_SIZE];
} file_log;

/* Opens the file, or creates it. */
int file_log_open(file_log *log, const char *path, error *e);

/* Hands all bytes to the system before it returns, so that they outlive this process; on failure (a full disk) what was
 * written of them is cut off again. */
int file_log_append(file_log *log, const void *bytes, size_t count, error *e);

/* Waits until all of it is on the disk, so that it outlives the machine. */
int file_log_flush(file_log *log, error *e);

/* Closes; a log that is closed already or was never opened but has descriptor -1 is left alone. */
void file_log_close(file_log *log);

/* Cuts a file to `length` bytes. */
int file_truncate(const char *path, uint64_t length, error *e);

/* ---- Locking ---- */

/* Takes the lock of a folder (flock on its file ".lock", which stays) without waiting. *lock is for file_unlock; the
 * system gives the lock back when the process ends, however it ends. -1 when another process holds it: the message has
 * its id. */
int file_lock(const char *folder, int *lock, error *e);
void file_unlock(int lock);

#endif

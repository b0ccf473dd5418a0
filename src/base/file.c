/* SPDX-License-Identifier: MIT
 * Files and folders: read whole, replaced whole, appended to, cut, locked. */
#include "base/file.h"

#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_READ = 1 << 14, FILE_MODE = 0666, FOLDER_MODE = 0777, MOST_LINKS = 40 };
enum { ENOTSUPP_KERNEL = 524 }; /* not in errno.h; some network file systems answer it all the same */

static const char lock_name[] = ".lock";

/* "cannot read runs/a/config.yaml: No such file or directory" */
static int failed(error *e, const char *what, const char *path) {
    int number = errno;
    return error_set(e, STATUS_FAILED, "cannot %s %s: %s", what, path, strerror(number));
}

static int copy_path(char *to, const char *path, const char *suffix, error *e) {
    int length = snprintf(to, FILE_PATH_SIZE, "%s%s", path, suffix);
    if (length > 0 && length < FILE_PATH_SIZE) return 0;
    return error_set(e, STATUS_USAGE, "the path %.60s... is %s", path, length > 0 ? "too long" : "empty");
}

int file_join(char *path, const char *folder, const char *name, error *e) {
    if (name[0] == '/') return copy_path(path, name, "", e);
    size_t length = strlen(folder);
    bool slash = length > 0 && folder[length - 1] != '/';
    int total = snprintf(path, FILE_PATH_SIZE, "%s%s%s", folder, slash ? "/" : "", name);
    if (total < FILE_PATH_SIZE) return 0;
    return error_set(e, STATUS_USAGE, "the path %.60s... is too long", folder);
}

bool file_exists(const char *path) {
    return access(path, F_OK) == 0;
}

static bool is_folder(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static int make_folder(const char *path, error *e) {
    if (mkdir(path, FOLDER_MODE) == 0 || (errno == EEXIST && is_folder(path))) return 0;
    return failed(e, "make the folder", path);
}

/* All folders that `part` [FILE_PATH_SIZE] lies in. */
static int make_parents(char *part, error *e) {
    for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (!is_folder(part) && make_folder(part, e)) return -1;
        *slash = '/';
    }
    return 0;
}

int file_make_folders(const char *path, error *e) {
    char part[FILE_PATH_SIZE];
    return copy_path(part, path, "", e) || make_parents(part, e) ? -1 : make_folder(part, e);
}

int file_make_new_folder(const char *path, bool *made, error *e) {
    char part[FILE_PATH_SIZE];
    *made = false;
    if (copy_path(part, path, "", e) || make_parents(part, e)) return -1;
    *made = mkdir(part, FOLDER_MODE) == 0;
    return *made || errno == EEXIST ? 0 : failed(e, "make the folder", path);
}

int file_is_vacant(const char *path, bool *vacant, error *e) {
    *vacant = false;
    DIR *folder = opendir(path);
    if (!folder) {
        *vacant = errno == ENOENT;
        return errno == ENOENT || errno == ENOTDIR ? 0 : failed(e, "look into", path);
    }
    *vacant = true;
    for (struct dirent *entry; (entry = readdir(folder));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            strcmp(entry->d_name, lock_name) != 0)
            *vacant = false;
    closedir(folder);
    return 0;
}

/* ---- Reading ---- */

static int too_large(const char *path, size_t limit, error *e) {
    return error_set(e, STATUS_FAILED, "cannot read %s: it is larger than the %zu bytes that are allowed", path, limit);
}

/* Doubles a block of `capacity` bytes, of which `count` are used, up to `most`. */
static void grow(char **bytes, size_t count, size_t *capacity, size_t most) {
    size_t larger = *capacity > most / 2 ? most : *capacity * 2;
    char *block = memory_new(larger);
    memcpy(block, *bytes, count);
    memory_free(*bytes);
    *bytes = block;
    *capacity = larger;
}

static int read_all(int descriptor, const char *path, size_t limit, char **bytes, size_t *count, error *e) {
    struct stat status;
    if (fstat(descriptor, &status)) return failed(e, "read", path);
    uint64_t size = S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0;
    if (size > limit) return too_large(path, limit, e);
    size_t most = limit + 2; /* a byte to see that there is more, and the final 0 */
    size_t capacity = size ? (size_t)size + 2 : FIRST_READ < most ? FIRST_READ : most;
    *bytes = memory_new(capacity);
    for (;;) {
        if (*count + 1 == capacity) {
            if (*count > limit) return too_large(path, limit, e);
            grow(bytes, *count, &capacity, most);
        }
        ssize_t got = read(descriptor, *bytes + *count, capacity - 1 - *count);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed(e, "read", path);
        if (got == 0) break;
        *count += (size_t)got;
    }
    (*bytes)[*count] = '\0';
    return 0;
}

int file_read(const char *path, size_t limit, char **bytes, size_t *count, error *e) {
    CHECK(limit < SIZE_MAX - 2);
    *bytes = NULL;
    *count = 0;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return failed(e, "read", path);
    int result = read_all(descriptor, path, limit, bytes, count, e);
    close(descriptor);
    if (result) {
        memory_free(*bytes);
        *bytes = NULL;
        *count = 0;
    }
    return result;
}

/* ---- Writing ---- */

/* The file system cannot do what was asked, as opposed to: it tried and failed. */
static bool is_unsupported(int number) {
    return number == EINVAL || number == ENOSYS || number == ENOLCK || number == EOPNOTSUPP || number == EBADF ||
           number == ENOTTY || number == ENOTSUPP_KERNEL;
}

/* Waits until the file, or folder, is on the disk. A file system that cannot flush is warned of once. */
static int flush(int descriptor, const char *what, const char *path, error *e) {
    static int said;
    if (fsync(descriptor) == 0) return 0;
    if (!is_unsupported(errno)) return failed(e, what, path);
    struct stat status;
    if (fstat(descriptor, &status) == 0 && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)))
        error_warn_once(&said, "cannot %s %s: %s; a power cut may lose its last seconds", what, path, strerror(errno));
    return 0;
}

static int write_all(int descriptor, const void *bytes, size_t count) {
    for (const char *next = bytes; count > 0;) {
        ssize_t written = write(descriptor, next, count);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return -1;
        next += written;
        count -= (size_t)written;
    }
    return 0;
}

/* Flushes the folder that `path` lies in, so that the new name outlives the machine. */
static int flush_folder(const char *path, error *e) {
    char folder[FILE_PATH_SIZE];
    if (copy_path(folder, path, "", e)) return -1;
    char *slash = strrchr(folder, '/');
    if (slash) slash[slash == folder] = '\0';
    int descriptor = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return failed(e, "flush the folder of", path);
    int result = flush(descriptor, "flush the folder of", path, e);
    close(descriptor);
    return result;
}

/* Follows the symbolic link at `path` [FILE_PATH_SIZE], and the next one, to the name that stands for the file. */
static int follow_links(char *path, error *e) {
    char link[FILE_PATH_SIZE], folder[FILE_PATH_SIZE];
    for (int i = 0; i < MOST_LINKS; i++) {
        ssize_t length = readlink(path, link, sizeof link - 1);
        if (length < 0) return 0; /* no link, or nothing there yet */
        link[length] = '\0';
        strcpy(folder, path);
        char *slash = strrchr(folder, '/');
        if (slash) slash[1] = '\0';
        if (file_join(path, slash ? folder : "", link, e)) return -1;
    }
    errno = ELOOP;
    return failed(e, "write", path);
}

/* A device or a pipe is written to, never replaced. */
static bool is_stream(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

int file_draft_open(file_draft *draft, const char *path, error *e) {
    *draft = (file_draft){.descriptor = -1};
    if (copy_path(draft->path, path, "", e)) return -1;
    if (strcmp(path, "-") == 0) {
        draft->descriptor = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    } else if (is_stream(path)) {
        draft->descriptor = open(path, O_WRONLY | O_CLOEXEC);
    } else {
        if (follow_links(draft->path, e) || copy_path(draft->temporary, draft->path, ".tmp", e)) return -1;
        draft->descriptor = open(draft->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    }
    return draft->descriptor < 0 ? failed(e, "write", *draft->temporary ? draft->temporary : path) : 0;
}

void file_draft_discard(file_draft *draft) {
    if (draft->descriptor < 0) return;
    close(draft->descriptor);
    if (*draft->temporary) unlink(draft->temporary);
    draft->descriptor = -1;
}

static int draft_failed(file_draft *draft, error *e) {
    failed(e, "write", draft->path);
    file_draft_discard(draft);
    return -1;
}

int file_draft_write(file_draft *draft, const void *bytes, size_t count, error *e) {
    return write_all(draft->descriptor, bytes, count) ? draft_failed(draft, e) : 0;
}

int file_draft_commit(file_draft *draft, error *e) {
    bool is_new = *draft->temporary;
    if (is_new && flush(draft->descriptor, "flush", draft->path, e)) {
        file_draft_discard(draft);
        return -1;
    }
    if (is_new && rename(draft->temporary, draft->path)) return draft_failed(draft, e);
    int closed = close(draft->descriptor);
    draft->descriptor = -1;
    if (closed && errno != EINTR) return failed(e, "write", draft->path);
    return is_new ? flush_folder(draft->path, e) : 0;
}

int file_replace(const char *path, const void *bytes, size_t count, error *e) {
    file_draft draft;
    if (file_draft_open(&draft, path, e) || file_draft_write(&draft, bytes, count, e)) return -1;
    return file_draft_commit(&draft, e);
}

/* ---- Growing ---- */

int file_log_open(file_log *log, const char *path, error *e) {
    log->descriptor = -1;
    if (copy_path(log->path, path, "", e)) return -1;
    log->descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, FILE_MODE);
    return log->descriptor < 0 ? failed(e, "write", path) : 0;
}

int file_log_append(file_log *log, const void *bytes, size_t count, error *e) {
    off_t end = lseek(log->descriptor, 0, SEEK_END);
    if (write_all(log->descriptor, bytes, count) == 0) return 0;
    failed(e, "write", log->path);
    if (end >= 0 && ftruncate(log->descriptor, end)) error_prefix(e, "%s ends with half a line now: ", log->path);
    return -1;
}

int file_log_flush(file_log *log, error *e) {
    return flush(log->descriptor, "flush", log->path, e);
}

void file_log_close(file_log *log) {
    if (log->descriptor >= 0) close(log->descriptor);
    log->descriptor = -1;
}

int file_truncate(const char *path, uint64_t length, error *e) {
    return truncate(path, (off_t)length) ? failed(e, "cut", path) : 0;
}

/* ---- Locking ---- */

/* The id that the holder of a lock wrote into it; "unknown" while it has not yet. */
static const char *holder(int descriptor, char *words, size_t size) {
    ssize_t got = pread(descriptor, words, size - 1, 0);
    if (got <= 0) return "unknown";
    words[got] = '\0';
    words[strcspn(words, "\n")] = '\0';
    return words;
}

int file_lock(const char *folder, int *lock, error *e) {
    char path[FILE_PATH_SIZE], words[32];
    *lock = -1;
    if (file_join(path, folder, lock_name, e)) return -1;
    int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);
    if (descriptor < 0) return failed(e, "write", path);
    static int said;
    if (flock(descriptor, LOCK_EX | LOCK_NB)) {
        if (is_unsupported(errno)) {
            error_warn_once(&said, "cannot lock %s: %s; nothing keeps another a3c from writing there", path,
                            strerror(errno));
            *lock = descriptor;
            return 0;
        }
        if (errno == EWOULDBLOCK)
            error_set(e, STATUS_FAILED, "%s is in use by another a3c (process %s)", folder,
                      holder(descriptor, words, sizeof words));
        else
            failed(e, "lock", path);
        close(descriptor);
        return -1;
    }
    int length = snprintf(words, sizeof words, "%ld\n", (long)getpid());
    if (ftruncate(descriptor, 0) || write_all(descriptor, words, (size_t)length)) {
        failed(e, "write", path);
        close(descriptor);
        return -1;
    }
    *lock = descriptor;
    return 0;
}

void file_unlock(int lock) {
    if (lock >= 0) close(lock);
}

static int remove_one(const char *path, const struct stat *what, int kind, struct FTW *where) {
    (void)what, (void)kind, (void)where;
    return remove(path);
}

int file_remove_folder(const char *folder, error *e) {
    if (nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS) && errno != ENOENT)
        return error_set(e, STATUS_FAILED, "%s: cannot be removed: %s", folder, strerror(errno));
    return 0;
}

/* SPDX-License-Identifier: MIT
 * schedule.bin: the order of pulls and pushes, written and read. */
#include "global/recording.h"

#include "base/file.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 1 << 16 };
static const char magic[8] = {'a', '3', 'c', 's', 'c', 'h', 'e', 'd'};

struct recording {
    int file;
    int failed; /* errno of a write that failed: reported by the next flush */
    int64_t events;
    size_t pending;
    char path[1024];
    uint32_t buffer[BUFFER];
};

static int write_all(int file, const void *data, size_t bytes) {
    for (const char *at = data; bytes > 0;) {
        ssize_t n = write(file, at, bytes);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return -1;
        at += n, bytes -= (size_t)n;
    }
    return 0;
}

recording *recording_create(const char *path, int64_t events, error *e) {
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    off_t size = (off_t)sizeof magic + (off_t)events * 4;
    struct stat status;
    bool good = file >= 0 && (events > 0 ? fstat(file, &status) == 0 && status.st_size >= size &&
                                               ftruncate(file, size) == 0 && lseek(file, size, SEEK_SET) == size
                                         : ftruncate(file, 0) == 0 && write_all(file, magic, sizeof magic) == 0);
    if (!good) {
        error_set(e, STATUS_FAILED, "%s: cannot record the schedule: %s", path,
                  events > 0 && file >= 0 ? "shorter than the checkpoint says" : strerror(errno));
        if (file >= 0) close(file);
        return NULL;
    }
    recording *r = memory_new(sizeof *r);
    r->file = file;
    r->events = events;
    strncpy(r->path, path, sizeof r->path - 1);
    return r;
}

static void drain(recording *r) {
    if (r->pending && write_all(r->file, r->buffer, r->pending * 4) != 0) r->failed = errno;
    r->pending = 0;
}

void recording_add(recording *r, int worker, bool push) {
    r->buffer[r->pending++] =
        (uint32_t)worker * 2 + push; /* little-endian: other machines are refused at compile time */
    r->events++;
    if (r->pending == BUFFER) drain(r);
}

int64_t recording_events(const recording *r) {
    return r->events;
}

int recording_flush(recording *r, error *e) {
    drain(r);
    if (!r->failed && fsync(r->file) != 0) r->failed = errno;
    return r->failed ? error_set(e, STATUS_FAILED, "%s: cannot write: %s", r->path, strerror(r->failed)) : 0;
}

void recording_free(recording *r) {
    if (!r) return;
    drain(r);
    close(r->file);
    memory_free(r);
}

/* Every push must follow a pull of the same worker, and no worker pulls twice. */
static int check_events(const uint32_t *events, size_t n, int workers, const char *path, error *e) {
    bool *open = memory_array(bool, (size_t)workers);
    int failed = 0;
    for (size_t i = 0; i < n && !failed; i++) {
        uint32_t worker = events[i] / 2;
        bool push = events[i] & 1;
        if (worker >= (uint32_t)workers)
            failed = error_set(e, STATUS_USAGE, "%s: event %zu is of worker %u, but the run has %d workers", path, i,
                               worker, workers);
        else if (open[worker] != push)
            failed = error_set(e, STATUS_USAGE, "%s: event %zu: worker %u %s", path, i, worker,
                               push ? "pushes before it pulled" : "pulls twice");
        else
            open[worker] = !push;
    }
    memory_free(open);
    return failed;
}

uint32_t *recording_read(const char *path, int workers, size_t *events, error *e) {
    size_t bytes;
    char *text;
    if (file_read(path, (size_t)1 << 32, &text, &bytes, e)) return NULL;
    uint32_t *words = NULL;
    if (bytes < sizeof magic || bytes % 4 != 0 || memcmp(text, magic, sizeof magic) != 0) {
        error_set(e, STATUS_USAGE, "%s: not a recording of a schedule (schedule.bin of a run with async.record)", path);
    } else {
        *events = (bytes - sizeof magic) / 4;
        words = memory_array(uint32_t, *events + 1);
        memcpy(words, text + sizeof magic, *events * 4);
        if (check_events(words, *events, workers, path, e)) {
            memory_free(words);
            words = NULL;
        }
    }
    memory_free(text);
    return words;
}

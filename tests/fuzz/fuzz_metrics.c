/* SPDX-License-Identifier: MIT
 * The metrics.jsonl of a run, as a study and a resumed run read it: rows, or words. */
#include "base/memory.h"
#include "fuzz.h"
#include "record/metrics.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static char folder[] = "/tmp/a3c-fuzz-XXXXXX", path[64];
    if (path[0] == '\0') {
        if (!mkdtemp(folder)) abort();
        snprintf(path, sizeof path, "%s/metrics.jsonl", folder);
    }
    FILE *out = fopen(path, "wb");
    if (!out || fwrite(data, 1, size, out) != size || fclose(out)) abort();
    metrics *rows;
    size_t count;
    error e = {0};
    if (metrics_read(folder, &rows, &count, &e)) {
        if (e.status == 0 || e.text[0] == '\0') abort();
        return 0;
    }
    memory_free(rows);
    return 0;
}

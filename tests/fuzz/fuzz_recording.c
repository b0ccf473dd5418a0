/* SPDX-License-Identifier: MIT
 * Recordings of an async run, for three workers: read, or refused with words; every event is one of theirs. */
#include "base/memory.h"
#include "fuzz.h"
#include "global/recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    size_t count;
    error e = {0};
    uint32_t *events = recording_read(fuzz_file(data, size), 3, &count, &e);
    if (!events) {
        if (e.status == 0 || e.text[0] == '\0') abort();
        return 0;
    }
    for (size_t i = 0; i < count; i++)
        if (events[i] / 2 >= 3) abort();
    memory_free(events);
    return 0;
}

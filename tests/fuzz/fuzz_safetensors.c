/* SPDX-License-Identifier: MIT
 * Safetensors files: read, or refused with words; every byte of every tensor can be touched. */
#include "fuzz.h"
#include "record/safetensors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    safetensors *file;
    error e = {0};
    if (safetensors_open(fuzz_file(data, size), &file, &e)) {
        if (e.status == 0 || e.text[0] == '\0') abort();
        return 0;
    }
    volatile bool finite = safetensors_check_finite(file, NULL) == 0;
    (void)finite;
    for (size_t i = 0; i < safetensors_count(file); i++) {
        const safetensor *t = safetensors_at(file, i);
        if (safetensors_tensor(file, t->name) != t) abort();
    }
    safetensors_close(file);
    return 0;
}

/* SPDX-License-Identifier: MIT
 * The choice of a table of kernels: what this CPU runs, what A3C_ISA asks for. */
#include "net/kernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/kernels_tables.h"

const char *const kernels_names[] = {"avx512", "avx2", "portable", "reference", NULL};

const kernels *kernels_named(const char *name) {
    if (strcmp(name, "reference") == 0) return &kernels_reference;
    if (strcmp(name, "portable") == 0) return &kernels_portable;
#if defined(__x86_64__)
    __builtin_cpu_init();
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                  __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
    if (strcmp(name, "avx2") == 0 && avx2) return &kernels_avx2;
    if (strcmp(name, "avx512") == 0 && avx512) return &kernels_avx512;
#endif
    return NULL;
}

static const kernels *best(void) {
    for (const char *const *name = kernels_names; *name; name++) {
        const kernels *table = kernels_named(*name);
        if (table) return table;
    }
    return NULL;
}

static const kernels *chosen;

/* Before main, so that no thread can see it half done. */
__attribute__((constructor)) static void choose(void) {
    const char *isa = getenv("A3C_ISA");
    const kernels *forced = isa ? kernels_named(isa) : NULL;
    chosen = forced ? forced : best();
}

const kernels *kernels_get(void) {
    return chosen;
}

const char *kernels_complaint(void) {
    static char text[256];
    const char *isa = getenv("A3C_ISA");
    if (!isa || kernels_named(isa)) return NULL;
    bool known = false;
    for (const char *const *name = kernels_names; *name; name++) known = known || strcmp(*name, isa) == 0;
    if (known) {
        snprintf(text, sizeof text, "A3C_ISA=%s: this CPU or this build has not got it; use one of:", isa);
    } else {
        snprintf(text, sizeof text, "A3C_ISA: no such instruction set; use one of:");
    }
    for (const char *const *name = kernels_names; *name; name++) {
        if (!kernels_named(*name)) continue;
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, " %s", *name);
    }
    return text;
}

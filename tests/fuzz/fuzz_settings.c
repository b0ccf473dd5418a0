/* SPDX-License-Identifier: MIT
 * Files of settings: read, or refused with words; what was read is written and reads back as the same. */
#include "base/memory.h"
#include "fuzz.h"
#include "settings/settings.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static settings s, again;
    error e = {0};
    if (settings_parse(&s, "f.yaml", (const char *)data, size, &e)) {
        if (e.status == 0 || e.text[0] == '\0') abort();
        return 0;
    }
    char *text = settings_text(&s);
    if (settings_parse(&again, "written.yaml", text, strlen(text), &e)) abort();
    memory_free(text);
    return 0;
}

/* SPDX-License-Identifier: MIT
 * Numbers as a person reads them. */
#include "record/format.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *words_count(char *words, int64_t count) {
    char digits[WORDS_SIZE];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, count < 0 ? -(uint64_t)count : (uint64_t)count);
    char *out = words;
    if (count < 0) *out++ = '-';
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) *out++ = ',';
        *out++ = digits[i];
    }
    *out = '\0';
    return words;
}

/* Three digits that count: 1.23, 12.3, 123. */
static int decimals(double value) {
    return value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
}

const char *words_rate(char *words, double per_second) {
    const char *unit = "";
    if (per_second >= 999.5e6) {
        per_second *= 1e-9;
        unit = " G";
    } else if (per_second >= 999.5e3) {
        per_second *= 1e-6;
        unit = " M";
    } else if (per_second >= 999.5) {
        per_second *= 1e-3;
        unit = " k";
    }
    snprintf(words, WORDS_SIZE, "%.*f%s", unit[0] ? decimals(per_second) : 0, per_second, unit);
    return words;
}

const char *words_duration(char *words, double seconds) {
    double whole = round(seconds);
    if (seconds < 1)
        snprintf(words, WORDS_SIZE, "%.3f s", seconds);
    else if (seconds < 59.95)
        snprintf(words, WORDS_SIZE, "%.1f s", seconds);
    else if (whole < 3600)
        snprintf(words, WORDS_SIZE, "%.0f min %.0f s", floor(whole / 60), fmod(whole, 60));
    else
        snprintf(words, WORDS_SIZE, "%.0f h %.0f min", floor(whole / 3600), floor(fmod(whole, 3600) / 60));
    return words;
}

const char *words_value(char *words, double value) {
    snprintf(words, WORDS_SIZE, "%.4g", value);
    if (strchr(words, 'e') && fabs(value) >= 1 && fabs(value) < 1e15) snprintf(words, WORDS_SIZE, "%.0f", value);
    return words;
}

bool words_utf8(void) {
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (int i = 0; i < 3; i++) {
        const char *value = getenv(names[i]);
        if (value && value[0]) return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
    }
    return false;
}

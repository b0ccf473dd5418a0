/* SPDX-License-Identifier: MIT
 * Lists on a command line: words, integers and modes with commas between them. */
#include "cli/lists.h"

#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int refuse(int status) {
    return status ? EINVAL : 0;
}

int lists_words(const char *option, char *text, const char **words, size_t *count, error *e) {
    *count = 0;
    for (char *rest = text, *word; (word = strsep(&rest, ","));) {
        if (!*word) return refuse(error_set(e, STATUS_USAGE, "%s: an empty entry in the list", option));
        if (*count == LISTS_MOST)
            return refuse(error_set(e, STATUS_USAGE, "%s: more than %d entries", option, (int)LISTS_MOST));
        words[(*count)++] = word;
    }
    return 0;
}

static int add_integer(const char *option, int64_t number, int *numbers, size_t *count, error *e) {
    for (size_t i = 0; i < *count; i++)
        if (numbers[i] == number)
            return refuse(error_set(e, STATUS_USAGE, "%s: %lld stands twice", option, (long long)number));
    if (*count == LISTS_MOST)
        return refuse(error_set(e, STATUS_USAGE, "%s: more than %d entries", option, (int)LISTS_MOST));
    numbers[(*count)++] = (int)number;
    return 0;
}

int lists_integers(const char *option, const char *text, int most, int *numbers, size_t *count, error *e) {
    char copy[512];
    const char *words[LISTS_MOST];
    size_t n;
    if (snprintf(copy, sizeof copy, "%s", text) >= (int)sizeof copy)
        return refuse(error_set(e, STATUS_USAGE, "%s: the list is too long", option));
    if (lists_words(option, copy, words, &n, e)) return EINVAL;
    *count = 0;
    for (size_t i = 0; i < n; i++) {
        char word[64];
        snprintf(word, sizeof word, "%.60s", words[i]);
        char *range = strstr(word, "..");
        int64_t first = 0, last = 0;
        if (range) *range = 0;
        if (cli_integer(option, word, 1, most, &first, e) ||
            cli_integer(option, range ? range + 2 : word, 1, most, &last, e))
            return EINVAL;
        if (last < first)
            return refuse(
                error_set(e, STATUS_USAGE, "%s: %lld..%lld goes down", option, (long long)first, (long long)last));
        for (int64_t k = first; k <= last; k++)
            if (add_integer(option, k, numbers, count, e)) return EINVAL;
    }
    return 0;
}

int lists_modes(const char *text, bool *async, bool *sync, error *e) {
    char copy[64];
    const char *words[LISTS_MOST];
    size_t n;
    *async = *sync = false;
    snprintf(copy, sizeof copy, "%s", text);
    if (lists_words("--modes", copy, words, &n, e)) return EINVAL;
    for (size_t i = 0; i < n; i++) {
        bool *mode = strcmp(words[i], "async") == 0 ? async : strcmp(words[i], "sync") == 0 ? sync : NULL;
        if (!mode)
            return refuse(error_set(e, STATUS_USAGE,
                                    "--modes: expected async, sync or both with a comma, found "
                                    "\"%.40s\"",
                                    words[i]));
        *mode = true;
    }
    return 0;
}

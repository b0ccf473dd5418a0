/* SPDX-License-Identifier: MIT
 * The table of modes, and what they plan alike. */
#include "trainer/mode.h"

const mode *mode_of(const settings *s) {
#define MODE_ROW(name, word, column) [name] = &mode_##word,
    static const mode *const modes[] = {RUN_MODES(MODE_ROW)};
    return modes[s->mode];
}

const char *mode_word(const settings *s) {
#define MODE_WORD(name, word, column) [name] = #word,
    static const char *const words[] = {RUN_MODES(MODE_WORD)};
    return words[s->mode];
}

int mode_threads(const plan *p, int most, int automatic) {
    int threads = p->settings.threads ? p->settings.threads : automatic;
    return threads < most ? threads : most;
}

bool mode_environments_block(const plan *p) {
    for (int i = 0; i < p->settings.env.count; i++)
        if (p->configs[i].spec.flags & A3C_ENV_BLOCKS) return true;
    return false;
}

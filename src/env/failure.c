/* SPDX-License-Identifier: MIT
 * Environments that break: what they say of it themselves, and numbers that are not finite. */
#include "env/failure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

bool failure_in_numbers(const float *values, int count) {
    uint32_t found = 0;
    for (int i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, values + i, sizeof bits);
        found |= (bits & 0x7f800000u) == 0x7f800000u;
    }
    return found != 0;
}

static int describe_component(const env_config *kind, float value, int i, char *text, size_t size) {
    const char *const *names = kind->spec.observation_names;
    return snprintf(text, size, "component %d%s%s%s of its observation is %s", i, names ? " (" : "",
                    names ? names[i] : "", names ? ")" : "", isnan(value) ? "NaN" : "infinite");
}

void env_describe_failure(const env_config *kind, const void *instance, const float *observation, double reward,
                          char *text, size_t size) {
    const a3c_env_def *def = kind->def;
    text[0] = 0;
    if (def->failure && def->failure((const char *)instance + kind->state_offset, text, size) != 0) {
        text[size - 1] = 0;
        if (text[0] == 0) snprintf(text, size, "it says that it is broken, and not why");
        return;
    }
    if (!isfinite(reward)) {
        snprintf(text, size, "its reward is %s", isnan(reward) ? "NaN" : "infinite");
        return;
    }
    for (int i = 0; i < kind->observation_size; i++)
        if (!isfinite(observation[i])) {
            describe_component(kind, observation[i], i % kind->frame_elements, text, size);
            return;
        }
    snprintf(text, size, "it says that it is broken, and not why");
}

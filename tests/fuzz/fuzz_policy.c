/* SPDX-License-Identifier: MIT
 * Checkpoints as a3c/policy.h loads them: refused with words, or a policy that acts. */
#include "a3c/policy.h"
#include "base/memory.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char message[512] = "";
    a3c_policy *policy = a3c_policy_load(fuzz_file(data, size), message, sizeof message);
    if (!policy) {
        if (message[0] == '\0') abort();
        return 0;
    }
    a3c_policy_info info = a3c_policy_describe(policy);
    a3c_actor *actor = a3c_actor_new(policy, 1);
    float *observation = memory_array(float, (size_t)info.observation_size);
    a3c_answer answer;
    a3c_actor_act(actor, observation, A3C_SAMPLE, &answer);
    memory_free(observation);
    a3c_actor_free(actor);
    a3c_policy_free(policy);
    return 0;
}

/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <stddef.h>

const command commands[] = {
    {"train", command_train, "[PRESET|FILE] [--env ID] [--mode async|sync] [--workers N] [--steps N] ...", "train an agent"},
    {"eval", command_eval, "RUN [--best] [--episodes N] [--policy greedy|sample] ...", "evaluate a trained policy"},
    {"env", command_env, "list | info ID | run ID ... | check ID|FILE.so", "the environments: which there are, what they are like"},
    {"config", command_config, "[PRESET|FILE] [options of train]", "print the resolved settings, every key with its meaning"},
    {NULL, NULL, NULL, NULL},
};

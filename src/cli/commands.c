/* SPDX-License-Identifier: MIT
 * The table of subcommands. */
#include "cli/cli.h"

#include <stddef.h>

const command commands[] = {
    {"train", command_train, "[PRESET|FILE] [--env ID] [--mode async|sync] [--workers N] [--steps N] ...",
     "train an agent"},
    {"eval", command_eval, "RUN [--best] [--episodes N] [--policy greedy|sample] ...", "evaluate a trained policy"},
    {"act", command_act, "RUN [--best] [--policy greedy|sample] [--seed N]",
     "answer observations on standard input with actions"},
    {"watch", command_watch, "RUN [--best] [--gif FILE] [--episodes N] ...", "see a trained policy play"},
    {"compare", command_compare, "[PRESET] [--modes async,sync] [--workers LIST] [--seeds N] ...",
     "async against sync, with causes kept apart"},
    {"scale", command_scale, "[PRESET] [--modes async,sync] [--workers LIST] [--repeats N] ...",
     "speed and time to score over workers and threads"},
    {"sweep", command_sweep, "[PRESET] --vary KEY=log:1e-4:1e-2 | KEY=a,b,c ... [--runs N] ...",
     "many runs over values of any keys"},
    {"env", command_env, "list | info ID | run ID ... | check ID|FILE.so",
     "the environments: which there are, what they are like"},
    {"config", command_config, "[PRESET|FILE] [options of train]",
     "print the resolved settings, every key with its meaning"},
    {"bench", command_bench, "[kernels|sharing|environments|train]", "how fast this machine and this build are"},
    {NULL, NULL, NULL, NULL},
};

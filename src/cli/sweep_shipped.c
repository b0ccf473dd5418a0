/* SPDX-License-Identifier: MIT
 * Studies that come with the program. */
#include "cli/sweep_shipped.h"

#include <stddef.h>

static const char *const robustness[] = {
    "--vary", "optimizer.learning_rate=log:1e-4:1e-2", "--vary", "mode=async,sync", "--runs", "50", NULL};
static const char *const entropy[] = {
    "--vary", "loss.entropy_coef=0,1e-3,5e-3,1e-2", "--vary", "mode=async,sync", "--seeds", "10", NULL};
static const char *const horizon[] = {
    "--vary", "rollout_steps=5,20,32,128", "--vary", "mode=async,sync", "--seeds", "10", NULL};
static const char *const discount[] = {
    "--vary", "discount=0.9,0.95,0.98,0.99,0.999", "--vary", "mode=async,sync", "--seeds", "10", NULL};
/* Workers that sleep in their environment, a network whose updates are dear: where steps last evenly, sync's one update
 * for all is what counts, and where they do not, the wait for the slowest. The sleep makes it the same on any machine.
 */
static const char *const uneven[] = {
    "--vary",  "mode+sync.barrier=sync+step,sync+rollout,async+rollout",
    "--vary",  "env.delay.kind=constant,uniform,heavy",
    "--set",   "workers=16",
    "--set",   "threads=16",
    "--set",   "envs_per_worker=1",
    "--set",   "rollout_steps=5",
    "--set",   "env.delay.mean_us=100",
    "--set",   "env.delay.sleeps=true",
    "--set",   "eval.episodes=1",
    "--set",   "network.layers=[{dense: 400, activation: tanh}, {dense: 400, activation: tanh}]",
    "--steps", "8000",
    "--seeds", "20",
    NULL};

const sweep_shipped sweep_studies[] = {
    {"robustness", "score against learning rate, 50 random draws on a logarithmic scale, as in the A3C paper",
     robustness},
    {"entropy", "the lecture's entropy coefficients", entropy},
    {"horizon", "rollout lengths from 5 to 128", horizon},
    {"discount", "the horizon as the discount sets it", discount},
    {"uneven",
     "steps per second when steps last evenly and unevenly: sync that meets every step, sync that meets every rollout, "
     "async",
     uneven},
    {NULL, NULL, NULL},
};

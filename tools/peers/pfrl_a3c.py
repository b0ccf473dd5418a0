# SPDX-License-Identifier: MIT
"""PFRL's A3C on CartPole-v1."""
import common

common.one_thread_each()
import multiprocessing as mp
import time

import gymnasium
import pfrl
import torch
from torch import nn


class Old:
    """gymnasium's CartPole-v1 through the interface that PFRL expects."""

    def __init__(self, seed):
        self.env, self.seed = gymnasium.make("CartPole-v1", disable_env_checker=True), seed
        self.observation_space, self.action_space = self.env.observation_space, self.env.action_space

    def reset(self):
        observation, _ = self.env.reset(seed=self.seed)
        self.seed = None
        return observation

    def step(self, action):
        observation, reward, terminated, truncated, info = self.env.step(int(action))
        return observation, 0.1 * float(reward), terminated, {**info, "needs_reset": truncated}

    def close(self):
        self.env.close()


if __name__ == "__main__":
    options = common.arguments(envs=2, rollout=5)
    mp.set_start_method("fork")
    torch.set_num_threads(1)
    model = nn.Sequential(nn.Linear(4, common.HIDDEN), nn.Tanh(), nn.Linear(common.HIDDEN, common.HIDDEN), nn.Tanh(),
                          pfrl.nn.Branched(nn.Sequential(nn.Linear(common.HIDDEN, 2), pfrl.policies.SoftmaxCategoricalHead()),
                                           nn.Linear(common.HIDDEN, 1)))
    optimizer = pfrl.optimizers.SharedRMSpropEpsInsideSqrt(model.parameters(), lr=common.RATE, eps=1e-3, alpha=0.99)
    agent = pfrl.agents.A3C(model, optimizer, t_max=options.rollout, gamma=common.GAMMA, beta=0.0, max_grad_norm=common.CLIP,
                            normalize_grad_by_t_max=True)
    times, stop = mp.Array("d", 4, lock=False), mp.Event()
    began = time.perf_counter()

    def clock(env, agent, step):
        now = time.perf_counter()
        if times[0] == 0.0 and now - began > 3.0:
            times[0], times[1] = now, step
        elif times[0] and now - times[0] > options.seconds and times[2] == 0.0:
            times[2], times[3] = now, step
            stop.set()

    pfrl.experiments.train_agent_async("/tmp", processes=options.envs, make_env=lambda i, test: Old(options.seed + i), steps=10**9,
                                       agent=agent, global_step_hooks=[clock], stop_event=stop, eval_interval=10**9,
                                       random_seeds=[options.seed + i for i in range(options.envs)])
    common.report((times[3] - times[1]) / (times[2] - times[0]), sum(p.numel() for p in model.parameters()), processes=options.envs)

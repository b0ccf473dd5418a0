# SPDX-License-Identifier: MIT
"""EnvPool's CartPole-v1 with an A2C in PyTorch."""
import common

options = common.arguments()
common.one_thread_each()
import envpool
import numpy as np
import torch
from torch import nn

from torch_a3c import Network

torch.set_num_threads(options.threads)
torch.manual_seed(options.seed)
env = envpool.make("CartPole-v1", env_type="gymnasium", num_envs=options.envs, num_threads=options.threads, seed=options.seed)
network = Network()
optimizer = torch.optim.RMSprop(network.parameters(), lr=common.RATE, alpha=0.99, eps=1e-5)
observation = torch.from_numpy(env.reset()[0]).float()
rate, steps = common.Rate(options.seconds), 0
while not rate.at(steps):
    kept = []
    for _ in range(options.rollout):
        with torch.no_grad():
            action = torch.distributions.Categorical(logits=network(observation)[0]).sample()
        following, reward, terminated, truncated, _ = env.step(action.numpy().astype(np.int32))
        kept.append((observation, action, 0.1 * torch.from_numpy(reward).float(), torch.from_numpy(terminated | truncated)))
        observation = torch.from_numpy(following).float()
    x, action, reward, done = (torch.stack(part) for part in zip(*kept))
    logits, value = network(x)
    with torch.no_grad():
        following = torch.cat([value[1:], network(observation)[1][None]]) * ~done
        delta, advantage, advantages = reward + common.GAMMA * following - value, torch.zeros(options.envs), []
        for t in reversed(range(options.rollout)):
            advantage = delta[t] + common.GAMMA * common.LAMBDA * advantage * ~done[t]
            advantages.insert(0, advantage)
        advantage = torch.stack(advantages)
    log_probability = torch.log_softmax(logits, -1).gather(-1, action[..., None])[..., 0]
    loss = -(log_probability * advantage).mean() + common.VALUE_COEF * 0.5 * ((advantage + value.detach() - value) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), common.CLIP)
    optimizer.step()
    steps += options.envs * options.rollout
common.report(rate.steps_per_second(), sum(p.numel() for p in network.parameters()))

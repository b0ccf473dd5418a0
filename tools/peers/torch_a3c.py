# SPDX-License-Identifier: MIT
"""A3C as it is written in PyTorch: processes, a model in shared memory, gradients handed to it, one shared optimizer."""
import common

common.one_thread_each()
import time

import gymnasium
import torch
import torch.multiprocessing as mp
import torch.nn.functional as F
from torch import nn


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(4, common.HIDDEN), nn.Tanh(), nn.Linear(common.HIDDEN, common.HIDDEN), nn.Tanh())
        self.policy, self.value = nn.Linear(common.HIDDEN, 2), nn.Linear(common.HIDDEN, 1)

    def forward(self, x):
        h = self.trunk(x)
        return self.policy(h), self.value(h).squeeze(-1)


def shared_optimizer(kind, parameters):
    parameters = list(parameters)
    if kind == "adam":
        optimizer, names = torch.optim.Adam(parameters, lr=common.RATE, foreach=False), ("exp_avg", "exp_avg_sq")
    else:
        optimizer, names = torch.optim.RMSprop(parameters, lr=common.RATE, alpha=0.99, eps=1e-5, foreach=False), ("square_avg",)
    for p in parameters:
        optimizer.state[p] = {name: torch.zeros_like(p).share_memory_() for name in names}
        optimizer.state[p]["step"] = torch.zeros(()).share_memory_()
    return optimizer


def worker(rank, shared, optimizer, steps, stop, options):
    torch.set_num_threads(1)
    torch.manual_seed(options.seed + rank)
    env, local = gymnasium.make("CartPole-v1", disable_env_checker=True), Network()
    observation, _ = env.reset(seed=options.seed + rank)
    while not stop.value:
        local.load_state_dict(shared.state_dict())
        values, log_probabilities, entropies, rewards = [], [], [], []
        done = False
        for _ in range(options.rollout):
            logits, value = local(torch.from_numpy(observation))
            log_p = F.log_softmax(logits, -1)
            action = torch.multinomial(log_p.detach().exp(), 1)
            observation, reward, terminated, truncated, _ = env.step(action.item())
            values.append(value)
            log_probabilities.append(log_p.gather(-1, action).squeeze(-1))
            entropies.append(-(log_p * log_p.exp()).sum(-1))
            rewards.append(0.1 * reward)
            done = terminated or truncated
            if done:
                break
        with torch.no_grad():
            following = torch.zeros(()) if terminated else local(torch.from_numpy(observation))[1]
        if done:
            observation, _ = env.reset()
        advantage, policy_loss, value_loss = 0.0, 0.0, 0.0
        for t in reversed(range(len(rewards))):
            delta = rewards[t] + common.GAMMA * following - values[t].detach()
            advantage = delta + common.GAMMA * common.LAMBDA * advantage
            value_loss = value_loss + 0.5 * (advantage + values[t].detach() - values[t]) ** 2
            policy_loss = policy_loss - log_probabilities[t] * advantage - 0.0 * entropies[t]
            following = values[t].detach()
        local.zero_grad()
        ((policy_loss + common.VALUE_COEF * value_loss) / len(rewards)).backward()
        nn.utils.clip_grad_norm_(local.parameters(), common.CLIP)
        for mine, theirs in zip(local.parameters(), shared.parameters()):
            theirs.grad = mine.grad
        optimizer.step()
        steps[rank] += len(rewards)


if __name__ == "__main__":
    options = common.arguments(envs=2, rollout=20)
    mp.set_start_method("fork")
    shared = Network().share_memory()
    optimizer = shared_optimizer(options.optimizer, shared.parameters())
    steps, stop = mp.Array("q", options.envs, lock=False), mp.Value("b", 0, lock=False)
    workers = [mp.Process(target=worker, args=(i, shared, optimizer, steps, stop, options)) for i in range(options.envs)]
    for w in workers:
        w.start()
    rate = common.Rate(options.seconds, warmup=3.0)
    while not rate.at(sum(steps)):
        time.sleep(0.05)
    stop.value = 1
    for w in workers:
        w.join()
    common.report(rate.steps_per_second(), sum(p.numel() for p in shared.parameters()), processes=options.envs)

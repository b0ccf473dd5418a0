# SPDX-License-Identifier: MIT
"""Stable-Baselines3's A2C, its network reduced to the same shared trunk as a3c's."""
import common

options = common.arguments()
common.one_thread_each()
import torch
from stable_baselines3 import A2C
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from torch import nn


class Trunk(BaseFeaturesExtractor):
    def __init__(self, space):
        super().__init__(space, common.HIDDEN)
        self.layers = nn.Sequential(nn.Linear(4, common.HIDDEN), nn.Tanh(), nn.Linear(common.HIDDEN, common.HIDDEN), nn.Tanh())

    def forward(self, x):
        return self.layers(x)


class Clock(BaseCallback):
    def __init__(self):
        super().__init__()
        self.rate, self.done = common.Rate(options.seconds), False

    def _on_rollout_start(self):
        self.done = self.rate.at(self.num_timesteps)

    def _on_step(self):
        return not self.done


torch.set_num_threads(options.threads)
model = A2C("MlpPolicy", make_vec_env("CartPole-v1", options.envs, seed=options.seed), n_steps=options.rollout, learning_rate=common.RATE,
            gamma=common.GAMMA, gae_lambda=common.LAMBDA, vf_coef=common.VALUE_COEF, max_grad_norm=common.CLIP, device="cpu",
            policy_kwargs={"features_extractor_class": Trunk, "net_arch": []})
clock = Clock()
model.learn(10**9, callback=clock)
common.report(clock.rate.steps_per_second(), sum(p.numel() for p in model.policy.parameters()))

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Plays the original bsuite (pip install bsuite) with mostly random actions and writes what it saw to tests/golden/bsuite.txt:

    env ID SEED STEPS KEY=VALUE...
    reset CRC                          at the start, and after the end of an episode
    ACTION REWARD OVER CRC             a step

CRC is zlib's CRC-32 of the observation's float32 in little-endian order, REWARD a hexadecimal float.
"""
import pathlib
import random
import zlib

import numpy as np
from bsuite.environments import (bandit, cartpole, catch, deep_sea, discounting_chain, memory_chain, mountain_car,
                                 umbrella_chain)
from bsuite.experiments.cartpole_swingup import cartpole_swingup
from bsuite.utils import wrappers

OUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "bsuite.txt"


def noisy(env, seed, scale):
    return wrappers.RewardNoise(env, noise_scale=scale, seed=seed)


def scaled(env, seed, scale):
    return wrappers.RewardScale(env, reward_scale=scale, seed=seed)


# id, options, maker(seed, **options), steps
CASES = [
    ("bandit", {}, lambda seed: bandit.SimpleBandit(0), 22),
    ("bandit", {"mapping_seed": 17, "num_actions": 7}, lambda seed, **k: bandit.SimpleBandit(**k), 22),
    ("bandit_noise", {"mapping_seed": 3, "noise_scale": 0.3},
     lambda seed, mapping_seed, noise_scale: noisy(bandit.SimpleBandit(mapping_seed), seed, noise_scale), 22),
    ("bandit_scale", {"mapping_seed": 3, "reward_scale": 0.03},
     lambda seed, mapping_seed, reward_scale: scaled(bandit.SimpleBandit(mapping_seed), seed, reward_scale), 22),
    ("catch", {}, lambda seed: catch.Catch(seed=seed), 60),
    ("catch", {"rows": 6, "columns": 4}, lambda seed, **k: catch.Catch(seed=seed, **k), 40),
    ("catch_noise", {"noise_scale": 3}, lambda seed, noise_scale: noisy(catch.Catch(seed=seed), seed, noise_scale), 60),
    ("catch_scale", {"reward_scale": 1000},
     lambda seed, reward_scale: scaled(catch.Catch(seed=seed), seed, reward_scale), 60),
    ("deep_sea", {}, lambda seed: deep_sea.DeepSea(10, mapping_seed=42, seed=seed), 60),
    ("deep_sea", {"size": 2, "randomize_actions": "false"},
     lambda seed, **k: deep_sea.DeepSea(2, randomize_actions=False, seed=seed), 40),
    ("deep_sea_stochastic", {"size": 4, "mapping_seed": 5},
     lambda seed, **k: deep_sea.DeepSea(deterministic=False, seed=seed, **k), 80),
    ("memory_chain", {}, lambda seed: memory_chain.MemoryChain(10, 1, seed=seed), 60),
    ("memory_chain", {"memory_length": 3, "num_bits": 5}, lambda seed, **k: memory_chain.MemoryChain(seed=seed, **k), 40),
    ("memory_size", {"num_bits": 3}, lambda seed, num_bits: memory_chain.MemoryChain(2, num_bits, seed=seed), 30),
    ("umbrella_chain", {}, lambda seed: umbrella_chain.UmbrellaChain(10, 20, seed=seed), 60),
    ("umbrella_length", {"chain_length": 3, "n_distractor": 0},
     lambda seed, **k: umbrella_chain.UmbrellaChain(seed=seed, **k), 40),
    ("umbrella_distract", {"n_distractor": 2},
     lambda seed, n_distractor: umbrella_chain.UmbrellaChain(20, n_distractor, seed=seed), 50),
    ("cartpole", {}, lambda seed: cartpole.Cartpole(seed=seed), 200),
    ("cartpole", {"max_time": 0.3, "height_threshold": 0.9, "init_range": 0.2},
     lambda seed, **k: cartpole.Cartpole(seed=seed, **k), 100),
    ("cartpole_noise", {"noise_scale": 0.1},
     lambda seed, noise_scale: noisy(cartpole.Cartpole(seed=seed), seed, noise_scale), 60),
    ("cartpole_scale", {"reward_scale": 0.001},
     lambda seed, reward_scale: scaled(cartpole.Cartpole(seed=seed), seed, reward_scale), 60),
    ("cartpole_swingup", {}, lambda seed: cartpole_swingup.CartpoleSwingup(seed=seed), 1100),
    ("cartpole_swingup", {"height_threshold": -0.9, "x_reward_threshold": 0.05, "theta_dot_threshold": 0.5},
     lambda seed, **k: cartpole_swingup.CartpoleSwingup(seed=seed, **k), 200),
    ("mountain_car", {}, lambda seed: mountain_car.MountainCar(seed=seed), 300),
    ("mountain_car", {"max_steps": 30}, lambda seed, **k: mountain_car.MountainCar(seed=seed, **k), 100),
    ("mountain_car_noise", {"noise_scale": 10},
     lambda seed, noise_scale: noisy(mountain_car.MountainCar(seed=seed), seed, noise_scale), 60),
    ("discounting_chain", {"mapping_seed": 7}, lambda seed, **k: discounting_chain.DiscountingChain(**k), 210),
]


def choose(name, timestep, count, rng):
    """Random, but a car is mostly pushed where it rolls, so that it meets the wall and the goal."""
    if name == "mountain_car" and rng.random() < 0.9:
        return 2 if timestep.observation[0][1] >= 0 else 0
    return rng.randrange(count)


def crc(timestep):
    return f"{zlib.crc32(np.ascontiguousarray(timestep.observation, dtype='<f4').tobytes()):08x}"


def play(out, name, options, maker, steps, seed):
    env = maker(seed, **options)
    count = env.action_spec().num_values
    rng = random.Random(seed)
    print("env", f"bsuite/{name}", seed, steps, *(f"{k}={v}" for k, v in options.items()), file=out)
    timestep = env.reset()
    print("reset", crc(timestep), file=out)
    for _ in range(steps):
        action = choose(name, timestep, count, rng)
        timestep = env.step(action)
        print(action, float(timestep.reward).hex(), int(timestep.last()), crc(timestep), file=out)
        if timestep.last():
            timestep = env.reset()
            print("reset", crc(timestep), file=out)


def main():
    with open(OUT, "w") as out:
        for name, options, maker, steps in CASES:
            for seed in (0, 4294967295):
                play(out, name, options, maker, steps, seed)


if __name__ == "__main__":
    main()

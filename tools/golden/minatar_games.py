#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Plays the original MinAtar (pip install minatar) with a player that looks ahead, so that games get far, and writes what it
did and what it saw to tests/golden/minatar.txt:

    game GAME SEED ACTIONS RAMPING STICKY STEPS
    actions, one digit a step, 100 a line
    STEP CRC REWARD ENDS          every 100 steps: zlib's CRC-32 of all observations so far, sum of rewards, episodes ended

Observations go into the checksum as bytes of 0 and 1 in the order [y][x][channel]: the first one, each step's, and after an
end that of the reset, which follows at once.
"""
import copy
import pathlib
import random
import zlib

import minatar
import numpy as np

OUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "minatar.txt"
INTERVAL = 100
SUBMARINE, DIVERS_ABOARD, OXYGEN, DIVER = 0, 8, 7, 9


def survives(env, action, actions, depth, tries, rng):
    """How far random play after `action` gets, and what it earns: (steps, reward)."""
    best = (-1, 0)
    for _ in range(tries):
        trial = copy.deepcopy(env)
        reward, over = trial.act(action)
        steps = 0
        while not over and steps < depth:
            gained, over = trial.act(rng.choice(actions))
            reward += gained
            steps += 1
        best = max(best, (steps, reward))
        if steps == depth:
            break
    return best


def seaquest_wish(env):
    """The distance to the surface when full or short of air, else to the nearest diver."""
    state = env.state()
    y, x = np.argwhere(state[:, :, SUBMARINE])[0]
    if state[9, :, DIVERS_ABOARD].sum() >= 6 or state[9, :, OXYGEN].sum() <= 2 and state[9, :, DIVERS_ABOARD].sum() > 0:
        return y
    divers = np.argwhere(state[:, :, DIVER])
    return min((abs(y - dy) + abs(x - dx) for dy, dx in divers), default=4)


def choose(env, game, actions, rng):
    best, chosen = None, actions[0]
    for action in rng.sample(actions, len(actions)):
        steps, reward = survives(env, action, actions, 8, 4, rng)
        wish = 0
        if game == "seaquest":
            trial = copy.deepcopy(env)
            trial.act(action)
            wish = -seaquest_wish(trial)
        score = (steps, wish, reward) if game == "seaquest" else (steps, reward, 0)
        if best is None or score > best:
            best, chosen = score, action
    return chosen


def play(out, game, seed, ramping, sticky, steps, careful):
    rng = random.Random(seed)
    env = minatar.Environment(game, sticky_action_prob=sticky, difficulty_ramping=ramping)
    env.seed(seed)
    env.reset()
    actions = list(range(6))
    careless = actions + [2] * 12 if game == "freeway" else actions
    print("game", game, seed, len(actions), int(ramping), sticky, steps, file=out)
    crc = zlib.crc32(env.state().astype(np.uint8).tobytes())
    total, ends, taken, rows = 0, 0, [], []
    for t in range(steps):
        action = choose(env, game, actions, rng) if rng.random() < careful else rng.choice(careless)
        reward, over = env.act(action)
        taken.append(action)
        total += int(reward)
        crc = zlib.crc32(env.state().astype(np.uint8).tobytes(), crc)
        if over:
            ends += 1
            env.reset()
            crc = zlib.crc32(env.state().astype(np.uint8).tobytes(), crc)
        if (t + 1) % INTERVAL == 0:
            rows.append((t + 1, crc, total, ends))
    for start in range(0, steps, INTERVAL):
        print("".join(map(str, taken[start:start + INTERVAL])), file=out)
    for t, crc, total, ends in rows:
        print(t, f"{crc:08x}", total, ends, file=out)
    print(game, seed, "reward", total, "ends", ends, getattr(env.env, "ramp_index", None))


def main():
    with open(OUT, "w") as out:
        for game in ("breakout", "asterix", "seaquest", "space_invaders"):
            play(out, game, 1, True, 0.1, 2000, 1.0)
            play(out, game, 2, False, 0.3, 600, 0.5)
        play(out, "freeway", 1, True, 0.1, 2600, 0.0)
        play(out, "seaquest", 3, True, 0.0, 2000, 1.0)


if __name__ == "__main__":
    main()

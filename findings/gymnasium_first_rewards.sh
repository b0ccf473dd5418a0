#!/bin/sh
# Finding: Gymnasium's NormalizeReward multiplies the first reward of a run so that it comes out near 100, whatever its scale.
# Library: gymnasium 1.4.0
# Seen: 2026-12-01
#
# The wrapper divides rewards by a running standard deviation of the discounted return. One would expect that the first few rewards, of which little is known, come out near what they are (the
# guess: within a factor of ten of 1). The running variance starts with the weight 1e-4, so that after the first sample x it is about
# 1e-4 (1 + x^2): a reward of 1 becomes 70.7, one of 50 becomes 99.99, the second one of either about 2. An agent that learns from the first
# rollout gets a target that is fifty times the next one; nothing in the wrapper clips it.
#
# What to do: clip the result (10 is usual), or let the statistics see a rollout before they are used.
#
# Output that was seen:
#     reward 0.01: [1.0, 1.158, 1.01, 0.83]
#     reward 1.0: [70.714, 2.02, 1.243, 0.912]
#     reward 50.0: [99.99, 2.02, 1.243, 0.913]
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" -q install gymnasium==1.4.0 numpy==2.4.6 || exit 77
cat > "$folder/try.py" << 'END'
import sys
import gymnasium
import numpy as np


class Constant(gymnasium.Env):
    observation_space = gymnasium.spaces.Box(-1, 1, (1,), np.float32)
    action_space = gymnasium.spaces.Discrete(2)

    def __init__(self, reward):
        self.reward = reward

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return np.zeros(1, np.float32), {}

    def step(self, action):
        return np.zeros(1, np.float32), self.reward, False, False, {}


first = []
for reward in (0.01, 1.0, 50.0):
    env = gymnasium.wrappers.NormalizeReward(Constant(reward))
    env.reset(seed=0)
    seen = [round(float(env.step(0)[1]), 3) for _ in range(4)]
    print(f"reward {reward}: {seen}")
    first.append(seen[0])
sys.exit(0 if first[1] > 50 and 99 < first[2] < 101 else 1)
END
"$folder/venv/bin/python" "$folder/try.py"

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the golden data of the environments: what Gymnasium itself does, for the tests to compare with.

    python3 -m venv build/golden && build/golden/bin/pip install 'gymnasium[box2d]' 'numpy>=2'
    NPY_DISABLE_CPU_FEATURES='AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL' \
        build/golden/bin/python tools/golden/environments.py tests/golden/environments

A developer's tool: the data is committed, and neither build nor tests need Python. The variable keeps NumPy 1.22 to 1.24 from
replacing libm's sine and cosine; later versions do not need it.

Each file is text; numbers are the shortest decimals that read back exactly. Lines:

    env ID KEY=VALUE...          what follows is of this environment with these options
    seed S OBSERVATION           reset(seed=S) gives this observation
    again OBSERVATION            reset() without a seed
    step ACTION OBSERVATION REWARD FLAGS      flags: 1 terminated, 2 truncated, 3 both
    inject STATE ACTION OBSERVATION REWARD FLAGS      one step from a state set by hand
    table S P:NEXT:REWARD:TERMINATED/...      the transitions of a state: a word an action, its outcomes separated by '/'

The items of an observation, state or action are separated by commas. tests/golden_env.h reads this.
"""
import itertools
import math
import os
import platform
import sys

import gymnasium
import numpy as np

SEEDS = (0, 42, 2**64 - 1)
FUZZED = 2000


def number(x):
    """The shortest decimal that reads back as the same float32, float64 or integer."""
    if isinstance(x, (int, np.integer, bool, np.bool_)):
        return str(int(x))
    if isinstance(x, np.float32):
        return str(x)
    return repr(float(x))


def row(values):
    if isinstance(values, (tuple, list, np.ndarray)):
        return ",".join(number(v) for v in values)
    return number(values)


class Golden:
    def __init__(self, folder, name):
        self.file = open(os.path.join(folder, name + ".txt"), "w", encoding="ascii")
        libc = " ".join(platform.libc_ver())
        self.file.write(f"# Gymnasium {gymnasium.__version__}, NumPy {np.__version__}, {libc}, {platform.machine()}; "
                        "made by tools/golden/environments.py\n")

    def line(self, *words):
        self.file.write(" ".join(words) + "\n")

    def section(self, env_id, **options):
        self.line("env", env_id, *(f"{k}={str(v).lower()}" for k, v in options.items()))
        return gymnasium.make(env_id, disable_env_checker=True, **options)

    def episode(self, env, policy, seed=None, steps=10**9):
        """Plays to the end or for `steps` steps. policy(observation, k) gives action k."""
        observation, _ = env.reset(seed=seed)
        self.line(*(("again",) if seed is None else ("seed", str(seed))), row(observation))
        for k in range(steps):
            observation, ended = self.play(env, policy(observation, k))
            if ended:
                return

    def play(self, env, action):
        observation, reward, terminated, truncated, _ = env.step(action)
        self.line("step", row(action), row(observation), number(reward), str(int(terminated) + 2 * int(truncated)))
        return observation, terminated or truncated

    def inject(self, env, state, action, hidden=None):
        """One step from `state`; `hidden` is what the tests set where it is more than the state."""
        env.reset(seed=0)
        env.unwrapped.state = state
        observation, reward, terminated, _, _ = env.unwrapped.step(action)
        self.line("inject", row(state if hidden is None else hidden), row(action), row(observation), number(reward),
                  str(int(terminated)))


def ulps(x):
    return [np.nextafter(x, -np.inf), x, np.nextafter(x, np.inf)]


def fuzz(edges, spans, rng, count):
    """States: half of them have one or more components on an edge, all others are uniform in their spans."""
    for k in range(count):
        state = np.array([rng.uniform(low, high) for low, high in spans])
        if k % 2 == 0:
            for i in range(len(spans)):
                if len(edges[i]) > 0 and rng.random() < 0.6:
                    state[i] = edges[i][rng.integers(len(edges[i]))]
        yield state


# ---- Classic control ----------------------------------------------------------------------------------------------------


def discrete(rng, n):
    return lambda observation, k: int(rng.integers(n))


def box(rng, low, high):
    return lambda observation, k: np.array([rng.uniform(low, high)], dtype=np.float32)


def cartpole(folder):
    golden, rng = Golden(folder, "cartpole"), np.random.default_rng(1)
    balance = lambda o, k: int(0.1 * o[0] + 0.4 * o[1] + 3 * o[2] + o[3] > 0)
    for env_id in ("CartPole-v0", "CartPole-v1"):
        env = golden.section(env_id)
        for seed in SEEDS:
            golden.episode(env, discrete(rng, 2), seed)
            golden.episode(env, discrete(rng, 2))
    golden.episode(env, balance, 7)
    golden.episode(env, discrete(rng, 2), 8)
    for _ in range(30):  # past the end: the reward is 0 while the pole is down
        golden.play(env.unwrapped, int(rng.integers(2)))
    limit, angle = 2.4, 12 * 2 * math.pi / 360
    edges = [ulps(limit) + ulps(-limit), [0.0], ulps(angle) + ulps(-angle) + [0.0], [0.0]]
    spans = [(-2.5, 2.5), (-4, 4), (-0.25, 0.25), (-4, 4)]
    for state in fuzz(edges, spans, rng, FUZZED):
        golden.inject(env, state, int(rng.integers(2)))
    env = golden.section("CartPole-v1", sutton_barto_reward=True)
    golden.episode(env, discrete(rng, 2), 3)
    golden.play(env.unwrapped, 0)


def acrobot(folder):
    golden, rng = Golden(folder, "acrobot"), np.random.default_rng(2)
    swing = lambda o, k: 2 if o[4] > 0 else 0
    env = golden.section("Acrobot-v1")
    golden.episode(env, discrete(rng, 3), SEEDS[0])
    for seed in SEEDS[1:]:
        golden.episode(env, swing, seed)
        golden.episode(env, discrete(rng, 3), steps=50)
    for k in range(600):  # NumPy's float32 sine and cosine are not libm's in one reset of a hundred
        golden.episode(env, swing, 100 if k == 0 else None, steps=k % 10 == 0)
    pi = math.pi
    edges = [ulps(pi) + ulps(-pi) + [0.0], ulps(pi) + ulps(-pi) + [0.0], ulps(4 * pi) + ulps(-4 * pi), ulps(9 * pi) + ulps(-9 * pi)]
    spans = [(-pi, pi), (-pi, pi), (-4 * pi, 4 * pi), (-9 * pi, 9 * pi)]
    for state in fuzz(edges, spans, rng, FUZZED):
        golden.inject(env, state, int(rng.integers(3)))
    env = golden.section("Acrobot-v1")
    golden.line("env", "Acrobot-v1", "book_or_nips=nips")  # an attribute there, no argument
    env.unwrapped.book_or_nips = "nips"
    golden.episode(env, swing, 9, steps=100)


def mountain_car(folder):
    golden, rng = Golden(folder, "mountain_car"), np.random.default_rng(3)
    pump = lambda o, k: 2 if o[1] >= 0 else 0
    env = golden.section("MountainCar-v0")
    golden.episode(env, discrete(rng, 3), SEEDS[0])
    for seed in SEEDS[1:]:
        golden.episode(env, pump, seed)
        golden.episode(env, discrete(rng, 3), steps=50)
    edges = [ulps(-1.2)[1:] + ulps(0.5) + ulps(0.6)[:2], ulps(0.07)[:2] + ulps(-0.07)[1:] + [0.0, -0.0]]
    for state in fuzz(edges, [(-1.2, 0.6), (-0.07, 0.07)], rng, FUZZED):
        golden.inject(env, (np.float64(state[0]), np.float64(state[1])), int(rng.integers(3)))
    env = golden.section("MountainCar-v0", goal_velocity=0.02)
    golden.episode(env, pump, 5)


def mountain_car_continuous(folder):
    golden, rng = Golden(folder, "mountain_car_continuous"), np.random.default_rng(4)
    pump = lambda o, k: np.array([1.5 if o[1] >= 0 else -1], dtype=np.float32)
    env = golden.section("MountainCarContinuous-v0")
    golden.episode(env, box(rng, -1.3, 1.3), SEEDS[0])
    for seed in SEEDS[1:]:
        golden.episode(env, pump, seed)
        golden.episode(env, box(rng, -1.3, 1.3), steps=200)
    edges = [ulps(-1.2)[1:] + ulps(0.45) + ulps(0.6)[:2], ulps(0.07)[:2] + ulps(-0.07)[1:] + [0.0]]
    actions = np.array([-1, 1, -1.5, 2, 0], dtype=np.float32)
    actions = np.append(actions, [np.nextafter(np.float32(1), np.float32(2)), np.nextafter(np.float32(-1), np.float32(-2))])
    for k, state in enumerate(fuzz(edges, [(-1.2, 0.6), (-0.07, 0.07)], rng, FUZZED)):
        action = rng.uniform(-1.5, 1.5) if k % 3 else actions[rng.integers(len(actions))]
        state = state.astype(np.float32) if k % 4 else state
        hidden = [float(state[0]), float(state[1]), int(state.dtype == np.float32)]
        golden.inject(env, state, np.array([action], dtype=np.float32), hidden)
    env = golden.section("MountainCarContinuous-v0", goal_velocity=0.02)
    golden.episode(env, pump, 5)


def pendulum(folder):
    golden, rng = Golden(folder, "pendulum"), np.random.default_rng(5)
    env = golden.section("Pendulum-v1")
    swing = lambda o, k: np.array([2 if o[2] >= 0 else -2], dtype=np.float32)
    golden.episode(env, box(rng, -2.5, 2.5), SEEDS[0])
    for seed in SEEDS[1:]:
        golden.episode(env, swing, seed)
        golden.episode(env, box(rng, -2.5, 2.5), steps=50)
    pi = math.pi
    edges = [list(itertools.chain.from_iterable(ulps(k * pi) for k in (-3, -2, -1, 1, 2, 3, 41, -40))) + [0.0, -0.0],
             ulps(8.0)[:2] + ulps(-8.0)[1:] + [0.0]]
    actions = np.array([-2, 2, -2.5, 3, 0], dtype=np.float32)
    for k, state in enumerate(fuzz(edges, [(-200, 200), (-8, 8)], rng, FUZZED)):
        action = rng.uniform(-2.5, 2.5) if k % 3 else actions[rng.integers(len(actions))]
        golden.inject(env, state, np.array([action], dtype=np.float32))
    env = golden.section("Pendulum-v1", g=9.81)
    golden.episode(env, box(rng, -2, 2), 5, steps=100)


def lunar_lander(folder):
    """Needs gymnasium[box2d], which has another version of Box2D: the tests compare these flights with a tolerance."""
    golden = Golden(folder, "lunar_lander")
    env = golden.section("LunarLander-v3")
    for seed in range(6):
        golden.episode(env, lambda o, k: (0, 2, 3, 1, 2)[k % 5], seed, 120)
    env = golden.section("LunarLanderContinuous-v3")
    for seed in range(6, 12):
        golden.episode(env, lambda o, k: np.array([math.sin(k), math.cos(2 * k)], dtype=np.float32), seed, 120)


# ---- Toy text -----------------------------------------------------------------------------------------------------------


def table(golden, env):
    for s, actions in env.unwrapped.P.items():
        golden.line("table", str(int(s)), *("/".join(f"{number(p)}:{int(n)}:{number(r)}:{int(t)}" for p, n, r, t in outcomes)
                                            for _, outcomes in sorted(actions.items())))


def toy(golden, rng, n, env_id, seeds=SEEDS, steps=120, with_table=False, **options):
    env = golden.section(env_id, **options)
    for seed in seeds:
        golden.episode(env, discrete(rng, n), seed, steps)
        for _ in range(3):
            golden.episode(env, discrete(rng, n), None, steps)
    if with_table:
        table(golden, env)


def frozen_lake(folder):
    golden, rng = Golden(folder, "frozen_lake"), np.random.default_rng(6)
    toy(golden, rng, 4, "FrozenLake-v1", with_table=True)
    toy(golden, rng, 4, "FrozenLake8x8-v1", with_table=True)
    toy(golden, rng, 4, "FrozenLake-v1", is_slippery=False)
    toy(golden, rng, 4, "FrozenLake-v1", success_rate=0.7, with_table=True)


def cliff_walking(folder):
    golden, rng = Golden(folder, "cliff_walking"), np.random.default_rng(7)
    toy(golden, rng, 4, "CliffWalking-v1", with_table=True)
    toy(golden, rng, 4, "CliffWalkingSlippery-v1", with_table=True)


def taxi(folder):
    """The tables of the dry and of the rainy taxi; the episodes of each follow its table's best known way half of the time, so
    that passengers are carried."""
    golden, rng = Golden(folder, "taxi"), np.random.default_rng(8)
    for options in ({}, {"is_rainy": True}, {"fickle_passenger": True}, {"is_rainy": True, "fickle_passenger": True}):
        env = golden.section("Taxi-v4", **options)
        best = greedy(env.unwrapped.P)
        policy = lambda o, k: best[int(o)] if rng.random() < 0.7 else int(rng.integers(6))
        for seed in SEEDS:
            golden.episode(env, policy, seed)
            for _ in range(3):
                golden.episode(env, policy)
        if "fickle_passenger" not in options:
            table(golden, env)


def greedy(transitions, discount=0.95, rounds=200):
    value = {s: 0.0 for s in transitions}

    def worth(s, a):
        return sum(p * (r + (0 if t else discount * value[int(n)])) for p, n, r, t in transitions[s][a])

    for _ in range(rounds):
        value = {s: max(worth(s, a) for a in transitions[s]) for s in transitions}
    return {s: max(transitions[s], key=lambda a: worth(s, a)) for s in transitions}


def blackjack(folder):
    golden, rng = Golden(folder, "blackjack"), np.random.default_rng(9)
    for options in ({}, {"natural": True, "sab": False}, {"natural": False, "sab": False}):
        env = golden.section("Blackjack-v1", **options)
        for seed in SEEDS:
            golden.episode(env, discrete(rng, 2), seed)
            for _ in range(150):
                golden.episode(env, discrete(rng, 2))


# ---- Random numbers -----------------------------------------------------------------------------------------------------


def random_numbers(folder):
    """Lines: words SEED KEY WORD... (generate_state); pcg SEED KEY CALL..., mt SEED CALL...: each call is one draw of the
    stream in order, u:double, n:VALUE:below, g:normal (MT19937 only)."""
    golden = Golden(folder, "random")
    seeds = (0, 1, 42, 2**32 - 1, 2**32, 2**64 - 1, 0x0123456789ABCDEF)
    keys = ((), (0,), (0, 0), (3, 7), (1023, 2**32 - 1), (1, 2, 3))
    for seed, key in itertools.product(seeds, keys):
        sequence = np.random.SeedSequence(seed, spawn_key=key)
        name = [str(seed), row(key) or "-"]
        golden.line("pcg", *name, *draws(np.random.Generator(np.random.PCG64(sequence)), 40, False))
        if key:
            word = int(np.random.SeedSequence(seed, spawn_key=key).generate_state(1)[0])
            golden.line("mt", *name, *draws(np.random.RandomState(word), 20, True))
        else:
            entropy = seed if seed < 2**32 else [seed & 0xFFFFFFFF, seed >> 32]
            golden.line("mt", *name, *draws(np.random.RandomState(entropy), 700, True))


def draws(stream, count, legacy):
    sizes = (2, 3, 13, 1, 7, 2**31 + 1, 2**32 - 1, 100, 5)
    for k in range(count):
        if k % 5 == 0:
            yield "u:" + number(stream.random_sample() if legacy else stream.random())
        elif k % 11 == 3 and legacy:
            yield "g:" + number(stream.standard_normal())
        else:
            n = sizes[k % len(sizes)]
            yield f"{n}:{int(stream.randint(n) if legacy else stream.integers(n))}"


FILES = (cartpole, acrobot, mountain_car, mountain_car_continuous, pendulum, lunar_lander, frozen_lake, cliff_walking, taxi, blackjack,
         random_numbers)

if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if int(np.__version__.split(".")[0]) < 2:
        sys.exit("the reference is NumPy 2: its promotion rules are part of what is tested")
    for write in FILES:
        if len(sys.argv) == 2 or write.__name__ in sys.argv[2:]:
            write(sys.argv[1])

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Raw stepping of the classic-control environments on one core: a3c beside EnvPool and Gymnasium, random actions, resets
included. EnvPool has one thread and several numbers of environments, synchronous and in part batches (the best counts);
Gymnasium its own vector version of CartPole, and one environment at a time of the others. Every row is measured once a
round on the same core, ratios are taken inside a round.

    tools/peers/run environments        installs the peers and calls this
"""
import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

IDS = ["CartPole-v1", "Acrobot-v1", "MountainCar-v0", "MountainCarContinuous-v0", "Pendulum-v1"]
SHAPES = [(64, 64), (256, 256), (1024, 1024), (4096, 4096), (1024, 256)]  # EnvPool: environments, of which a step takes so many
DRAWN = 64  # actions are drawn before, so that the peers' time has none of it (a3c's has)
VECTOR = 1024


def rate_of(step, count, seconds):
    """Steps per second of step(k), k = 0, 1, .., each of `count` steps."""
    for k in range(20):
        step(k)
    began, calls = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        for _ in range(10):
            step(calls)
            calls += 1
    return calls * count / (time.perf_counter() - began)


def envpool_rate(name, envs, batch, seconds):
    import envpool
    import numpy as np

    pool = envpool.make(name, env_type="gymnasium", num_envs=envs, batch_size=batch, num_threads=1, seed=1)
    actions = [np.array([pool.action_space.sample() for _ in range(batch)]) for _ in range(DRAWN)]
    if envs == batch:
        pool.reset()
        rate = rate_of(lambda k: pool.step(actions[k % DRAWN]), batch, seconds)
    else:
        pool.async_reset()

        def step(k):
            info = pool.recv()[4]
            pool.send(actions[k % DRAWN], info["env_id"])

        rate = rate_of(step, batch, seconds)
    pool.close()
    return rate


def gymnasium_rate(name, seconds):
    import gymnasium

    if name == "CartPole-v1":
        env = gymnasium.make_vec(name, num_envs=VECTOR, vectorization_mode="vector_entry_point")
        env.reset(seed=1)
        env.action_space.seed(1)
        actions = [env.action_space.sample() for _ in range(DRAWN)]
        return rate_of(lambda k: env.step(actions[k % DRAWN]), VECTOR, seconds)
    env = gymnasium.make(name)
    env.reset(seed=1)
    actions = [env.action_space.sample() for _ in range(DRAWN)]

    def step(k):
        _, _, terminated, truncated, _ = env.step(actions[k % DRAWN])
        if terminated or truncated:
            env.reset()

    return rate_of(step, 1, seconds)


def peers(name, seconds):
    """The child's work: both peers on one environment, as JSON."""
    pool = {}
    for envs, batch in SHAPES:
        try:
            pool[f"{envs} environments, {batch} a step"] = envpool_rate(name, envs, batch, seconds)
        except Exception as e:  # a peer that lacks something is left out, and said
            print(f"EnvPool, {name}: {e}", file=sys.stderr)
            break
    print(json.dumps({"envpool": pool, "gymnasium": gymnasium_rate(name, seconds)}))


def child(command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise RuntimeError(done.stderr.strip()[-300:])
    return json.loads(done.stdout[done.stdout.index("{"):])


def measure_round(options, rows):
    for name in IDS:
        print(f"{name} ...", file=sys.stderr)
        ours = child([options.a3c, "bench", "environments", name, "--json"])
        row = rows.setdefault(name, {"a3c": [], "a3c, one": [], "envpool": [], "gymnasium": [], "shapes": []})
        row["a3c"].append(ours["environments"][0]["steps_per_second"])
        row["a3c, one"].append(ours["environments"][0]["single_steps_per_second"])
        theirs = child([options.python, "-W", "ignore", __file__, "--peers", name, "--seconds", str(options.seconds)])
        row["shapes"].append(theirs["envpool"])
        row["envpool"].append(max(theirs["envpool"].values(), default=None))
        row["gymnasium"].append(theirs["gymnasium"])


def ratio(above, below):
    each = [a / b for a, b in zip(above, below) if b]
    return f"{statistics.median(each):.2f} ({min(each):.2f} to {max(each):.2f})" if each else "n/a"


def show(rows):
    print("Million steps per second on one core, medians; ratios: median (lowest to highest)")
    print(f"{'environment':26}{'a3c, 1':>8}{'a3c, 1024':>11}{'EnvPool':>9}{'Gymnasium':>11}{'a3c / EnvPool':>24}{'a3c / Gymnasium':>26}")
    for name, row in rows.items():
        alone, many, pool, gym = (statistics.median([x or 0 for x in row[k]]) / 1e6 for k in ("a3c, one", "a3c", "envpool", "gymnasium"))
        against = row["a3c" if name == "CartPole-v1" else "a3c, one"]
        print(f"{name:26}{alone:8.2f}{many:11.2f}{pool:9.2f}{gym:11.3f}{ratio(row['a3c'], row['envpool']):>24}{ratio(against, row['gymnasium']):>26}")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--a3c", default=os.environ.get("A3C_BIN", "a3c"))
    p.add_argument("--python", default=sys.executable, help="the interpreter that has the peers")
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--seconds", type=float, default=0.5, help="of each of the peers' rows")
    p.add_argument("--out", help="where to write the numbers as JSON")
    p.add_argument("--peers", help=argparse.SUPPRESS)
    options = p.parse_args()
    if options.peers:
        peers(options.peers, options.seconds)
        return
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # children too
    rows = {}
    for _ in range(options.rounds):
        measure_round(options, rows)
    show(rows)
    if options.out:
        cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.processor())
        pathlib.Path(options.out).write_text(json.dumps(
            {"date": time.strftime("%Y-%m-%d"), "cpu": cpu, "rounds": options.rounds, "seconds": options.seconds, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()

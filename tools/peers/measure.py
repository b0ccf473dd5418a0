#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""a3c beside its peers: same environment (CartPole-v1), network (4-128-128-(2+1), 17,539 parameters), batch and machine. Every
row is measured once a round, rounds one after another, so that what else the machine does meets all alike; ratios are taken
inside a round and reported as median (lowest to highest).

    tools/peers/run            installs the peers and calls this
"""
import argparse
import json
import os
import pathlib
import platform
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]

# name -> (script, options)
PEERS = {
    "sb3 16x5": ("sb3_a2c.py", "--envs 16 --rollout 5"),
    "sb3 16x128": ("sb3_a2c.py", "--envs 16 --rollout 128"),
    "jax 16x5": ("jax_a2c.py", "--envs 16 --rollout 5 --threads 1"),
    "jax 16x128": ("jax_a2c.py", "--envs 16 --rollout 128 --threads 1"),
    "jax 16x128, 2 devices": ("jax_a2c.py", "--envs 16 --rollout 128 --threads 2"),
    "jax 1024x16, 2 devices": ("jax_a2c.py", "--envs 1024 --rollout 16 --threads 2"),
    "envpool 16x128": ("envpool_a2c.py", "--envs 16 --rollout 128"),
    "torch a3c 2 processes, t_max 20": ("torch_a3c.py", "--envs 2 --rollout 20 --optimizer adam"),
    "torch a3c 2 processes, t_max 5": ("torch_a3c.py", "--envs 2 --rollout 5 --optimizer rmsprop"),
    "pfrl a3c 2 processes, t_max 5": ("pfrl_a3c.py", "--envs 2 --rollout 5"),
}

# name -> (mode, workers, environments per worker, rollout, threads, steps per second expected, further settings)
OURS = {
    "sync 16x5": ("sync", 16, 1, 5, 2, 1.5e6, ""),
    "sync 16x128": ("sync", 16, 1, 128, 2, 2.5e6, ""),
    "sync 16x128, 1 thread": ("sync", 16, 1, 128, 1, 1.3e6, ""),
    "async t_max 20": ("async", 2, 1, 20, 2, 1.2e6, "optimizer.statistics=worker"),
    "async t_max 20, shared statistics": ("async", 2, 1, 20, 2, 1.0e6, ""),
    "async t_max 20, 8 environments": ("async", 2, 8, 20, 2, 2.5e6, "optimizer.statistics=worker"),
    "async t_max 5": ("async", 2, 1, 5, 2, 4e5, "optimizer.statistics=worker"),
    "async t_max 5, shared statistics": ("async", 2, 1, 5, 2, 4e5, ""),
}

# ours, peer, the ratio to reach
RATIOS = [
    ("sync 16x128", "jax 16x128", 3.5),
    ("sync 16x128", "jax 16x128, 2 devices", 3.5),
    ("sync 16x128", "jax 1024x16, 2 devices", 2.5),
    ("sync 16x128", "sb3 16x128", 80),
    ("sync 16x128", "envpool 16x128", None),
    ("sync 16x5", "sb3 16x5", None),
    ("sync 16x5", "jax 16x5", None),
    ("sync 16x128, 1 thread", "rltools", 2.5),
    ("async t_max 20", "sync 16x128", 0.5),
    ("async t_max 20, 8 environments", "sync 16x128", None),
    ("async t_max 20", "torch a3c 2 processes, t_max 20", 150),
    ("async t_max 5", "torch a3c 2 processes, t_max 5", 80),
    ("async t_max 5", "pfrl a3c 2 processes, t_max 5", None),
]


def last_json(text):
    return json.loads([line for line in text.splitlines() if line.startswith("{")][-1])


def run_peer(python, name, seconds):
    script, options = PEERS[name]
    command = [python, "-W", "ignore", str(HERE / script), *options.split(), "--seconds", str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60 + 10 * seconds)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"status {done.returncode}")
    return last_json(done.stdout)["steps_per_second"]


def run_ours(a3c, name, seconds):
    mode, workers, environments, rollout, threads, expected, further = OURS[name]
    with tempfile.TemporaryDirectory() as folder:
        settings = [f"envs_per_worker={environments}", f"rollout_steps={rollout}", "eval.episodes=1", "network.trunk=shared",
                    "checkpoint.interval_steps=0", "network.layers=[{dense: 128, activation: tanh}, {dense: 128, activation: tanh}]"]
        command = [a3c, "train", "cartpole", "--mode", mode, "--workers", str(workers), "--threads", str(threads), "--out",
                   f"{folder}/run", "--steps", str(int(expected * seconds)), "--quiet", "--json"]
        for setting in settings + further.split():
            command += ["--set", setting]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60 + 20 * seconds)
    if done.returncode:
        raise RuntimeError(done.stderr.strip() or f"status {done.returncode}")
    summary = json.loads(done.stdout)
    assert summary["parameters"] == 17539, summary["parameters"]
    return summary["steps_per_second"]


def run_rltools(command, seconds):
    """A program of the user's own that trains CartPole-v1 with RLtools' PPO and prints {"steps_per_second": ...}."""
    done = subprocess.run(shlex.split(command), capture_output=True, text=True, timeout=60 + 20 * seconds, check=True)
    return last_json(done.stdout)["steps_per_second"]


def spread(numbers):
    digits = ",.0f" if min(numbers) >= 1000 else ".3g"
    return "{0:{3}} ({1:{3}} to {2:{3}})".format(statistics.median(numbers), min(numbers), max(numbers), digits)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--a3c", default=os.environ.get("A3C_BIN", "a3c"))
    p.add_argument("--python", default=sys.executable, help="the interpreter that has the peers")
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--seconds", type=float, default=4)
    p.add_argument("--only", default="", help="words, separated by commas: rows whose name holds one of them")
    p.add_argument("--rltools", default=os.environ.get("A3C_RLTOOLS", ""), help="command of a program built from RLtools' sources")
    p.add_argument("--out", help="where to write the numbers as JSON")
    options = p.parse_args()

    jobs = {name: lambda name=name: run_ours(options.a3c, name, options.seconds) for name in OURS}
    jobs |= {name: lambda name=name: run_peer(options.python, name, options.seconds) for name in PEERS}
    if options.rltools:
        jobs["rltools"] = lambda: run_rltools(options.rltools, options.seconds)
    words = [w for w in options.only.split(",") if w]
    jobs = {name: job for name, job in jobs.items() if not words or any(w in name for w in words)}

    rates, failures = {name: [] for name in jobs}, {}
    for number in range(options.rounds):
        for name, job in jobs.items():
            if name in failures:
                continue
            print(f"round {number + 1} of {options.rounds}: {name} ...", file=sys.stderr)
            try:
                rates[name].append(job())
            except (RuntimeError, OSError, subprocess.SubprocessError, IndexError, AssertionError) as e:
                failures[name] = str(e)
                print(f"  {name}: {e}", file=sys.stderr)

    print(f"{'':36}{'steps per second: median (lowest to highest)':>44}")
    for name, numbers in rates.items():
        print(f"{name:36}{spread(numbers) if numbers else 'n/a: ' + failures.get(name, '')[:60]:>44}")
    print(f"\n{'ratio':72}{'median (lowest to highest)':>32}{'to reach':>10}")
    ratios = []
    for ours, peer, bar in RATIOS:
        if rates.get(ours) and rates.get(peer):
            each = [a / b for a, b in zip(rates[ours], rates[peer])]
            ratios.append({"ours": ours, "peer": peer, "ratios": each, "bar": bar})
            print(f"{ours + ' / ' + peer:72}{spread(each):>32}{bar if bar else '':>10}")
    if options.out:
        cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.processor())
        pathlib.Path(options.out).write_text(json.dumps(
            {"date": time.strftime("%Y-%m-%d"), "cpu": cpu, "cpus": len(os.sched_getaffinity(0)), "rounds": options.rounds,
             "seconds": options.seconds, "rates": rates, "failures": failures, "ratios": ratios}, indent=1) + "\n")


if __name__ == "__main__":
    main()

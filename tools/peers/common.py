# SPDX-License-Identifier: MIT
"""What the peers share: their command line, and the clock that turns progress into steps per second of steady state."""
import argparse
import json
import os
import time

GAMMA, LAMBDA, VALUE_COEF, CLIP, RATE = 0.99, 0.95, 0.5, 0.5, 7e-4
HIDDEN = 128  # 4-128-128-(2+1): 17,539 parameters


def arguments(**defaults):
    p = argparse.ArgumentParser()
    p.add_argument("--envs", type=int, default=16)
    p.add_argument("--rollout", type=int, default=5)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--optimizer", default="rmsprop")
    p.add_argument("--seconds", type=float, default=5.0, help="how long the rate is measured, after warming up")
    p.add_argument("--seed", type=int, default=1)
    p.set_defaults(**defaults)
    return p.parse_args()


def one_thread_each():
    """Before numpy or torch is loaded: no hidden pools beside the threads that are asked for."""
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")


class Rate:
    """rate.at(steps) after every update; true once it has been measured for the seconds asked."""

    def __init__(self, seconds, warmup=2.0):
        self.seconds, self.warmup, self.began, self.first = seconds, warmup, time.perf_counter(), None

    def at(self, steps):
        now = time.perf_counter()
        if self.first is None:
            if now - self.began >= self.warmup:
                self.first = (now, steps)
            return False
        self.last = (now, steps)
        return now - self.first[0] >= self.seconds

    def steps_per_second(self):
        return (self.last[1] - self.first[1]) / (self.last[0] - self.first[0])


def report(steps_per_second, parameters, **more):
    print(json.dumps({"steps_per_second": steps_per_second, "parameters": parameters, **more}), flush=True)

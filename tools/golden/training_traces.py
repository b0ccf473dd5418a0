#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Rows of metrics of CartPole runs that learn and of runs that do not, for the test of the alerts, in
tests/golden/traces/NAME/metrics.jsonl.

An actor-critic trainer of its own in NumPy (two tanh layers of 128, RMSProp with a rate that falls to 0, generalized
advantages, rewards times 0.1), so that the thresholds of the alerts are held to runs that the program did not make.
Usage: tools/golden/training_traces.py [NAME...]   (NumPy; about a minute for all)"""
import json
import os
import sys

import numpy as np

GAMMA, LAMBDA, CLIP, DECAY, EPSILON, WIDTH, TOTAL = 0.99, 0.95, 0.5, 0.99, 1e-5, 128, 200000

ASYNC, SYNC = dict(envs=4, steps=32, rate=2e-3), dict(envs=16, steps=20, rate=4e-3)
TRACES = {
    # these learn
    "async": dict(ASYNC, seed=1),
    "async-slower": dict(ASYNC, seed=2),
    "async-coarse": dict(ASYNC, seed=3, interval=20000),
    "async-fine": dict(ASYNC, seed=4, interval=1500),
    "async-entropy": dict(ASYNC, seed=2, entropy_coef=0.01),
    "sync": dict(SYNC, seed=1),
    "sync-2": dict(SYNC, seed=2),
    # these do not
    "collapsed": dict(ASYNC, seed=1, rate=3e-2),
    "no-critic": dict(ASYNC, seed=1, value_coef=0.0),
    "asleep": dict(ASYNC, seed=1, rate=1e-7),
    "raw-rewards": dict(SYNC, seed=1, reward_scale=1.0),
}


def orthogonal(random, rows, columns, gain):
    q, r = np.linalg.qr(random.normal(size=(max(rows, columns), min(rows, columns))))
    q *= np.sign(np.diag(r))
    return (gain * (q if rows >= columns else q.T)).astype(np.float32)


class CartPoles:
    """CartPole-v1, several at once, reset by themselves."""

    def __init__(self, random, count):
        self.random, self.count = random, count
        self.state = random.uniform(-0.05, 0.05, (count, 4))
        self.length = np.zeros(count, int)
        self.finished = []

    def step(self, action):
        x, v, angle, spin = self.state.T
        pull = (np.where(action == 1, 10.0, -10.0) + 0.05 * spin**2 * np.sin(angle)) / 1.1
        spin_rate = (9.8 * np.sin(angle) - np.cos(angle) * pull) / (0.5 * (4 / 3 - 0.1 * np.cos(angle) ** 2 / 1.1))
        rate = pull - 0.05 * spin_rate * np.cos(angle) / 1.1
        self.state = self.state + 0.02 * np.stack([v, rate, spin, spin_rate], 1)
        self.length += 1
        terminated = (abs(self.state[:, 0]) > 2.4) | (abs(self.state[:, 2]) > np.radians(12))
        return self.state.astype(np.float32), terminated, self.length >= 500

    def reset(self, which):
        for i in np.flatnonzero(which):
            self.finished.append(int(self.length[i]))
            self.length[i] = 0
            self.state[i] = self.random.uniform(-0.05, 0.05, 4)


class Agent:
    def __init__(self, random):
        shapes = [(4, WIDTH, 2**0.5), (WIDTH, WIDTH, 2**0.5), (WIDTH, 2, 0.01), (WIDTH, 1, 1.0)]
        self.parameters = [p for rows, columns, gain in shapes
                           for p in (orthogonal(random, rows, columns, gain), np.zeros(columns, np.float32))]
        self.squares = [np.zeros_like(p) for p in self.parameters]

    def forward(self, x):
        w1, b1, w2, b2, wp, bp, wv, bv = self.parameters
        h1 = np.tanh(x @ w1 + b1)
        h2 = np.tanh(h1 @ w2 + b2)
        logits = h2 @ wp + bp
        p = np.exp(logits - logits.max(-1, keepdims=True))
        return h1, h2, p / p.sum(-1, keepdims=True), (h2 @ wv + bv)[..., 0]

    def gradient(self, x, h1, h2, d_logits, d_value):
        _, _, w2, _, wp, _, wv, _ = self.parameters
        d2 = (d_logits @ wp.T + d_value @ wv.T) * (1 - h2**2)
        d1 = (d2 @ w2.T) * (1 - h1**2)
        pairs = [(x, d1), (h1, d2), (h2, d_logits), (h2, d_value)]
        return [g for below, d in pairs for g in (below.T @ d, d.sum(0))]

    def update(self, gradient, rate):
        norm = float(np.sqrt(sum((g.astype(float) ** 2).sum() for g in gradient)))
        for p, s, g in zip(self.parameters, self.squares, gradient):
            g = (g * min(1, CLIP / (norm + 1e-12))).astype(np.float32)
            s *= DECAY
            s += (1 - DECAY) * g * g
            p -= (rate * g / (np.sqrt(s) + EPSILON)).astype(np.float32)
        return norm


def collect(agent, poles, random, steps, reward_scale):
    """One rollout: observations, hidden layers, probabilities, actions, advantages and values, [T, E, ...]."""
    rows, done, next_values = [], [], []
    for _ in range(steps):
        x = poles.state.astype(np.float32)
        h1, h2, p, value = agent.forward(x)
        action = (random.random(poles.count) < p[:, 1]).astype(int)
        after, terminated, truncated = poles.step(action)
        next_values.append(np.where(terminated, 0, agent.forward(after)[3]))
        done.append(terminated | truncated)
        poles.reset(done[-1])
        rows.append((x, h1, h2, p, action, value))
    x, h1, h2, p, action, value = (np.array(column) for column in zip(*rows))
    advantage, running = np.zeros_like(value, dtype=float), 0
    for t in reversed(range(steps)):
        delta = reward_scale + GAMMA * next_values[t] - value[t]
        advantage[t] = running = delta + GAMMA * LAMBDA * ~done[t] * running
    flat = lambda a: a.reshape(-1, *a.shape[2:])
    return [flat(a) for a in (x, h1, h2, p, action, value, advantage)]


def row_of(step, update, sums, finished):
    entropy, value_loss, target, target_squared, residual, residual_squared, norm = np.mean(sums, 0)
    last = finished[-100:]
    number = lambda v: None if v is None or not np.isfinite(v) else float(f"{v:.5g}")
    return {"step": step, "update": update, "return_mean": number(np.mean(last) if last else None),
            "return_std": number(np.std(last) if last else None), "policy_entropy": number(entropy),
            "value_loss": number(value_loss), "grad_norm": number(norm),
            "explained_variance": number(1 - (residual_squared - residual**2) / (target_squared - target**2))}


def train(seed, envs, steps, rate, interval=5000, entropy_coef=0.0, value_coef=0.5, reward_scale=0.1):
    random = np.random.default_rng(seed)
    agent, poles = Agent(random), CartPoles(random, envs)
    step, update, rows, sums, batch = 0, 0, [], [], envs * steps
    while step < TOTAL:
        x, h1, h2, p, action, value, advantage = collect(agent, poles, random, steps, reward_scale)
        target, left = advantage + value, 1 - step / TOTAL
        log_p = np.log(p + 1e-38)
        entropy = -(p * log_p).sum(1)
        d_logits = (p - np.eye(2)[action]) * advantage[:, None] + entropy_coef * left * p * (log_p + entropy[:, None])
        d_value = value_coef * (value - target)[:, None]
        norm = agent.update(agent.gradient(x, h1, h2, d_logits / batch, d_value / batch), rate * left)
        step, update, residual = step + batch, update + 1, target - value
        sums.append((entropy.mean(), 0.5 * (residual**2).mean(), target.mean(), (target**2).mean(), residual.mean(),
                     (residual**2).mean(), norm))
        if step // interval > (step - batch) // interval or step >= TOTAL:
            rows.append(row_of(step, update, sums, poles.finished))
            sums = []
    return rows


def main():
    folder = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "tests", "golden", "traces")
    os.makedirs(folder, exist_ok=True)
    for name in sys.argv[1:] or TRACES:
        rows = train(**TRACES[name])
        solved = next((r["step"] for r in rows if (r["return_mean"] or 0) >= 475), None)
        os.makedirs(os.path.join(folder, name), exist_ok=True)
        with open(os.path.join(folder, name, "metrics.jsonl"), "w") as out:
            out.writelines(json.dumps(r) + "\n" for r in rows)
        print(f"{name}: solved at {solved}, last return {rows[-1]['return_mean']}")


main()

# SPDX-License-Identifier: MIT
"""A2C in JAX with everything, CartPole included, in one compiled program: rollout, GAE, gradient, RMSProp, many updates a call.
With --threads 2 the environments are split over two XLA devices of the CPU."""
import os

import common

options = common.arguments()
os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={options.threads} " + os.environ.get("XLA_FLAGS", "")
import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec as P

jax.config.update("jax_platforms", "cpu")
X_LIMIT, ANGLE_LIMIT, LIMIT, TAU = 2.4, 12 * 2 * np.pi / 360, 500, 0.02


def step_environment(state, count, action, fresh):
    """CartPole-v1 with automatic reset -> state, count, reward, terminated, truncated, true next observation"""
    x, v, angle, w = state
    force = jnp.where(action == 1, 10.0, -10.0)
    c, s = jnp.cos(angle), jnp.sin(angle)
    temp = (force + 0.05 * w * w * s) / 1.1
    angular = (9.8 * s - c * temp) / (0.5 * (4.0 / 3.0 - 0.1 * c * c / 1.1))
    linear = temp - 0.05 * angular * c / 1.1
    following = jnp.stack([x + TAU * v, v + TAU * linear, angle + TAU * w, w + TAU * angular])
    terminated = (jnp.abs(following[0]) > X_LIMIT) | (jnp.abs(following[2]) > ANGLE_LIMIT)
    truncated = count + 1 >= LIMIT
    done = terminated | truncated
    return jnp.where(done, fresh, following), jnp.where(done, 0, count + 1), 0.1, terminated, truncated, following


def network(p, x):
    h = jnp.tanh(jnp.tanh(x @ p["w0"] + p["b0"]) @ p["w1"] + p["b1"])
    out = h @ p["w2"] + p["b2"]
    return out[..., :2], out[..., 2]


def initial(key):
    k, orthogonal = jax.random.split(key, 4), jax.nn.initializers.orthogonal
    return {"w0": orthogonal(2**0.5)(k[0], (4, common.HIDDEN)), "b0": jnp.zeros(common.HIDDEN),
            "w1": orthogonal(2**0.5)(k[1], (common.HIDDEN, common.HIDDEN)), "b1": jnp.zeros(common.HIDDEN), "b2": jnp.zeros(3),
            "w2": jnp.concatenate([orthogonal(0.01)(k[2], (common.HIDDEN, 2)), orthogonal(1.0)(k[3], (common.HIDDEN, 1))], 1)}


def rollout(p, state, count, key):
    key, now = jax.random.split(key)
    random = jax.random.uniform(now, (options.rollout, options.envs, 5))

    def one(carry, random):
        state, count = carry
        logits, value = network(p, state)
        action = (random[:, 0] < jax.nn.sigmoid(logits[:, 1] - logits[:, 0])).astype(int)
        fresh = 0.1 * random[:, 1:] - 0.05
        following, after, reward, terminated, truncated, last = jax.vmap(step_environment)(state, count, action, fresh)
        return (following, after), (state, action, value, jnp.broadcast_to(reward, value.shape), terminated, truncated, last)

    (state, count), taken = jax.lax.scan(one, (state, count), random)
    return (state, count, key), taken


def estimate(p, state, taken):
    _, _, value, reward, terminated, truncated, last = taken
    following = jnp.concatenate([value[1:], network(p, state)[1][None]])
    following = jnp.where(truncated, network(p, last)[1], following)
    delta = reward + common.GAMMA * following * ~terminated - value

    def back(advantage, x):
        delta, done = x
        advantage = delta + common.GAMMA * common.LAMBDA * advantage * ~done
        return advantage, advantage

    _, advantage = jax.lax.scan(back, jnp.zeros_like(value[0]), (delta, terminated | truncated), reverse=True)
    return advantage, advantage + value


def loss(p, taken, advantage, target):
    logits, value = network(p, taken[0])
    log_p = jnp.take_along_axis(jax.nn.log_softmax(logits), taken[1][..., None], -1)[..., 0]
    return -(log_p * advantage).mean() + common.VALUE_COEF * 0.5 * ((target - value) ** 2).mean()


def update(carry, _):
    p, g, state, count, key = carry
    (state, count, key), taken = rollout(p, state, count, key)
    advantage, target = estimate(p, state, taken)
    gradient = jax.grad(loss)(p, taken, advantage, target)
    norm = jnp.sqrt(sum(jnp.vdot(x, x) for x in jax.tree.leaves(gradient)))
    gradient = jax.tree.map(lambda x: x * jnp.minimum(1.0, common.CLIP / norm), gradient)
    g = jax.tree.map(lambda g, x: 0.99 * g + 0.01 * x * x, g, gradient)
    p = jax.tree.map(lambda p, g, x: p - common.RATE * x / (jnp.sqrt(g) + 1e-5), p, g, gradient)
    return (p, g, state, count, key), None


if __name__ == "__main__":
    updates = max(1, 400_000 // (options.envs * options.rollout))
    mesh = Mesh(np.array(jax.devices()[: options.threads]), ("envs",))
    split, whole = NamedSharding(mesh, P("envs")), NamedSharding(mesh, P())
    key = jax.random.key(options.seed)
    p = jax.device_put(initial(key), whole)
    state = jax.random.uniform(key, (options.envs, 4), minval=-0.05, maxval=0.05)
    carry = (p, jax.device_put(jax.tree.map(jnp.zeros_like, p), whole), jax.device_put(state, split),
             jax.device_put(jnp.zeros(options.envs, int), split), jax.device_put(key, whole))
    shardings = jax.tree.map(lambda x: x.sharding, carry)
    train = jax.jit(lambda c: jax.lax.scan(update, c, None, updates)[0], donate_argnums=0, out_shardings=shardings)
    carry = jax.block_until_ready(train(carry))
    rate, steps = common.Rate(options.seconds, warmup=1.0), 0
    while not rate.at(steps):
        carry = jax.block_until_ready(train(carry))
        steps += updates * options.envs * options.rollout
    common.report(rate.steps_per_second(), sum(x.size for x in jax.tree.leaves(carry[0])))

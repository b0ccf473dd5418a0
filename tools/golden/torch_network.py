#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/network/*.txt: what PyTorch in float64 says of small networks, heads, losses and optimizers.

    python3 -m venv VENV && VENV/bin/pip install torch && VENV/bin/python tools/golden/torch_network.py

Each file is one case: the network, its parameters, a batch of rows (time-major when recurrent), and from PyTorch the heads'
outputs, log-probability and entropy of each row, the loss and its terms, the gradient of every tensor, and ten updates of the
optimizers named. Inputs and parameters are rounded to float32 first, so that a float32 program starts from the same numbers.
The format is described in tests/reference/golden.h. Nothing of a3c is used here.
"""
import math
import pathlib
import sys

sys.path.pop(0)  # this folder: its statistics.py would hide Python's own from torch

import torch
import torch.nn.functional as F
from torch.distributions import Categorical, Independent, Normal

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
OUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "network"
ACTIVATIONS = {"none": lambda x: x, "relu": torch.relu, "tanh": torch.tanh, "silu": F.silu}
PARTS = {"lstm": 2, "gru": 1}  # vectors of state: h and c, or h
CLIP, RATE, UPDATES = 0.5, 3e-3, 10
ALL = ("rmsprop", "rmsprop_inside", "adam", "sgd")


def single(x):
    """Rounded to float32, held as float64."""
    return x.to(torch.float32).to(torch.float64)


class Network:
    """Layers as (kind, size, activation, kernel, stride, padding); parameters in the order of a3c's checkpoint."""

    def __init__(self, case, generator):
        self.case, self.generator, self.parameters = case, generator, {}
        self.towers = ["actor", "critic"] if case["trunk"] == "separate" else ["trunk"]
        features = [self.build_tower(tower) for tower in self.towers]
        self.add("policy.weight", case["policy_outputs"], features[0], gain=1.0)
        self.add("policy.bias", case["policy_outputs"])
        if case["head"] == "gsde":
            self.parameters["policy.log_std"] = single(0.3 * torch.randn(features[0], case["log_std"], generator=generator) - 0.5)
            self.parameters["policy.log_std"].requires_grad_()
        elif case["log_std"]:
            self.add("policy.log_std", case["log_std"])
        self.add("value.weight", 1, features[-1], gain=1.0)
        self.add("value.bias", 1)

    def add(self, name, *shape, gain=1.4):
        fan_in = math.prod(shape[1:]) if len(shape) > 1 else 1
        scale = gain / math.sqrt(fan_in) if len(shape) > 1 else 0.2
        value = scale * torch.randn(*shape, generator=self.generator)
        self.parameters[name] = single(value + (1.0 if name.endswith("norm.weight") else 0.0)).requires_grad_()

    def build_tower(self, tower):
        kind, *shape = self.case["input"]
        channels, height, width = shape if kind == "planes" else (0, 0, 0)
        features = sum(shape) if kind == "discrete" else math.prod(shape)
        for i, (layer, size, _, kernel, stride, padding) in enumerate(self.case["layers"]):
            name = f"{tower}.{i}"
            if layer == "dense":
                self.add(f"{name}.weight", size, features)
                self.add(f"{name}.bias", size)
                features = size
            elif layer == "conv":
                self.add(f"{name}.weight", size, channels, kernel, kernel)
                self.add(f"{name}.bias", size)
                channels, height, width = size, (height + 2 * padding - kernel) // stride + 1, (width + 2 * padding - kernel) // stride + 1
                features = channels * height * width
            elif layer == "lstm":
                self.add(f"{name}.weight_ih", 4 * size, features)
                self.add(f"{name}.weight_hh", 4 * size, size)
                self.add(f"{name}.bias", 4 * size)
                features = size
            elif layer == "gru":
                self.add(f"{name}.weight_ih", 3 * size, features)
                self.add(f"{name}.weight_hh", 3 * size, size)
                self.add(f"{name}.bias_ih", 3 * size)
                self.add(f"{name}.bias_hh", 3 * size)
                features = size
            elif layer == "layer_norm":
                self.add(f"{name}.weight", features)
                self.add(f"{name}.bias", features)
        return features

    def tower(self, tower, x, state):
        """One time step: x [rows, ...]; state: list of (h, c) or (h,) of this tower's LSTM or GRU layers, replaced."""
        recurrent = 0
        for i, (layer, size, activation, _, stride, padding) in enumerate(self.case["layers"]):
            p = {what: self.parameters.get(f"{tower}.{i}.{what}")
                 for what in ("weight", "bias", "weight_ih", "weight_hh", "bias_ih", "bias_hh")}
            if layer == "conv":
                x = F.conv2d(x, p["weight"], p["bias"], stride=stride, padding=padding)
            elif layer == "dense":
                x = F.linear(x.flatten(1), p["weight"], p["bias"])
            elif layer == "layer_norm":
                x = F.layer_norm(x.flatten(1), p["weight"].shape, p["weight"], p["bias"], eps=1e-5)
            elif layer == "gru":
                cell = torch.nn.GRUCell(x.flatten(1).shape[1], size)
                weights = {what: p[what] for what in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
                x = torch.func.functional_call(cell, weights, (x.flatten(1), state[recurrent][0]))
                state[recurrent] = (x,)
                recurrent += 1
            else:
                # torch's cell: gates in the order i, f, g, o, and two bias vectors of which a3c keeps the sum
                cell = torch.nn.LSTMCell(x.flatten(1).shape[1], size)
                weights = {"weight_ih": p["weight_ih"], "weight_hh": p["weight_hh"], "bias_ih": p["bias"],
                           "bias_hh": torch.zeros(4 * size)}
                x, c = torch.func.functional_call(cell, weights, (x.flatten(1), state[recurrent]))
                state[recurrent] = (x, c)
                recurrent += 1
            x = ACTIVATIONS[activation](x)
        return x.flatten(1)

    def forward(self, data):
        """-> policy outputs [steps * envs, outputs], values [steps * envs], state after [envs, ...], the policy head's inputs
        [steps * envs, features], and what the value would be of the observations data["final_input"] after each row"""
        case, envs = self.case, self.case["envs"]
        cells = [(size, PARTS[layer]) for layer, size, *_ in case["layers"] if layer in PARTS]
        states, at = {}, 0
        for tower in self.towers:
            states[tower] = []
            for n, parts in cells:
                states[tower].append(data["state"][:, at : at + parts * n].split(n, 1))
                at += parts * n
        policy, value, features, final = [], [], [], []
        for t in range(case["steps"]):
            rows = slice(t * envs, (t + 1) * envs)
            keep = 1.0 - data["start"][rows, None]
            x = self.observe(data["input"][rows])
            for tower in self.towers:
                states[tower] = [tuple(part * keep for part in s) for s in states[tower]]
            top = {tower: self.tower(tower, x, states[tower]) for tower in self.towers}
            p = self.parameters
            features.append(top[self.towers[0]])
            policy.append(F.linear(features[-1], p["policy.weight"], p["policy.bias"]))
            value.append(F.linear(top[self.towers[-1]], p["value.weight"], p["value.bias"])[:, 0])
            if "final_input" in data:
                x = self.tower(self.towers[-1], self.observe(data["final_input"][rows]), list(states[self.towers[-1]]))
                final.append(F.linear(x, p["value.weight"], p["value.bias"])[:, 0])
        after = [torch.cat([torch.cat(s, 1) for s in states[tower]], 1) for tower in self.towers if cells]
        return (torch.cat(policy), torch.cat(value), torch.cat(after, 1) if after else None, torch.cat(features),
                torch.cat(final) if final else None)

    def observe(self, x):
        kind, *shape = self.case["input"]
        if kind == "discrete":
            return torch.cat([F.one_hot(x[:, d].long(), n).double() for d, n in enumerate(shape)], 1)
        return x.reshape(-1, *shape)


def distribution(case, network, data, outputs, features):
    """-> log-probability and entropy of each row, and the Gaussian or None"""
    kind, action = case["head"], data["action"]
    if kind in ("categorical", "multi_discrete"):
        if "allowed" in data:  # an action that is not allowed has no probability: its logit is the least there is
            outputs = outputs.masked_fill(data["allowed"] == 0, torch.finfo(torch.float64).min)
        parts = [Categorical(logits=part) for part in outputs.split(case["choices"], 1)]
        return sum(d.log_prob(action[:, i]) for i, d in enumerate(parts)), sum(d.entropy() for d in parts), None
    mean, std = outputs, None
    if kind == "gaussian":
        std = network.parameters["policy.log_std"].exp().expand_as(outputs)
    elif kind == "gsde":  # Raffin et al., 2005.05719: the variance of theta features, theta_fj ~ N(0, exp(log_std_fj)^2)
        std = (features.detach() ** 2 @ network.parameters["policy.log_std"].exp() ** 2 + 1e-6).sqrt()
    else:
        mean, raw = outputs.chunk(2, 1)
        std = F.softplus(raw).sqrt()
    d = Independent(Normal(mean, std), 1)
    return d.log_prob(action), d.entropy(), d.base_dist


def noisy_actions(case, data, gaussian, features):
    """Actions [rows, dims] of noise that lasts through the rollout: a multiple of the deviation, or a matrix times the features."""
    noise = data["noise"].repeat(case["steps"], *[1] * (data["noise"].dim() - 1))
    if case["head"] == "gsde":
        return gaussian.mean + torch.einsum("rjf,rf->rj", noise, features)
    return gaussian.mean + gaussian.stddev * noise


def vtrace(case, data, value, final, ratio):
    """-> V-trace's targets and advantages (1802.01561): vs_t = V_t + sum_s gamma^(s-t) (prod_{t<=i<s} c_i) rho_s delta_s"""
    shape = (case["steps"], case["envs"])
    v, after, ratio, reward, done = (x.reshape(shape) for x in (value, final, ratio, data["reward"], data["done"]))
    following = torch.cat([v[1:], after[-1:]])
    following = torch.where(done == 0, following, torch.where(done == 2, after, torch.zeros(())))  # 2: truncated, so goes on
    rho, c = ratio.clamp(max=case["rho_clip"]), case["lambda"] * ratio.clamp(max=case["c_clip"])
    delta, gamma = reward + case["discount"] * following - v, case["discount"]
    target, advantage = v.clone(), torch.zeros(shape)
    for e in range(shape[1]):
        for t in range(shape[0]):
            weight = 1.0
            for s in range(t, shape[0]):
                target[t, e] += weight * rho[s, e] * delta[s, e]
                if done[s, e]:
                    break
                weight *= gamma * c[s, e]
        for t in range(shape[0]):
            goes_on = t + 1 < shape[0] and done[t, e] == 0
            advantage[t, e] = rho[t, e] * (reward[t, e] + gamma * (target[t + 1, e] if goes_on else following[t, e]) - v[t, e])
    return target.flatten(), advantage.flatten()


def loss(case, data, log_probability, entropy, value):
    reduce = torch.sum if case["reduction"] == "sum" else torch.mean
    if case["loss"] == "ppo":
        ratio = (log_probability - data["old_log_probability"]).exp()
        surrogate = torch.min(ratio * data["advantage"], ratio.clamp(1 - case["clip"], 1 + case["clip"]) * data["advantage"])
    else:
        surrogate = log_probability * data["advantage"]
    terms = {"policy": -reduce(surrogate), "value": 0.5 * reduce((data["target"] - value) ** 2), "entropy": reduce(entropy)}
    return terms["policy"] + case["value_coef"] * terms["value"] - case["entropy_coef"] * terms["entropy"], terms


def make_data(case, generator):
    rows, kind, shape = case["steps"] * case["envs"], case["input"][0], case["input"][1:]
    randn = lambda *s: single(torch.randn(*s, generator=generator))
    randint = lambda n: torch.randint(n, (rows,), generator=generator)
    data = {"advantage": randn(rows), "target": randn(rows), "start": torch.zeros(rows)}
    data["input"] = torch.stack([randint(n) for n in shape], 1).double() if kind == "discrete" else randn(rows, math.prod(shape))
    if kind == "planes":
        data["input"] = (data["input"] > 0.4).double()
    if case["head"] in ("categorical", "multi_discrete"):
        data["action"] = torch.stack([randint(n) for n in case["choices"]], 1)
    else:
        data["action"] = randn(rows, case["choices"][0])
    state = sum(PARTS.get(layer, 0) * size for layer, size, *_ in case["layers"]) * (2 if case["trunk"] == "separate" else 1)
    data["state"] = 0.5 * randn(case["envs"], state)
    for row in case.get("starts", []):
        data["start"][row] = 1.0
    if case["masked"]:  # the action taken is always allowed, of the others two in three
        data["allowed"] = (torch.rand(rows, case["policy_outputs"], generator=generator) < 2 / 3).double()
        data["allowed"].scatter_(1, data["action"] + torch.tensor(case["choices"]).cumsum(0) - torch.tensor(case["choices"]), 1.0)
    if case["loss"] == "vtrace":
        data["reward"], data["final_input"] = randn(rows), randn(rows, math.prod(shape))
        data["done"] = torch.zeros(rows)
        for row, how in case["done"].items():
            data["done"][row] = how
            if row + case["envs"] < rows:
                data["start"][row + case["envs"]] = 1.0
    return data


def make_noise(case, network, generator):
    randn = torch.randn(case["envs"], case["log_std"], *network.parameters["policy.log_std"].shape[:-1], generator=generator)
    return single(randn * network.parameters["policy.log_std"].detach().exp().t() if case["head"] == "gsde" else randn)


def evaluate(case, network, data):
    outputs, value, after, features, final = network.forward(data)
    log_probability, entropy, gaussian = distribution(case, network, data, outputs, features)
    if case["loss"] == "vtrace":
        with torch.no_grad():
            ratio = (log_probability - data["old_log_probability"]).exp()
            data["target"], data["advantage"] = vtrace(case, data, value, final, ratio)
    total, terms = loss(case, data, log_probability, entropy, value)
    gradient = torch.autograd.grad(total, list(network.parameters.values()))
    return dict(policy=outputs, value=value, log_probability=log_probability, entropy=entropy, state_after=after, loss=total,
                noisy_action=noisy_actions(case, data, gaussian, features) if "noise" in data else None,
                gradient=dict(zip(network.parameters, gradient)), **{f"loss_{k}": v for k, v in terms.items()})


class RMSpropInside(torch.optim.Optimizer):
    """RMSProp with epsilon inside the root (Mnih et al. 2016), which torch does not have."""

    def __init__(self, parameters, lr, alpha, eps):
        super().__init__(parameters, dict(lr=lr, alpha=alpha, eps=eps))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                g = self.state[p].setdefault("g", torch.zeros_like(p))
                g.mul_(group["alpha"]).add_((1 - group["alpha"]) * p.grad**2)
                p.sub_(group["lr"] * p.grad / (g + group["eps"]).sqrt())


def optimizers(parameters):
    yield "rmsprop", torch.optim.RMSprop(parameters, lr=RATE, alpha=0.99, eps=1e-5)
    yield "rmsprop_inside", RMSpropInside(parameters, lr=RATE, alpha=0.99, eps=1e-3)
    yield "adam", torch.optim.Adam(parameters, lr=RATE, betas=(0.9, 0.999), eps=1e-5)
    yield "sgd", torch.optim.SGD(parameters, lr=10 * RATE, momentum=0.9)


def write_updates(out, case, network, data):
    names, start = list(network.parameters), [p.detach().clone() for p in network.parameters.values()]
    for kind in case["updates"]:
        for name, value in zip(names, start):
            network.parameters[name] = value.clone().requires_grad_()
        parameters = list(network.parameters.values())
        optimizer = dict(optimizers(parameters))[kind]
        losses, norms = [], []
        for _ in range(UPDATES):
            result = evaluate(case, network, data)
            norm = torch.stack([g.pow(2).sum() for g in result["gradient"].values()]).sum().sqrt()
            for p, g in zip(parameters, result["gradient"].values()):
                p.grad = g * min(1.0, CLIP / norm.item())
            optimizer.step()
            losses.append(result["loss"].detach())
            norms.append(norm)
        tensor(out, f"{kind}.loss", torch.stack(losses))
        tensor(out, f"{kind}.norm", torch.stack(norms))
        tensor(out, f"{kind}.after", torch.cat([p.detach().flatten() for p in parameters]))


def tensor(out, name, x):
    x = x.detach()
    out.append(f"tensor {name} {' '.join(map(str, x.shape)) if x.dim() else 1}")
    numbers = [f"{v:.12g}" for v in x.flatten().tolist()]
    out.extend(" ".join(numbers[i : i + 8]) for i in range(0, len(numbers), 8))


def write(name, case, seed):
    case = dict(dict(trunk="shared", head="categorical", loss="actor_critic", reduction="mean", value_coef=0.5, entropy_coef=0.01,
                     steps=12, envs=1, log_std=0, updates=("rmsprop",), clip=0.2, masked=False, held=False), **case)
    case["layers"] = [tuple(layer) + ("", 0, "none", 0, 0, 0)[len(layer):] for layer in case["layers"]]
    case.setdefault("policy_outputs", sum(case["choices"]))
    generator = torch.Generator().manual_seed(seed)
    network = Network(case, generator)
    data = make_data(case, generator)
    if case["held"] or case["head"] == "gsde":
        data["noise"] = make_noise(case, network, generator)
    if case["loss"] != "actor_critic":
        data["old_log_probability"] = torch.zeros(len(data["advantage"]))
        now = evaluate(case, network, data)["log_probability"].detach()
        data["old_log_probability"] = single(now + 0.3 * torch.randn(len(now), generator=generator))
    result = evaluate(case, network, data)
    out = ["# SPDX-License-Identifier: MIT", f"# {name}: PyTorch in float64, written by tools/golden/torch_network.py"]
    out += [f"set updates {UPDATES}", f"set rate {RATE}", f"set clip_norm {CLIP}", f"set input {' '.join(map(str, case['input']))}"]
    for layer in case["layers"]:
        out.append("set layer " + " ".join(map(str, layer)))
    for key in ("trunk", "head", "policy_outputs", "log_std", "loss", "reduction", "value_coef", "entropy_coef", "steps", "envs", "clip"):
        out.append(f"set {key} {case[key]}")
    out.append(f"set choices {' '.join(map(str, case['choices']))}")
    for key in ("discount", "lambda", "rho_clip", "c_clip") if case["loss"] == "vtrace" else ():
        out.append(f"set {key} {case[key]}")
    for key, value in network.parameters.items():
        tensor(out, f"param/{key}", value)
    for key in ("input", "action", "advantage", "target") + (("start", "state") if data["state"].numel() else ()):
        tensor(out, key, data[key].double())
    for key in ("old_log_probability", "allowed", "reward", "done", "final_input", "noise"):
        if key in data:
            tensor(out, key, data[key])
    for key in ("policy", "value", "log_probability", "entropy", "loss", "loss_policy", "loss_value", "loss_entropy"):
        tensor(out, key, result[key])
    for key in ("state_after", "noisy_action"):
        if result[key] is not None:
            tensor(out, key, result[key])
    for key, value in result["gradient"].items():
        tensor(out, f"gradient/{key}", value)
    write_updates(out, case, network, data)
    (OUT / f"{name}.txt").write_text("\n".join(out) + "\n")


CASES = {
    "dense_shared": dict(input=("vector", 4), layers=[("dense", 9, "tanh"), ("dense", 8, "tanh")], choices=[3], updates=ALL),
    "dense_separate": dict(input=("vector", 4), layers=[("dense", 8, "tanh"), ("dense", 7, "silu")], choices=[2],
                           trunk="separate", reduction="sum", entropy_coef=0.05, updates=ALL),
    "dense_relu": dict(input=("vector", 17), layers=[("dense", 20, "relu"), ("dense", 3, "relu"), ("dense", 16, "relu")],
                       choices=[9], steps=16),
    "dense_silu": dict(input=("vector", 3), layers=[("dense", 33, "silu"), ("dense", 16, "none")], choices=[4], steps=16),
    "linear": dict(input=("vector", 5), layers=[], choices=[3]),
    "one_hot": dict(input=("discrete", 6), layers=[("dense", 8, "tanh")], choices=[4]),
    "one_hot_tuple": dict(input=("discrete", 3, 5, 2), layers=[("dense", 8, "relu"), ("dense", 8, "tanh")], choices=[2],
                          trunk="separate"),
    "one_hot_linear": dict(input=("discrete", 7), layers=[], choices=[3]),
    "conv": dict(input=("planes", 2, 6, 5), layers=[("conv", 3, "silu", 3, 1, 0), ("conv", 4, "relu", 2, 2, 1), ("dense", 6, "tanh")],
                 choices=[3], steps=6),
    "conv_separate": dict(input=("planes", 3, 5, 5), layers=[("conv", 4, "relu", 3, 2, 1), ("layer_norm",), ("dense", 8, "relu")],
                          choices=[3], steps=6, trunk="separate"),
    "lstm": dict(input=("vector", 3), layers=[("dense", 6, "tanh"), ("lstm", 5)], choices=[3], steps=7, envs=3,
                 starts=[0, 7, 11, 12, 15]),
    "lstm_separate": dict(input=("vector", 3), layers=[("lstm", 4), ("dense", 6, "relu"), ("lstm", 3)], choices=[2], steps=6, envs=2,
                          starts=[4, 7], trunk="separate", reduction="sum"),
    "layer_norm": dict(input=("vector", 6), layers=[("layer_norm",), ("dense", 10, "silu"), ("layer_norm",), ("dense", 8, "tanh")], choices=[3]),
    "gaussian": dict(input=("vector", 4), layers=[("dense", 8, "tanh")], head="gaussian", choices=[2], log_std=2),
    "gaussian_softplus": dict(input=("vector", 4), layers=[("dense", 8, "tanh")], head="gaussian_softplus", choices=[2],
                              policy_outputs=4, trunk="separate"),
    "multi_discrete": dict(input=("vector", 4), layers=[("dense", 8, "tanh")], head="multi_discrete", choices=[2, 3, 4]),
    "ppo": dict(input=("vector", 4), layers=[("dense", 8, "tanh")], choices=[3], loss="ppo", steps=24),
    "ppo_lstm": dict(input=("vector", 3), layers=[("dense", 5, "tanh"), ("lstm", 4)], head="gaussian", choices=[2], log_std=2, loss="ppo",
                     steps=8, envs=2, starts=[6, 11], trunk="separate", reduction="sum"),
    "conv_stack": dict(input=("planes", 2, 13, 11), layers=[("conv", 3, "relu", 4, 2, 0), ("conv", 4, "relu", 3, 1, 0),
                       ("conv", 4, "relu", 2, 1, 0), ("dense", 6, "relu")], choices=[4], steps=6),
    "conv_lstm": dict(input=("planes", 2, 5, 4), layers=[("conv", 3, "tanh", 3, 1, 0), ("lstm", 4)], choices=[3], steps=5, envs=2,
                      starts=[4, 7]),
    "lstm_stack": dict(input=("vector", 3), layers=[("lstm", 4), ("layer_norm",), ("lstm", 3), ("dense", 5, "silu")], choices=[3],
                       steps=7, envs=2, starts=[0, 5, 6, 11]),
    "masked": dict(input=("vector", 4), layers=[("dense", 8, "tanh")], choices=[6], masked=True, entropy_coef=0.05),
    "masked_multi_discrete": dict(input=("vector", 4), layers=[("dense", 8, "tanh")], head="multi_discrete", choices=[2, 4, 3],
                                  masked=True, entropy_coef=0.05),
    "held": dict(input=("vector", 4), layers=[("dense", 8, "tanh")], head="gaussian", choices=[2], log_std=2, held=True, envs=3, steps=5),
    "gsde": dict(input=("vector", 4), layers=[("dense", 9, "tanh"), ("dense", 7, "tanh")], head="gsde", choices=[2], log_std=2,
                 trunk="separate", steps=8, envs=2, entropy_coef=0.05),
    "gsde_lstm": dict(input=("vector", 3), layers=[("dense", 5, "tanh"), ("lstm", 6)], head="gsde", choices=[3], log_std=3, steps=6,
                      envs=2, starts=[4, 7]),
    "vtrace": dict(input=("vector", 4), layers=[("dense", 8, "tanh")], choices=[3], loss="vtrace", steps=12, envs=3, discount=0.9,
                   rho_clip=1.0, c_clip=1.0, done={4: 1, 8: 2, 15: 3, 34: 1, 35: 2}, **{"lambda": 1.0}),
    "vtrace_lstm": dict(input=("vector", 3), layers=[("dense", 5, "tanh"), ("lstm", 4)], head="gaussian", choices=[2], log_std=2,
                        loss="vtrace", steps=8, envs=2, discount=0.95, rho_clip=1.2, c_clip=0.9, done={4: 1, 7: 2, 8: 2, 15: 2},
                        **{"lambda": 0.9}),
    "gru": dict(input=("vector", 3), layers=[("dense", 6, "tanh"), ("gru", 5)], choices=[3], steps=7, envs=3,
                starts=[0, 7, 11, 12, 15]),
    "gru_separate": dict(input=("vector", 3), layers=[("gru", 4), ("dense", 6, "relu"), ("gru", 3)], choices=[2], steps=6, envs=2,
                         starts=[4, 7], trunk="separate", reduction="sum"),
    "gru_stack": dict(input=("vector", 3), layers=[("lstm", 4), ("layer_norm",), ("gru", 17), ("dense", 5, "silu"), ("gru", 4)],
                      choices=[3], steps=7, envs=2, starts=[0, 5, 6, 11]),
    "ppo_gru": dict(input=("vector", 3), layers=[("dense", 5, "silu"), ("gru", 4)], head="gaussian", choices=[2], log_std=2, loss="ppo",
                    steps=8, envs=2, starts=[6, 11], trunk="separate", reduction="sum"),
}

if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    for number, (case_name, description) in enumerate(CASES.items()):
        if len(sys.argv) < 2 or case_name in sys.argv[1:]:
            write(case_name, description, 1000 + number)
    print(f"{len(CASES)} cases in {OUT}, torch {torch.__version__}")

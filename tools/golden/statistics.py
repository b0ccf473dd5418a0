#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Golden numbers for src/statistics, from SciPy, statsmodels, lifelines and rliable: writes tests/golden/statistics.json.

    python3 -m venv v && v/bin/pip install scipy statsmodels lifelines rliable && v/bin/python tools/golden/statistics.py

Resampling matrices are committed with the numbers, so that an interval can be compared to 1e-6: SciPy and rliable are made to
draw exactly these matrices. Two quantities have no library behind them and are computed here from their formulas: Greenwood's
standard error of a restricted mean (Klein & Moeschberger, section 4.5) and Noether's sample size.
"""
import json
import pathlib

import numpy as np
from lifelines import KaplanMeierFitter
from lifelines.utils import restricted_mean_survival_time
from rliable import library, metrics
from scipy import optimize, stats
from statsmodels.stats.multitest import multipletests

OUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "statistics.json"
rng = np.random.default_rng(20240607)


def number(v):
    v = float(v)
    return v if np.isfinite(v) else ("inf" if v > 0 else "nan")


def rounded(values, digits=6):
    return [float(v) for v in np.round(values, digits)]


def describe():
    cases = []
    for n in (1, 2, 3, 4, 5, 7, 8, 10, 31, 100):
        x = rounded(rng.gamma(2, 100, n))
        cases.append(dict(x=x, mean=np.mean(x), sd=number(np.std(x, ddof=1)) if n > 1 else "nan", median=np.median(x),
                          iqm=float(stats.trim_mean(x, 0.25)), rliable_iqm=float(metrics.aggregate_iqm(np.array(x)[:, None])),
                          q10=float(np.quantile(x, 0.1)), q975=float(np.quantile(x, 0.975))))
    return cases


def distributions():
    z = [-8.5, -3, -1.959964, -0.3, 0, 0.7, 2.5, 6]
    p = [1e-12, 0.001, 0.025, 0.2, 0.5, 0.8, 0.975, 0.999999]
    student = [(t, v) for t in (-30, -2.3, -0.4, 0, 0.01, 1.7, 12) for v in (1, 1.37, 4, 17.6, 250.5)]
    return dict(normal_cdf=[[v, stats.norm.cdf(v)] for v in z], normal_quantile=[[v, stats.norm.ppf(v)] for v in p],
                student_cdf=[[t, v, stats.t.cdf(t, v)] for t, v in student])


def iqm(x, axis=-1):
    return stats.trim_mean(x, 0.25, axis=axis)


def bca():
    cases, resamples = [], 200
    for n, seed in ((5, 1), (10, 2), (20, 3)):
        x = rounded(rng.gamma(1.5, 50, n))
        result = stats.bootstrap((np.array(x),), iqm, n_resamples=resamples, method="BCa", vectorized=True,
                                 rng=np.random.default_rng(seed))
        indices = np.random.default_rng(seed).integers(0, n, (resamples, n))
        assert np.allclose(iqm(np.array(x)[indices]), result.bootstrap_distribution)
        cases.append(dict(x=x, resamples=resamples, indices=indices.ravel().tolist(), low=result.confidence_interval.low,
                          high=result.confidence_interval.high))
    return cases


def stratified():
    cases, resamples = [], 150
    for runs, tasks, seed in ((6, 3, 11), (10, 2, 12)):
        scores = np.round(rng.normal(0.6, 0.3, (runs, tasks)), 6)
        np.random.seed(seed)
        _, ends = library.get_interval_estimates({"a": scores}, lambda s: np.array([metrics.aggregate_iqm(s)]), reps=resamples)
        np.random.seed(seed)
        drawn = np.array([np.random.choice(runs, (runs, tasks), replace=True) for _ in range(resamples)])
        indices = drawn.transpose(0, 2, 1)  # task by task
        cases.append(dict(sizes=[runs] * tasks, x=scores.T.ravel().tolist(), resamples=resamples,
                          indices=indices.ravel().tolist(), low=ends["a"][0, 0], high=ends["a"][1, 0]))
    return cases


def superiority_interval():
    resamples, nx, ny, seed = 150, 8, 6, 21
    x, y = rng.normal(1, 1, nx).round(1), rng.normal(0.5, 1, ny).round(1)
    np.random.seed(seed)
    point, ends = library.get_interval_estimates({"a": (x[:, None], y[:, None])}, metrics.probability_of_improvement, reps=resamples)
    np.random.seed(seed)
    indices = []
    for _ in range(resamples):
        indices += np.random.choice(nx, (nx, 1), replace=True).ravel().tolist()
        indices += np.random.choice(ny, (ny, 1), replace=True).ravel().tolist()
    return [dict(x=x.tolist(), y=y.tolist(), resamples=resamples, indices=indices, point=float(point["a"]),
                 low=float(np.ravel(ends["a"])[0]), high=float(np.ravel(ends["a"])[1]))]


def greenwood(time, event, horizon):
    drops = [(t, sum(e and u == t for u, e in zip(time, event)), sum(u >= t for u in time))
             for t in sorted({u for u, e in zip(time, event) if e}) if t < horizon]
    s, curve = 1.0, []
    for t, d, r in drops:
        s *= 1 - d / r
        curve.append((t, s, d, r))
    ends = [c[0] for c in curve[1:]] + [horizon]
    areas = [c[1] * (end - c[0]) for c, end in zip(curve, ends)]
    return np.sqrt(sum(sum(areas[k:]) ** 2 * d / (r * (r - d)) for k, (_, _, d, r) in enumerate(curve) if r > d))


def survival():
    cases = []
    plans = [(1, 0), (2, 0), (7, 0.3), (10, 0.6), (20, 0.2), (30, 1.0), (100, 0.4)]
    for n, censored in plans:
        time = [float(v) for v in np.ceil(rng.gamma(2, 40000, n) / 5000) * 5000]  # ties on purpose
        event = [bool(v) for v in rng.random(n) >= censored]
        horizon = 0.8 * max(time) if n > 2 else max(time)
        km = KaplanMeierFitter().fit(time, event)
        cases.append(dict(time=time, event=event, horizon=horizon, median=number(km.median_survival_time_),
                          restricted_mean=float(restricted_mean_survival_time(km, t=horizon)),
                          standard_error=float(greenwood(time, event, horizon)) if n > 1 else "nan"))
    return cases


def two_samples():
    cases = []
    for nx, ny, digits in ((1, 1, 6), (3, 3, 6), (5, 7, 6), (10, 10, 6), (19, 19, 6), (19, 19, 1), (20, 20, 6), (8, 60, 6), (9, 30, 6),
                           (30, 30, 6), (10, 10, 0), (100, 100, 6)):
        x, y = rng.normal(0.4, 1, nx).round(digits), rng.normal(0, 1.5, ny).round(digits)
        ties = len(set(x) | set(y)) < nx + ny
        exact = not ties and ((nx < 20 and ny < 20) or min(nx, ny) <= 8)
        u = stats.mannwhitneyu(x, y, alternative="two-sided", method="exact" if exact else "asymptotic")
        case = dict(x=x.tolist(), y=y.tolist(), p=u.pvalue, superiority=u.statistic / (nx * ny), margin=0.75, tost="nan")
        if nx > 1 and ny > 1:
            low = stats.ttest_ind(x + 0.75, y, equal_var=False, alternative="greater").pvalue
            high = stats.ttest_ind(x - 0.75, y, equal_var=False, alternative="less").pvalue
            case["tost"] = max(low, high)
        cases.append(case)
    return cases


def pairs():
    """Differences of pairs; zeros are dropped. Its own stream, so that the sections before it stay as they were."""
    stream = np.random.default_rng(20261125)
    cases = []
    for n, digits in ((1, 6), (2, 6), (6, 6), (10, 6), (20, 6), (50, 6), (51, 6), (20, 1), (12, 0), (120, 6)):
        d = stream.normal(0.3, 1, n).round(digits)
        exact = n <= 50 and len(set(np.abs(d))) == n and not (d == 0).any()
        w = stats.wilcoxon(d, zero_method="wilcox", correction=False, method="exact" if exact else "approx")
        cases.append(dict(d=d.tolist(), p=w.pvalue))
    return cases


def holm():
    cases = []
    for p in ([0.01], [0.04, 0.001, 0.03, 0.2], [0.5, 0.5, 0.9], rounded(rng.random(12) ** 3)):
        cases.append(dict(p=p, adjusted=multipletests(p, method="holm")[1].tolist()))
    return cases


def power():
    both = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    return [dict(n=n, effect_80=both * np.sqrt(2 / n), superiority_80=number(0.5 + both / np.sqrt(6 * n) if 0.5 + both / np.sqrt(6 * n) <= 1 else np.nan),
                 power_of_one=stats.norm.cdf(np.sqrt(n / 2) - stats.norm.ppf(0.975)),
                 smallest_p=stats.mannwhitneyu(range(n), range(n, 2 * n), method="exact").pvalue) for n in (2, 5, 10, 19)]


def fits():
    cases = []
    n = np.array([1, 2, 4, 8, 16, 32.0])
    for sigma, kappa, noise in ((0.05, 0.001, 0), (0.02, 0, 0.02), (0, 0.0005, 0.03), (0.3, 0.01, 0.05), (0, 0, 0.01)):
        x = (2.5e5 * n / (1 + sigma * (n - 1) + kappa * n * (n - 1)) * (1 + noise * rng.standard_normal(n.size))).round(3)
        amdahl, _ = optimize.nnls(np.stack([np.ones_like(n), n - 1], 1), n / x * 1e6)
        usl, _ = optimize.nnls(np.stack([np.ones_like(n), n - 1, n * (n - 1)], 1), n / x * 1e6)
        cases.append(dict(n=n.tolist(), throughput=x.tolist(), amdahl=dict(**{"lambda": 1e6 / amdahl[0]}, sigma=amdahl[1] / amdahl[0]),
                          usl=dict(**{"lambda": 1e6 / usl[0]}, sigma=usl[1] / usl[0], kappa=usl[2] / usl[0])))
    return cases


golden = dict(describe=describe(), distributions=distributions(), bca=bca(), stratified=stratified(),
              superiority_interval=superiority_interval(), survival=survival(), two_samples=two_samples(), holm=holm(),
              power=power(), fits=fits(), pairs=pairs())
OUT.write_text(json.dumps(golden, default=float) + "\n")
print(OUT, OUT.stat().st_size, "bytes")

"""Writes golden.json: small arrays and their metrics by numpy, scipy and ml_dtypes, for golden_test.go.

Made with Python 3, numpy 2.4.6, scipy 1.17.1, ml_dtypes (version in the file); run: python golden.py > golden.json
"""

import base64
import json
import sys
from importlib.metadata import version

import ml_dtypes
import numpy as np
from scipy import stats

TOLERANCES = [1e-4, 1e-3, 1e-2, 5e-2, 1e-1]
UPPER = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512]


def text(x):
    x = float(x)
    if np.isnan(x):
        return "NaN"
    if np.isinf(x):
        return "+Inf" if x > 0 else "-Inf"
    return x


def place(x):
    """Place of bf16 values in the order of all bf16 values, +0 and -0 at 0."""
    bits = x.astype(ml_dtypes.bfloat16).view(np.uint16).astype(np.int64)
    return np.where(bits & 0x8000, -(bits & 0x7FFF), bits)


def metrics(r32, t32):
    r, t = r32.astype(np.float64), t32.astype(np.float64)
    ok = np.isfinite(r) & np.isfinite(t)
    x, y, index = r[ok], t[ok], np.flatnonzero(ok)
    d = y - x
    a = np.abs(d)
    same = (r32.view(np.uint32) == t32.view(np.uint32)) | (np.isnan(r) & np.isnan(t))
    ulps = np.abs(place(r32[ok]) - place(t32[ok]))
    histogram = np.bincount(np.searchsorted(UPPER, ulps), minlength=12)

    def side(v, full):
        bad = np.flatnonzero(~np.isfinite(full))
        finite = full[np.isfinite(full)]
        return {
            "mean": text(v.mean()), "max_absolute": text(np.abs(finite).max()), "l2": text(np.linalg.norm(v)),
            "nan": int(np.isnan(full).sum()), "positive_infinity": int(np.isposinf(full).sum()),
            "negative_infinity": int(np.isneginf(full).sum()), "first_non_finite": int(bad[0]) if len(bad) else -1,
        }

    limit = [t0 + t0 * np.abs(x) for t0 in TOLERANCES]
    within = [float((a <= l).mean()) for l in limit]
    xs, ys = x.std(), y.std()
    if xs < 1e-12 or ys < 1e-12:
        pearson = 1.0 if np.allclose(x, y) else 0.0
    else:
        pearson = np.corrcoef(x, y)[0, 1]
    nx, ny = np.linalg.norm(x), np.linalg.norm(y)
    cosine = 1.0 if nx < 1e-12 and ny < 1e-12 else 0.0 if nx < 1e-12 or ny < 1e-12 else x @ y / (nx * ny)
    nd = np.linalg.norm(d)
    top = np.abs(r[np.isfinite(r)]).max()
    sd = a.std()
    with np.errstate(all="ignore"):
        test = stats.ttest_rel(y, x) if len(d) > 1 else None
    return {
        "metrics": {
            "elements": len(r), "compared": int(ok.sum()),
            "relative_l2": text(0.0 if nd == 0 and nx == 0 else np.divide(nd, nx) if nx else np.inf),
            "relative_linf": text(0.0 if a.max() == 0 and top == 0 else a.max() / top if top else np.inf),
            "mean_absolute": text(a.mean()), "max_absolute": text(a.max()),
            "max_absolute_index": int(index[a.argmax()]) if a.max() > 0 else -1, "bias": text(d.mean()),
            "within": within[2:], "within_strict": [within[1], within[0]], "bit_identical": float(same.mean()),
            "ulp_histogram": [int(n) for n in histogram], "max_ulp": int(ulps.max()),
            "pearson": text(pearson), "cosine": text(cosine), "reference": side(x, r), "test": side(y, t),
        },
        "outliers": 0.0 if sd < 1e-12 else float((a > 5 * sd).mean()),
        "t": text(test.statistic) if test else "NaN", "p": text(test.pvalue) if test else "NaN",
    }


def cases():
    g = np.random.default_rng(7)
    f = np.float32
    n = 700
    x = (0.15 * g.standard_normal(n)).astype(f)
    yield "noise", x, (x + 3e-3 * g.standard_normal(n)).astype(f)
    yield "bf16", x, x.astype(ml_dtypes.bfloat16).astype(f)
    yield "truncated", x, (x.view(np.uint32) & np.uint32(0xFFFF0000)).view(f)
    yield "shifted", x, (x + f(0.02)).astype(f)
    yield "scaled", x, (1.05 * x).astype(f)
    yield "unrelated", x, (10 * g.standard_normal(n)).astype(f)
    big = (1e6 + 1e-1 * g.standard_normal(n)).astype(f)
    yield "large_mean", big, (big + 0.5 * g.standard_normal(n)).astype(f)
    wide = (g.standard_normal(n) * 10.0 ** g.uniform(-30, 30, n)).astype(f)
    yield "wide", wide, (wide * (1 + 1e-2 * g.standard_normal(n))).astype(f)
    small = (g.standard_normal(n) * 1e-39).astype(f)
    yield "subnormal", small, (small * f(1.3)).astype(f)
    half = x.copy()
    half[::2] += f(1e-3)
    yield "half", x, half
    constant = np.full(n, 0.1, f)
    yield "constant_equal", constant, constant
    yield "constant_close", constant, np.full(n, np.nextafter(f(0.1), f(1)), f)
    yield "constant_test", x, constant
    tail = x.copy()
    tail[::97] += f(0.7)
    yield "tail", x, tail
    holes, other = x.copy(), half.copy()
    holes[[3, 50, 300]] = [np.nan, np.inf, -np.inf]
    other[[3, 50, 301, 302]] = [np.nan, np.inf, np.nan, -np.inf]
    yield "holes", holes, other
    yield "zero_reference", np.zeros(n, f), x
    bits = g.integers(0, 2**32, n, dtype=np.uint32).view(f)
    yield "random_bits", bits, (bits.view(np.uint32) ^ g.integers(0, 2**18, n, dtype=np.uint32)).view(f)
    order = np.arange(n, dtype=f)
    yield "integers", order, order[::-1].copy()
    yield "single", np.array([2.0], f), np.array([2.5], f)


def main():
    out = {"made_with": {p: version(p) for p in ("numpy", "scipy", "ml_dtypes")}, "cases": []}
    for name, r, t in cases():
        arrays = {k: base64.b64encode(v.astype("<f4").tobytes()).decode() for k, v in (("reference", r), ("test", t))}
        out["cases"].append({"name": name, **arrays, **metrics(r, t)})
    json.dump(out, sys.stdout, indent=0, allow_nan=False)
    print()


main()

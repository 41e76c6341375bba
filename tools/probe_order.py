#!/usr/bin/env python3
"""Reads off in which order XLA CPU adds, and compares it with the rules bf16lab ships (docs/xla-cpu.md).

Two independent looks at one operation:
  * order: with +2^60 in place i, -2^60 in place j and ones elsewhere, everything that is added before the two meet is
    absorbed, so the result counts the leaves outside the smallest subtree that holds both (the idea of FPRev). Printed as
    "with leaf 0: <size of subtree>: <leaves j>".
  * rule: random operands, JAX's result against the shipped rule evaluated in numpy, bit by bit.

Examples
  probe_order.py sum --shape 5,768,896 --axes 0,1
  probe_order.py sum --shape 64,1536 --axes 1 --order
  probe_order.py dot --m 4 --n 4096 --k 64
  probe_order.py dot --m 64 --n 734 --k 1536 --bf16            # bf16 x bf16 -> f32 (bf16 -> bf16 is the f32 rule, rounded once)
  probe_order.py dot --m 24 --n 24 --k 128 --batch 24 --transposed
  probe_order.py conv --rows 32 --cin 1536 --cout 1536 --width 5
  probe_order.py model --length 4096 --json orders.json         # every sum, product and convolution shape of AlphaGenome at that length

Exit status: 0 all rules hold here, 1 some do not (their numbers belong into a policy file), 2 wrong usage.
Needs: pip install jax==0.10.2 numpy
"""
import argparse
import json
import os
import platform
import sys

import numpy as np

F = np.float32
BIG = F(2.0**60)

# ---------------------------------------------------------------------------------------------------------------------
# Rules as shipped. The Go definitions are the same rules; names follow docs/xla-cpu.md.
# ---------------------------------------------------------------------------------------------------------------------


def fma(a, b, c):
    """float32 fused multiply-add: the exact product and sum, rounded once (float64 with round-to-odd, then float32)."""
    p = np.asarray(a, np.float64) * np.asarray(b, np.float64)
    c = np.asarray(c, np.float64)
    s = p + c
    t = s - p
    err = (p - (s - t)) + (c - t)
    u = np.ascontiguousarray(s).view(np.int64)
    u = np.where((err != 0) & (u & 1 == 0), np.where((err > 0) == (s > 0), u + 1, u - 1), u)
    return u.view(np.float64).astype(F)


class Cascade:
    """Three levels of accumulators: 4 rows, then 16, then 256 rows with Kahan compensation (the library's sum of floats)."""

    def __init__(self, shape):
        self.acc = [np.zeros(shape, F) for _ in range(3)]
        self.error = np.zeros(shape, F)
        self.clock = 0

    def group(self, rows):
        """Adds up to four rows, one after the other from zero, to the first level."""
        local = np.zeros_like(self.acc[0])
        for r in rows:
            local = local + r
        self.acc[0] = self.acc[0] + local

    def tick(self, n):
        self.clock += n
        self.flush(self.clock)

    def flush(self, clock=0):
        if clock % 16 == 0:
            self.acc[1] = self.acc[1] + self.acc[0]
            self.acc[0] = np.zeros_like(self.acc[0])
            if clock % 256 == 0:
                y = self.acc[1] - self.error
                t = self.acc[2] + y
                e = (t - self.acc[2]) - y
                self.error = np.where(np.isfinite(e), e, F(0))
                self.acc[2] = t
                self.acc[1] = np.zeros_like(self.acc[1])


def sum_rows(x):
    """Sum over the leading axis of x[k, n] in one call of the library: sequential up to 4 rows, else the cascade."""
    if len(x) <= 4:
        s = np.zeros(x.shape[1:], F)
        for r in x:
            s = s + r
        return s
    c = Cascade(x.shape[1:])
    for p in range(0, len(x) - 3, 4):
        c.group(x[p:p + 4])
        c.tick(4)
    c.group(x[len(x) // 4 * 4:])
    c.flush()
    return c.acc[2]


def sum_minor(x):
    """Sum over the last axis of x[rows, k]: 16 lanes (k mod 16), each a cascade; lanes folded by halves."""
    rows, k = x.shape
    v = np.zeros((rows, -(-k // 16) * 16), F)
    v[:, :k] = x
    v = np.moveaxis(v.reshape(rows, -1, 16), 1, 0)
    c, p, left = Cascade((rows, 16)), 0, k
    while left >= 256:
        for _ in range(4):
            c.group(v[p:p + 4])
            p += 4
        left -= 256
        c.tick(64)
    while left >= 64:
        c.group(v[p:p + 4])
        p, left = p + 4, left - 64
        c.tick(16)
    c.group(v[p:])
    c.flush()
    a = c.acc[2]
    while a.shape[1] > 1:
        h = a.shape[1] // 2
        a = a[:, :h] + a[:, h:]
    return a[:, 0]


def sum_leading(x, axes, threads):
    """Sum over the first `axes` axes, cut into tiles of at most 32,768 elements whose results are summed again.

    An axis is really cut only while fewer than 2*threads tasks exist, from the outermost in; an axis that is not cut is
    summed whole and its result is followed by zeros in the places of the other tiles.
    """
    keep = x.shape[axes:]
    dims, n = x.shape[:axes], int(np.prod(keep))
    x, area, used, split = x.reshape(dims + (n,)), 32768, 1, []
    for e in (n,) + dims[::-1]:
        s = max(1, min(area // used, e))
        split.append(s)
        used *= s
    split = split[:0:-1]
    if all(s >= d for s, d in zip(split, dims)):
        return sum_rows(x.reshape(-1, n)).reshape(keep)
    target, tasks, step = 2 * threads if threads > 1 else 1, 1, []
    for d, s in zip(dims, split):
        step.append(s if s < d and tasks < target else d)
        tasks *= -(-d // s)
    part = np.zeros([-(-d // s) for d, s in zip(dims, split)] + [n], F)
    for i in np.ndindex(*[-(-d // s) for d, s in zip(dims, step)]):
        part[i] = sum_rows(x[tuple(slice(j * s, (j + 1) * s) for j, s in zip(i, step))].reshape(-1, n))
    return sum_rows(part.reshape(-1, n)).reshape(keep)


def sum_small(x, axes):
    """Fewer than 4,096 elements: windows of 32 with SAME padding, each sequential, until no reduced axis exceeds 32."""

    def plain(y):
        y = np.moveaxis(y, axes, range(len(axes)))
        s = np.zeros(y.shape[len(axes):], F)
        for i in np.ndindex(*y.shape[:len(axes)]):
            s = s + y[i]
        return s

    while any(x.shape[a] > 32 for a in axes):
        spans = []
        for a in axes:
            d = x.shape[a]
            w = min(d, 32)
            n = -(-d // w)
            low = (n * w - d) // 2
            spans.append([slice(max(0, i * w - low), min(d, (i + 1) * w - low)) for i in range(n)])
        out = np.zeros([len(spans[axes.index(i)]) if i in axes else d for i, d in enumerate(x.shape)], F)
        for idx in np.ndindex(*[len(s) for s in spans]):
            src, dst = [slice(None)] * x.ndim, [slice(None)] * x.ndim
            for a, s, i in zip(axes, spans, idx):
                src[a], dst[a] = s[i], i
            out[tuple(dst)] = plain(x[tuple(src)])
        x = out
    return plain(x)


def rule_sum(x, axes, threads):
    keep = [i for i, d in enumerate(x.shape) if d > 1]
    axes = [keep.index(a) for a in axes if a in keep]
    x = x.reshape([x.shape[i] for i in keep])
    if not axes:
        return x
    if x.size < 4096:
        return sum_small(x, axes)
    if axes == list(range(x.ndim - len(axes), x.ndim)):
        return sum_minor(x.reshape(-1, int(np.prod(x.shape[-len(axes):]))))
    if axes == list(range(len(axes))):
        return sum_leading(x, len(axes), threads)
    return None


# Kernels the library may choose from: block rows, block columns; tile (rows, columns, k); whether B may stay unpacked.
# tile k is the number of lanes over k. A CPU without AVX-512 lacks the first rows (--isa avx2).
def kernels(isa, wide):
    t = []

    def put(arch, tile, unaligned, blocks, fused=True):
        if arch == 'avx2' or isa == 'avx512':
            t.extend((m, n, tile, unaligned, fused) for m, n in blocks)

    if wide:  # bf16 x bf16 -> f32
        put('avx512', (1, 16, 2), False, [(1, 64), (2, 64), (3, 64), (4, 64), (5, 64), (2, 32), (3, 32), (4, 32), (5, 32), (6, 32), (8, 32), (10, 32), (12, 32), (16, 16), (1, 32)])
        put('avx512', (1, 16, 1), False, [(1, 64), (2, 64), (3, 64), (4, 64), (5, 64), (1, 32), (2, 32), (3, 32), (4, 32), (5, 32), (6, 32), (8, 32), (10, 32), (12, 32), (16, 16)])
        put('avx2', (1, 8, 2), False, [(1, 32), (2, 32), (1, 16), (2, 16), (3, 16), (4, 16), (5, 16), (8, 8), (10, 8), (12, 8)])
        put('avx2', (1, 8, 1), False, [(1, 32), (2, 32), (1, 16), (2, 16), (3, 16), (4, 16), (5, 16), (8, 8), (10, 8)])
        return t
    put('avx512', (1, 16, 1), True, [(1, 64), (2, 64), (3, 64), (4, 64), (5, 64), (1, 32), (2, 32), (3, 32), (4, 32), (5, 32), (5, 16)])
    put('avx512', (1, 8, 2), False, [(1, 32), (2, 32), (3, 32), (4, 32), (5, 32), (1, 16), (4, 16), (4, 8), (8, 8)])
    put('avx512', (1, 4, 4), False, [(1, 32), (2, 32), (1, 16), (3, 16), (4, 16), (5, 16), (2, 8), (4, 8), (6, 8), (4, 4), (8, 4)])
    put('avx2', (1, 8, 1), True, [(1, 32), (2, 32), (1, 16), (2, 16), (3, 16), (4, 16), (5, 16), (6, 16), (8, 8)])
    put('avx2', (1, 4, 2), False, [(1, 16), (2, 16), (1, 8), (3, 8), (4, 8), (5, 8), (6, 8), (4, 4), (5, 4), (6, 4), (8, 4)])
    put('avx2', (1, 8, 1), True, [(1, 32), (2, 32), (1, 16), (2, 16), (3, 16), (4, 16), (4, 8), (6, 8), (8, 8)], False)
    put('avx2', (1, 4, 2), False, [(1, 16), (2, 16), (1, 8), (3, 8), (4, 8), (5, 8), (6, 8), (4, 4), (5, 4), (6, 4), (8, 4)], False)
    put('avx2', (1, 4, 1), False, [(1, 16), (2, 16), (3, 16), (1, 8), (2, 8), (3, 8), (4, 8), (4, 4), (6, 4), (8, 4)], False)
    return t


def ceil(a, b):
    return -(-a // b)


def choose(table, m, n, k, tile_k=0, block_n=0, unpacked=False):
    """The cheapest kernel that fits; of equal ones the first. Cost: 5 per load of A, 11 per load of B, 9 per block (float32)."""
    best, lowest = None, np.inf
    for bm, bn, tile, unaligned, fused in table:
        tm, tn, tk = tile
        if (unpacked and not unaligned) or (tile_k and tk != tile_k) or (not unaligned and block_n % tn):
            continue
        block = F(F(5 * (bm // tm) + 11 * (bn // tn) + 9) + F(F(tm * tn * tk) * F(1e-4)))
        cost = F(F(F(F(ceil(m, bm)) * F(ceil(n, bn))) * F(ceil(k, tk))) * block)
        if cost < lowest:
            best, lowest = (bm, bn, tile, unaligned, fused), cost
    return best, lowest


def dot_tiles(m, n, k, batch, transposed, wide, isa):
    """Splits an [m, k] x [k, n] product into tiles; yields (m0, m1, n0, n1, lanes, k block, fused) for each."""
    table, size = kernels(isa, wide), 2 if wide else 4
    kern, cost = choose(table, 2048, n, k)
    plain, plain_cost = (kern, cost) if kern[2][2] == 1 else choose(table, 2048, n, k, 1, 1, True)
    packed = transposed or plain is None or not plain[3] or plain_cost > cost * F(2) or ceil(m, plain[0]) * batch > 10 * batch
    if packed:
        bn = kern[1] * max(1, 131072 // size // (kern[1] * k))
        bn, lanes = max(kern[2][1], min(ceil(n, kern[2][1]) * kern[2][1], bn)), kern[2][2]
        depth = lanes * ceil(k, lanes)
    else:
        bn, lanes, depth = max(64 // size, plain[1]), 1, k
    depth, sn, sm = min(depth, 1024), min(n, bn), min(m, 16)
    while True:
        if sn * sm >= min(m, 64) * min(n, 64) and ((sm + sn) * depth >= 65536 or sm * sn >= 65536):
            break
        if (4 * sn <= sm or sm >= m) and sn < n:
            sn *= 2
        elif (sm <= 4 * sn or sn >= n) and sm < m:
            sm *= 2
        else:
            break
    sn = n if n <= bn else sn
    for m0 in range(0, m, sm):
        for n0 in range(0, n, sn):
            m1, n1 = min(m, m0 + sm), min(n, n0 + sn)
            width = bn if packed else n1 - n0
            chosen, _ = choose(table, m1 - m0, n1 - n0, k // lanes * lanes, lanes, width, not packed)
            blocks = 131072 // (width * size * chosen[2][2])
            yield m0, m1, n0, n1, lanes, min(chosen[2][2] * blocks or k, max(k // lanes * lanes, 1)), chosen[4]


def chain(a, b, lanes, pairs, fused):
    """sum over k of a[:, k] b[k, :] from zero: `lanes` FMA chains (k mod lanes), or pairs with the odd element first."""
    acc = [np.zeros((len(a), b.shape[1]), F) for _ in range(1 if pairs else lanes)]
    order = range(len(b))
    if pairs:
        order = [q for p in range(0, len(b), 2) for q in (p + 1, p) if q < len(b)]
    for p in order:
        i = 0 if pairs else p % lanes
        acc[i] = fma(a[:, p:p + 1], b[p], acc[i]) if fused else acc[i] + a[:, p:p + 1] * b[p]
    if len(acc) == 2:
        return acc[0] + acc[1]
    return (acc[0] + acc[1]) + (acc[2] + acc[3]) if len(acc) == 4 else acc[0]


def rule_dot(a, b, rows, batch=1, transposed=False, wide=False, isa='avx512'):
    """Rows `rows` of a[m, k] x b[k, n]."""
    (m, k), n = a.shape, b.shape[1]
    if m == 1 and not transposed:
        return chain(a, b, 1, False, True)
    if m == 1 or n == 1:
        return matvec(a, b[:, 0]).reshape(m, 1)[rows] if n == 1 else matvec(b.T, a[0]).reshape(1, n)
    if wide and m <= 3 and n <= 3:
        wide = False
    out = np.zeros((len(rows), n), F)
    for m0, m1, n0, n1, lanes, block, fused in dot_tiles(m, n, k, batch, transposed, wide, isa):
        pick = [i for i, r in enumerate(rows) if m0 <= r < m1]
        if not pick:
            continue
        x, end, cuts = a[[rows[i] for i in pick]], k // lanes * lanes, []
        cuts = [(p, min(p + block, end)) for p in range(0, end, block)] + ([(end, k)] if end < k else [])
        total = None
        for p, q in cuts:
            s = chain(x[:, p:q], b[p:q, n0:n1], lanes, wide and lanes == 2, fused)
            total = s if total is None else s + total
        out[pick, n0:n1] = total
    return out


def matvec(a, x):
    """a[rows, k] x: eight lanes over k; whole groups of eight rows fold neighbours, the last rows fold halves; rest of k apart."""
    rows, k = a.shape
    lane = np.zeros((rows, 8), F)
    for p in range(0, k // 8 * 8, 8):
        lane = fma(a[:, p:p + 8], x[p:p + 8], lane)
    l = lane.T
    tiled = ((l[0] + l[1]) + (l[2] + l[3])) + ((l[4] + l[5]) + (l[6] + l[7]))
    single = ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]))
    out = np.where(np.arange(rows) < rows // 8 * 8, tiled, single)
    rest = np.zeros(rows, F)
    for p in range(k // 8 * 8, k):
        rest = fma(a[:, p], x[p], rest)
    return out + rest if k % 8 else out


def rule_conv(x, w, rows, limit=320):
    """Rows of a SAME convolution: k = (tap, channel) in equal blocks of at most `limit`, rounded up to 8."""
    s, cin = x.shape
    width, _, cout = w.shape
    k, low = width * cin, (width - 1) // 2
    block = k if k <= limit else 8 * ceil(ceil(k, ceil(k, limit)), 8)
    pad = np.zeros((s + width - 1, cin), F)
    pad[low:low + s] = x
    a, b = np.stack([pad[r:r + width].reshape(-1) for r in rows]), w.reshape(k, cout)
    total = None
    for p in range(0, k, block):
        c = chain(a[:, p:p + block], b[p:p + block], 1, False, True)
        total = c if total is None else total + c
    return total


# ---------------------------------------------------------------------------------------------------------------------
# The machine under test
# ---------------------------------------------------------------------------------------------------------------------


def load_jax():
    try:
        import jax
    except ImportError:
        sys.exit('probe_order: jax is missing: pip install jax==0.10.2')
    jax.config.update('jax_platforms', 'cpu')
    jax.config.update('jax_disable_jit', True)
    return jax


class Machine:
    """JAX on this CPU, one primitive at a time."""

    def __init__(self):
        self.jax = load_jax()

    def sum(self, x, axes):
        return np.asarray(self.jax.numpy.sum(self.jax.numpy.asarray(x), axis=tuple(axes)))

    def dot(self, a, b, batch=0, transposed=False, wide=False):
        jnp = self.jax.numpy
        kind = jnp.bfloat16 if wide else jnp.float32
        if transposed:
            b = np.ascontiguousarray(np.swapaxes(b, -1, -2))
        c = (a.ndim - 1,), (b.ndim - 1 if transposed else b.ndim - 2,)
        lead = ((0,), (0,)) if batch else ((), ())
        return np.asarray(self.jax.lax.dot_general(jnp.asarray(a, kind), jnp.asarray(b, kind), (c, lead), preferred_element_type=jnp.float32))

    def conv(self, x, w):
        lax = self.jax.lax
        dn = lax.ConvDimensionNumbers((0, 2, 1), (2, 1, 0), (0, 2, 1))
        jnp = self.jax.numpy
        return np.asarray(lax.conv_general_dilated(jnp.asarray(x[None]), jnp.asarray(w), [1], 'SAME', dimension_numbers=dn))[0]


def tree(evaluate, k, leaf=0, most=96):
    """Sizes of the smallest subtree that holds `leaf` and j, for at most `most` spread j: {size: [j, ...]}."""
    others = [j for j in range(k) if j != leaf]
    if len(others) > most:
        others = sorted(set(others[:16] + [others[int(i)] for i in np.linspace(16, len(others) - 1, most - 16)]))
    found = {}
    for j in others:
        x = np.ones(k, F)
        x[leaf], x[j] = BIG, -BIG
        found.setdefault(k - int(evaluate(x)), []).append(j)
    return dict(sorted(found.items()))


def show(found, leaf):
    if all(len(v) == 1 and s == v[0] + 1 for s, v in found.items() if v[0] > leaf):
        return f'with leaf {leaf}: sequential'
    text = '; '.join(f'{s}: {v if len(v) <= 6 else str(v[:4])[:-1] + f", .. {v[-1]}] ({len(v)})"}' for s, v in list(found.items())[:12])
    return f'with leaf {leaf}: {text}' + (' ..' if len(found) > 12 else '')


def same_bits(a, b):
    return float(np.mean((a == b) | (np.isnan(a) & np.isnan(b)))) if a.size else 1.0


class Report:
    def __init__(self):
        self.entries = []

    def add(self, op, spec, share, order=None):
        verdict = 'unknown rule' if share is None else ('rule holds' if share == 1 else f'rule FAILS: {100 * share:.3f} % of the bits agree')
        print(f'{op:5s} {spec:60s} {verdict}', flush=True)
        for line in order or []:
            print('      ' + line)
        self.entries.append({'op': op, 'spec': spec, 'identical': share, 'order': order or []})

    def failed(self):
        return any(e['identical'] is not None and e['identical'] < 1 for e in self.entries)


def probe_sum(machine, report, shape, axes, args):
    rng = np.random.RandomState(args.seed)
    x = rng.standard_normal(shape).astype(F)
    got, want = machine.sum(x, axes), rule_sum(x, sorted(axes), args.threads)
    order = None
    if args.order:
        k, rest = int(np.prod([shape[a] for a in axes])), [d for i, d in enumerate(shape) if i not in axes]

        def evaluate(v):
            y = np.broadcast_to(v.reshape([shape[a] for a in axes] + [1] * len(rest)), [shape[a] for a in axes] + rest)
            return machine.sum(np.ascontiguousarray(np.moveaxis(y, range(len(axes)), axes)), axes).reshape(-1)[0]

        order = [show(tree(evaluate, k, leaf), leaf) for leaf in (0, 1)]
    report.add('sum', f'{tuple(shape)} over {tuple(axes)}', None if want is None else same_bits(got.reshape(-1), want.reshape(-1)), order)


def probe_dot(machine, report, m, n, k, args, batch=0, transposed=False, wide=False):
    rng = np.random.RandomState(args.seed)
    lead = (batch,) if batch else ()
    a, b = rng.standard_normal(lead + (m, k)).astype(F), rng.standard_normal(lead + (k, n)).astype(F)
    if wide:  # what the cast to bf16 leaves
        a, b = [((v.view(np.uint32) + 0x7fff + ((v.view(np.uint32) >> 16) & 1)) & np.uint32(0xffff0000)).view(F) for v in (a, b)]
    got = machine.dot(a, b, batch, transposed, wide)
    rows = sorted(set([0, m // 2, m - 1]))
    one_a, one_b, one = (a[-1], b[-1], got[-1]) if batch else (a, b, got)
    want = rule_dot(one_a, one_b, rows, max(batch, 1), transposed, wide, args.isa)
    order = None
    if args.order:

        def evaluate(v):
            x, y = np.ones_like(a), np.ones_like(b)
            x[..., m - 1, :] = v
            return machine.dot(x, y, batch, transposed, wide)[..., m - 1, n - 1].reshape(-1)[-1]

        order = [show(tree(evaluate, k, leaf), leaf) for leaf in (0, 1)]
    spec = f'm {m} n {n} k {k}' + (f' batch {batch}' if batch else '') + (' right operand n x k' if transposed else '') + (' bf16 x bf16' if wide else ' f32')
    report.add('dot', spec, same_bits(one[rows], want), order)


def probe_conv(machine, report, rows, cin, cout, width, args):
    rng = np.random.RandomState(args.seed)
    x, w = rng.standard_normal((rows, cin)).astype(F), rng.standard_normal((width, cin, cout)).astype(F)
    pick = sorted(set([0, rows // 2, rows - 1]))
    order = None
    if args.order:
        k = width * cin

        def evaluate(v):
            return machine.conv(np.ones_like(x), np.broadcast_to(v.reshape(width, cin, 1), w.shape).copy())[rows // 2, 0]

        order = [show(tree(evaluate, k, leaf), leaf) for leaf in (0, 1)]
    report.add('conv', f'rows {rows} {cin} -> {cout} width {width}', same_bits(machine.conv(x, w)[pick], rule_conv(x, w, pick, args.conv_block)), order)


def probe_model(machine, report, length, args):
    """Every shape on which an order depends, for one length."""
    q, s = length // 128, length // 2048
    for c, d in [(768, 768), (768, 896), (1408, 1536), (1536, 1536), (1536, 1408), (896, 768)]:
        probe_sum(machine, report, (5, c, d), (0, 1), args)
    for shape in [(1, s, 1536), (1, s, s, 128), (1, s, s, s), (1, q, 8, 128), (1, q, 1, 128), (1, q, 1, 192), (1, 8, q, q), (1, length, 5)]:
        probe_sum(machine, report, shape, (len(shape) - 1,), args)
    for n, k in [(1024, 1536), (128, 1536), (192, 1536), (1536, 1536), (3072, 1536), (1536, 3072)]:
        probe_dot(machine, report, q, n, k, args)
    for m, n, k in [(s, 4096, 1536), (2 * s, 4096, 64), (s, 128, 1536), (s * s, 128, 32), (s * s, 128, 128), (s * s, 256, 128), (s * s, 128, 256), (s * s, 8, 128), (q, 8 * q, 128), (192, 8 * q, q)]:
        probe_dot(machine, report, m, n, k, args)
    if s > 1:
        probe_dot(machine, report, 2 * s, s, 128, args, batch=32)
        probe_dot(machine, report, s, s, 128, args, batch=32)
        probe_dot(machine, report, s, 128, s, args, batch=s)
        probe_dot(machine, report, s, s, 128, args, batch=s, transposed=True, wide=True)
        probe_dot(machine, report, s * s, 28, 128, args, wide=True)
    for n in (128, 256, 384, 640, 768, 1152, 1664):
        probe_dot(machine, report, q, n, 3072, args, wide=True)
    for n in (5, 128, 256, 384, 640, 734, 768):
        probe_dot(machine, report, length, n, 1536, args, wide=True)
    width = 768
    probe_conv(machine, report, length, 4, 768, 15, args)
    for i in range(6):
        probe_conv(machine, report, length >> (i + 1), width, width + 128, 5, args)
        width += 128
    for i, c in enumerate((1536, 1408, 1280, 1152, 1024, 896)):
        probe_conv(machine, report, (2 * q) << i, c, c, 5, args)


def cpu_name():
    try:
        with open('/proc/cpuinfo') as f:
            return next((l.split(':')[1].strip() for l in f if l.startswith('model name')), platform.processor())
    except OSError:
        return platform.processor() or platform.machine()


def ints(text):
    try:
        v = [int(t) for t in text.split(',')]
    except ValueError:
        raise argparse.ArgumentTypeError(f'{text!r}: comma-separated integers expected, such as 5,768,768')
    if any(i < 0 for i in v):
        raise argparse.ArgumentTypeError(f'{text!r}: negative number')
    return v


def positive(text):
    try:
        v = int(text)
    except ValueError:
        v = 0
    if v < 1:
        raise argparse.ArgumentTypeError(f'{text!r}: a whole number of at least 1 expected')
    return v


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument('--order', action='store_true', help='also print the order itself, read off with masked sums')
    common.add_argument('--threads', type=positive, default=len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count() or 1, help='threads of XLA that the sum rule assumes (default: the cores of this process)')
    common.add_argument('--isa', choices=['avx512', 'avx2'], default='avx512', help='instruction set the product rule assumes')
    common.add_argument('--conv-block', type=positive, default=320, help='largest k block of a convolution')
    common.add_argument('--seed', type=int, default=0)
    common.add_argument('--json', metavar='FILE', help='also write the findings to FILE')
    sub = p.add_subparsers(dest='op', required=True, metavar='sum|dot|conv|model')
    q = sub.add_parser('sum', parents=[common], help='reduce_sum in float32')
    q.add_argument('--shape', type=ints, required=True)
    q.add_argument('--axes', type=ints, required=True)
    q = sub.add_parser('dot', parents=[common], help='dot_general, canonical form [m, k] x [k, n]')
    for name in ('m', 'n', 'k'):
        q.add_argument('--' + name, type=positive, required=True)
    q.add_argument('--batch', type=int, default=0)
    q.add_argument('--transposed', action='store_true', help='right operand stored n x k')
    q.add_argument('--bf16', action='store_true', help='bf16 x bf16 -> f32')
    q = sub.add_parser('conv', parents=[common], help='SAME conv1d, NWC x WIO')
    for name in ('rows', 'cin', 'cout'):
        q.add_argument('--' + name, type=positive, required=True)
    q.add_argument('--width', type=positive, default=5)
    q = sub.add_parser('model', parents=[common], help='all shapes of AlphaGenome at one length')
    q.add_argument('--length', type=positive, required=True, help='bases, a multiple of 2,048')
    args = p.parse_args()
    if args.op == 'sum' and any(a >= len(args.shape) for a in args.axes):
        p.error(f'--axes {args.axes}: the shape has {len(args.shape)} axes')
    if args.op == 'model' and args.length % 2048:
        p.error(f'--length {args.length}: a multiple of 2048 expected')
    machine, report = Machine(), Report()
    print(f'{cpu_name()}, {args.threads} threads, jax {machine.jax.__version__}')
    with np.errstate(all='ignore'):
        if args.op == 'sum':
            probe_sum(machine, report, args.shape, sorted(args.axes), args)
        elif args.op == 'dot':
            probe_dot(machine, report, args.m, args.n, args.k, args, args.batch, args.transposed, args.bf16)
        elif args.op == 'conv':
            probe_conv(machine, report, args.rows, args.cin, args.cout, args.width, args)
        else:
            probe_model(machine, report, args.length, args)
    if args.json:
        tmp = args.json + '.tmp'
        try:
            with open(tmp, 'w') as f:
                json.dump({'cpu': cpu_name(), 'threads': args.threads, 'jax': machine.jax.__version__, 'findings': report.entries}, f, indent=1)
            os.replace(tmp, args.json)
        except OSError as e:
            sys.exit(f'probe_order: write {args.json}: {e.strerror}')
    sys.exit(1 if report.failed() else 0)


if __name__ == '__main__':
    main()

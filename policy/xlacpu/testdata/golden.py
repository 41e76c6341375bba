"""Writes products.csv, results.csv and sums.csv from the numpy models of XLA CPU's orders (jaxlib 0.10.2, Zen 4, 2 threads).

usage: golden.py MODELS    the folder with ynndot.py, gemv.py, sums.py and small.py (see README.md)
"""
import csv, random, sys
import numpy as np
from golden_stream import digest, stream
sys.path.insert(0, sys.argv[1])
import gemv, small, sums, ynndot
f = np.float32
M64 = (1 << 64) - 1


def bf16(x):
    """Towards zero: any bfloat16 values will do."""
    return (x.view(np.uint32) & np.uint32(0xffff0000)).view(f)


def madd(x, y, z, fused):
    return gemv.fma(x, y, z) if fused else ((x * y).astype(f) + z).astype(f)


def chain(a, b, ks, fused):
    c = np.zeros((len(a), b.shape[1]), f)
    for k in ks:
        c = madd(a[:, k, None], b[None, k], c, fused)
    return c


def tile(a, b, lanes, block, fused, pairs):
    """dk.c of the models: blocks of block elements in lanes, the rest a block of its own."""
    k = a.shape[1]
    whole = k // lanes * lanes
    cuts = [(i, min(i + block, whole)) for i in range(0, whole, max(block, 1))] + ([(whole, k)] if whole < k else [])
    c = None
    for lo, hi in cuts:
        if pairs:
            r = chain(a, b, [q for p in range(lo, hi, 2) for q in (p + 1, p) if q < hi], fused)
        else:
            l = [chain(a, b, range(lo + i, hi, lanes), fused) for i in range(lanes)]
            while len(l) > 1:
                l = [(l[i] + l[i + 1]).astype(f) for i in range(0, len(l), 2)]
            r = l[0]
        c = r if c is None else (r + c).astype(f)
    return c


def tiles(m, n, k, batch, transposed, half):
    if half and m <= 3 and n <= 3:
        half = False
    p = ynndot.plan(m, n, k, batch, batch, transposed, half)
    return ynndot.tiles(p, m, n, k, half), half


def product(a, b, batch, transposed, half):
    (m, k), n = a.shape, b.shape[1]
    if m == 1 and not transposed:
        return gemv.colmajor(a[0], b)
    if m == 1 or n == 1:
        rows, vector = (b.T, a[0]) if m == 1 else (a, b[:, 0])
        r, t, rest = gemv.rowmajor(np.ascontiguousarray(rows), vector)
        return (r + t).astype(f) if rest else r
    c = np.zeros((m, n), f)
    parts, half = tiles(m, n, k, batch, transposed, half)
    for m0, m1, n0, n1, lanes, block, fused, _ in parts:
        c[m0:m1, n0:n1] = tile(a[m0:m1], b[:, n0:n1], lanes, block, fused, half and lanes == 2)
    return c


def corners(m, n, k, batch, transposed, half):
    """Where the parts begin and the orders of the parts at the four corners: lanes or p for pairs, block, u where products are rounded."""
    parts, half = tiles(m, n, k, batch, transposed, half)
    def at(i, j):
        t = next(t for t in parts if t[0] <= i < t[1] and t[2] <= j < t[3])
        lanes, block, whole = t[4], t[5], k // t[4] * t[4]
        return f"{'p' if half and lanes == 2 else lanes}/{block if block < whole else 0}{'' if t[6] else 'u'}{'r' if whole < k else ''}"
    return [max(t[0] for t in parts), max(t[2] for t in parts)] + [at(i, j) for i in (0, m - 1) for j in (0, n - 1)]


def write(name, rows):
    with open(name, 'w', newline='') as file:
        csv.writer(file, lineterminator='\n').writerows(rows)


def main():
    random.seed(11)
    rows = []
    for _ in range(1500):
        m = random.choice([random.randint(2, 80), random.randint(2, 600), 2 ** random.randint(1, 17)])
        n = random.choice([random.randint(2, 100), random.randint(2, 700), 2 ** random.randint(1, 12)])
        k = random.choice([random.randint(1, 100), random.randint(1, 2000), 2 ** random.randint(1, 12)])
        shape = (m, n, k, random.choice([1, 3, 16]), random.randint(0, 1), int(random.random() < 0.4))
        rows.append(list(shape) + corners(*shape))
    write('products.csv', rows)

    shapes = [(42, 5, 1, 1, 0, 0), (2, 87, 1, 1, 0, 0), (2, 676, 51, 3, 0, 0), (2, 69, 1239, 3, 0, 0), (2, 640, 145, 3, 0, 0),
              (53, 57, 531, 3, 0, 0), (64, 10, 2, 1, 0, 0), (77, 25, 7, 1, 0, 0), (54, 28, 1026, 1, 0, 0), (59, 26, 1563, 1, 0, 0),
              (11, 2, 4, 3, 0, 0), (7, 2, 10, 3, 0, 0), (17, 2, 1, 1, 1, 0), (2, 53, 538, 1, 1, 0), (3, 27, 3, 3, 1, 0),
              (5, 29, 1500, 3, 1, 0), (3, 25, 1545, 1, 1, 0), (6, 6, 16, 3, 1, 0), (2, 2, 11, 1, 1, 0), (27, 7, 1, 1, 0, 1),
              (4, 2, 8, 3, 0, 1), (2, 99, 3, 3, 0, 1), (5, 2, 13, 1, 1, 1), (3, 3, 100, 1, 0, 1), (2, 40, 1536, 1, 0, 1),
              (32, 16, 300, 1, 1, 0), (16, 200, 64, 8, 0, 0), (128, 3, 768, 1, 0, 0)]
    shapes += [(1, n, k, 1, t, h) for n in (1, 2, 5, 8, 13, 64) for k in (1, 7, 8, 67, 192) for t in (0, 1) for h in (0, 1)]
    shapes += [(m, 1, k, 1, t, h) for m in (2, 5, 8, 13, 64) for k in (1, 7, 8, 67, 192) for t in (0, 1) for h in (0, 1)]
    rows = []
    for i, (m, n, k, batch, t, half) in enumerate(shapes):
        a, b = stream(2 * i, m * k).reshape(m, k), stream(2 * i + 1, k * n).reshape(k, n)
        if half:
            a, b = bf16(a), bf16(b)
        rows.append([m, n, k, batch, t, half, digest(product(a, b, batch, t, half))])
    write('results.csv', rows)

    cases = [((r, n), [1]) for n in (1, 2, 5, 16, 17, 33, 64, 100, 255, 257, 512, 1000, 1025, 1536, 3072, 5000) for r in (1, 7, 4096 // n + 1)]
    cases += [((k, n), [0]) for n in (1, 3, 16, 100, 300) for k in (1, 3, 5, 17, 33, 100, 257, 600)]
    cases += [((15, 4, 32), [0, 1]), ((5, 96, 4), [0, 1]), ((33, 34, 3), [0, 1]), ((3, 40, 20), [1]), ((40, 50), [0, 1]), ((5000,), [0]), ((1, 5, 1, 96, 1), [1, 3])]
    cases += [((t, c, n), [0, 1]) for t in (3, 5, 15) for c, n in ((60, 100), (96, 64), (768, 64), (256, 384))] + [((2, 3000, 7), [0, 1]), ((3840, 200), [0]), ((70000, 3), [0]), ((5, 1, 1536, 96), [0, 1, 2])]
    rows = []
    for i, (shape, axes) in enumerate(cases):
        x = stream(1000 + i, int(np.prod(shape))).reshape(shape) * f(1000)
        rows.append(['x'.join(map(str, shape)), 'x'.join(map(str, axes)), digest(total(x, axes))])
    write('sums.csv', rows)


def total(x, axes):
    """reduce_sum of the models: axes of size 1 dropped, the summed axes leading or trailing."""
    keep = [i for i in range(x.ndim) if x.shape[i] != 1]
    axes = [keep.index(i) for i in axes if i in keep]
    x = x.reshape([x.shape[i] for i in keep])
    if not axes:
        return x
    if x.size < 4096:
        return small.small_sum(x, axes)
    if axes[-1] == x.ndim - 1:
        return sums.k1(x.reshape(-1, int(np.prod([x.shape[a] for a in axes]))))
    return sums.lead_n(x, len(axes))


if __name__ == '__main__':
    main()

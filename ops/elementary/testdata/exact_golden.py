"""Correctly rounded float32 results by mpmath: exact.npz. For every function random arguments of all sizes and the arguments
whose results lie closest to a tie (found by scanning all float32 arguments with the C library's float64 functions).
usage: exact_golden.py DIRECTORY_OF_HARD_ARGUMENTS (FUNCTION.txt, lines "name xbits ..." or, for pow, "xbits ybits ...")"""
import os, sys
import numpy as np
from mpmath import mp, mpf, floor, ldexp
mp.prec = 500
F = {'exp': mp.exp, 'expm1': mp.expm1, 'log': mp.log, 'log1p': mp.log1p, 'tanh': mp.tanh, 'logistic': lambda x: 1 / (1 + mp.exp(-x)),
     'erf': mp.erf, 'sqrt': mp.sqrt, 'rsqrt': lambda x: 1 / mp.sqrt(x), 'sin': mp.sin, 'cos': mp.cos}

def round32(v):
    """v to float32, nearest even, as bits"""
    if v == 0: return 0
    sign, a = (1 << 31, -v) if v < 0 else (0, v)
    e = max(int(mp.frexp(a)[1]), -125)            # a < 2^e
    q = ldexp(a, 24 - e)
    n = int(floor(q)); r = q - n
    n += r > 0.5 or r == 0.5 and n & 1
    x = n * 2.0 ** (e - 24)
    return sign | int(np.array(x if x < 2.0 ** 128 else np.inf, np.float32).view(np.uint32))

def number(bits): return mpf(float(np.uint32(bits).view(np.float32)))

rng = np.random.RandomState(9); out = {}
for name, f in F.items():
    x = list(np.concatenate([rng.randint(0x30000000, 0x43000000, 300), rng.randint(0x00000001, 0x7f800000, 100)]))
    if name not in ('log', 'sqrt', 'rsqrt'): x = [b | 1 << 31 if i & 1 else b for i, b in enumerate(x)]
    hard = os.path.join(sys.argv[1], name + '.txt')
    if os.path.exists(hard): x += [int(l.split()[1], 16) for l in open(hard)]
    if name == 'logistic': x += list(range(0x34800000 + 0x400000, 0x38000000, 0x1234))   # 1/2 + x/4 beside a tie
    if name == 'cos': x += list(range(0x39800000, 0x3a800000, 0x12345))
    if name == 'log1p': x = [b for b in x if number(b) > -1]
    if name in ('exp', 'expm1'): x = [b for b in x if abs(number(b)) < 200]
    if name in ('tanh', 'logistic', 'erf'): x = [b for b in x if abs(number(b)) < 120]
    out[name + '_x'] = np.array(x, np.uint32); out[name] = np.array([round32(f(number(b))) for b in x], np.uint32)
x = list(rng.randint(0x30000000, 0x4f000000, 400)); y = [int(b) | (int(s) << 31) for b, s in zip(rng.randint(0x3c000000, 0x41800000, 400), rng.randint(0, 2, 400))]
for l in open(os.path.join(sys.argv[1], 'pow.txt')): x.append(int(l.split()[0], 16)); y.append(int(l.split()[1], 16))
bits = lambda v: int(np.float32(v).view(np.uint32))
for n in (2, 3, 5, 7):                              # exact powers, many of them ties (25 bits)
    top = int(2 ** (25 / n))
    for a in rng.randint(max(3, int(top * 0.87)), top + 1, 40): x.append(bits(a)); y.append(bits(n))
for a in rng.randint(4097, 5792, 40) | 1:           # (a^2)^1.5 is no tie, sqrt of an odd square of 24 bits is exact
    if a * a < 1 << 24: x.append(bits(a * a)); y.append(bits(0.5))
for a in (27, 29, 31): x += [bits(a ** 4 / 2.0 ** 8), bits(a ** 2), bits(a ** 4)]; y += [bits(1.25), bits(2.5), bits(1.25)]
for a, b in ((2.0 ** -75, 2), (0.5, 150), (2.0 ** -30, 5), (4.0, -75), (3 * 2.0 ** -75, 2), (2.0 ** -150 * 2, 1), (0.5, 149)): x.append(bits(a)); y.append(bits(b))
out['pow_x'], out['pow_y'] = np.array(x, np.uint32), np.array(y, np.uint32)
out['pow'] = np.array([round32(mp.power(number(a), number(b))) for a, b in zip(x, y)], np.uint32)
np.savez_compressed('exact.npz', **out)
print({k: len(v) for k, v in out.items()})
